import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
const root = process.argv[2]; const from = process.argv[3] ?? 'dist';
const alias = from === 'dist' ? resolve(root,'dist/index.js') : resolve(root,'src/entries/index.ts');
const cases = {
 als: `import { AlsRecommender } from 'attune'; globalThis.run = (b, u) => AlsRecommender.fromBytes(b).recommend(u);`,
 factor: `import { FactorRecommender } from 'attune'; globalThis.run = (b, u) => FactorRecommender.fromBytes(b).recommend(u);`,
 knn: `import { ItemKnnRecommender } from 'attune'; globalThis.run = (b, u) => ItemKnnRecommender.fromBytes(b).recommend(u);`,
 search: `import { SemanticIndex } from 'attune'; globalThis.run = async (b, q) => (await SemanticIndex.fromBytes(b)).search(q);`,
 both: `import { AlsRecommender, SemanticIndex } from 'attune'; globalThis.run = (b, u) => AlsRecommender.fromBytes(b).recommend(u); globalThis.find = async (b, q) => (await SemanticIndex.fromBytes(b)).search(q);`,
 any: `import { loadRecommender } from 'attune'; globalThis.run = async (b, u) => (await loadRecommender(b)).recommend(u);`,
 all: `export * from 'attune'`,
};
for (const [name, contents] of Object.entries(cases)) {
  for (const splitting of [false, true]) {
  const r = await build({ stdin: { contents, resolveDir: root }, bundle: true, write: false, minify: true, format: 'esm', platform: 'browser', splitting, plugins: process.env.NODYN ? [{name:'d',setup(b){b.onResolve({filter:/./},a=>a.kind==='dynamic-import'?{external:true,path:a.path}:undefined)}}] : [], outdir: '/tmp/pk/out', alias: { attune: alias }, metafile: true, external: ['@huggingface/transformers','hyparquet','faiss-node','node:*'], logLevel: 'error' });
  // eager files
  const outs = r.metafile.outputs; const entry = Object.keys(outs).find(k => outs[k].entryPoint === '<stdin>');
  const eager = new Set([entry]); for (const f of eager) for (const i of outs[f].imports) if (i.kind === 'import-statement' && outs[i.path]) eager.add(i.path);
  const texts = Object.fromEntries(r.outputFiles.map(f => [f.path, f]));
  let g = 0, raw = 0; for (const f of eager) { const o = r.outputFiles.find(x => x.path.endsWith(f.replace(/^.*\//,''))); g += gzipSync(o.contents,{level:9}).length; raw += o.contents.length; }
  console.log(name, splitting ? 'split' : 'one', (g/1000).toFixed(1), 'kB gz', (raw/1000).toFixed(1), 'raw', eager.size, 'files');
  if (process.argv[4] === name && !splitting) {
    const inputs = {}; for (const f of eager) for (const [k, v] of Object.entries(outs[f].inputs)) inputs[k] = (inputs[k] ?? 0) + v.bytesInOutput;
    console.log(Object.entries(inputs).sort((a,b)=>b[1]-a[1]).slice(0, 140).map(([k,v])=>`${v} ${k}`).join('\n'));
  }
  }
}
