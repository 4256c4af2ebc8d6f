/**
 * Packs the package, installs the tarball in an empty project as a stranger would, and uses it from ESM and CommonJS: every
 * subpath imports, nothing optional is loaded, importing is quick and starts nothing, the quickstart runs and ends by itself.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { entries, moduleName, root } from './entries.ts';
import { publicNamesFile } from './public-names.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What callers import. */
const names = entries.map(moduleName);
/** What a package may hold, besides package.json. No sources, tests or maps. */
const contents: Record<string, RegExp> = {
  attune:
    /^(README\.md|CHANGELOG\.md|LICENSE|dist\/(LICENSES\.txt|kernels\.wasm|[\w.-]+\.(js|cjs|d\.ts|d\.cts)|(bundle|cli|modules)\/([\w.-]+\/)*[\w.-]+\.js))$/,
  'attune-static-en': /^(README\.md|LICENSE|NOTICE|index\.js|index\.d\.ts|table\.attune|recipe\/[\w-]+\.ts)$/,
};
const project = mkdtempSync(join(tmpdir(), 'attune-package-'));
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const tarball = pack(root);
  const staticEn = pack(join(root, 'packages/static-en'));
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true }');
  npm('install', '--ignore-scripts', '--no-audit', '--no-fund', tarball);
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  if (String(installed) !== manifest.name) throw new Error(`installing ${manifest.name} brought ${installed}, expected nothing else.`);

  const peers = Object.keys(manifest.peerDependencies);
  const verify = `
    const handles = process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort|TCP|Server|Timeout/.test(kind));
    if (handles.length) throw new Error('importing started ' + handles);
    const wanted = ${JSON.stringify(JSON.parse(readFileSync(publicNamesFile, 'utf8')))};
    ${JSON.stringify(names)}.forEach((name, k) => {
      const got = Object.keys(loaded[k]).filter((each) => each !== 'default' && each !== '__esModule' && each !== 'module.exports').sort();
      if (String(got) !== String(wanted[name].values)) throw new Error(name + ' exports ' + got + ', expected ' + wanted[name].values + '. See npm run exports.');
    });`;
  run('ESM subpaths', 'subpaths.mjs', `const loaded = await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));${verify}`);
  run(
    'CommonJS subpaths',
    'subpaths.cjs',
    `const loaded = ${JSON.stringify(names)}.map((name) => require(name));${verify}
     const found = Object.keys(require.cache).filter((file) => ${JSON.stringify(peers)}.some((peer) => file.includes('node_modules/' + peer + '/')));
     if (found.length) throw new Error('importing loaded ' + found);`,
  );
  run(
    'import time',
    'time.mjs',
    `const began = performance.now(); const before = process.cpuUsage(); await import('attune'); const ms = performance.now() - began;
     const { user, system } = process.cpuUsage(before);
     console.log('  import of attune: ' + ms.toFixed(0) + ' ms, ' + ((user + system) / 1000).toFixed(0) + ' ms of processors');`,
  );
  run(
    'names',
    'names.mjs',
    `const { AlsRecommender, Interactions } = await import('attune');
     if (AlsRecommender.name !== 'AlsRecommender' || Interactions.name !== 'Interactions') throw new Error('classes are called ' + AlsRecommender.name);`,
  );
  run(
    'both builds at once',
    'both.mjs',
    `import { createRequire } from 'node:module';
     const esm = await import('attune');
     const cjs = createRequire(import.meta.url)('attune');
     if (Object.keys(esm).some((name) => esm[name] !== cjs[name])) throw new Error('import and require give different classes');
     const rows = cjs.Interactions.fromColumns({ users: ['a', 'a', 'b', 'b'], items: ['x', 'y', 'x', 'z'] });
     const { train, test } = esm.split(rows, { strategy: 'leave-last-out' });
     const model = await new cjs.PopularityRecommender().fit(train);
     const report = await esm.evaluate(model, { train, test });
     const { memoryTracker, tracked } = await import('attune/tracking');
     await tracked(memoryTracker(), { experiment: 'e' }, (run) => run.report(report));
     await cjs.evaluate(model, { train: rows, test: rows, includeSeen: true });`,
  );
  types('import', '.mts');
  types('require', '.cts');
  const quickstart = (
    await build({ entryPoints: [join(root, 'examples/quickstart.ts')], write: false, format: 'esm', platform: 'node', target: 'node20' })
  ).outputFiles[0].text;
  run('quickstart', 'quickstart.mjs', quickstart, true);
  npm('install', '--ignore-scripts', '--no-audit', '--no-fund', staticEn);
  run(
    'attune-static-en',
    'static-en.mjs',
    `import { SemanticIndex } from 'attune';
     import { staticEn } from 'attune-static-en';
     const texts = ['Leather sofa', 'Steel kettle'].map((text) => ({ id: text, text }));
     const [{ item }] = await (await SemanticIndex.build(texts, { embedder: await staticEn() })).search('couch');
     if (item !== 'Leather sofa') throw new Error('a couch is ' + item);`,
  );
  console.log('the package works in an empty project');
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** Packs a package and checks what is in it. @returns the file */
function pack(folder: string): string {
  const [{ name, filename, size, unpackedSize, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const paths = files.map(({ path }: { path: string }) => path).filter((path: string) => path !== 'package.json');
  const strange = paths.filter((path: string) => !contents[name].test(path));
  if (strange.length) throw new Error(`${filename} holds ${strange.slice(0, 5)}, which is not for users. See files in its package.json.`);
  const named = JSON.stringify(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).exports).matchAll(/"\.\/([^"]+\.\w+)"[,}]/g);
  const wanted = [...[...named].map(([, path]) => path), 'README.md', 'LICENSE'].filter((path) => path !== 'package.json');
  const missing = wanted.filter((path) => !paths.includes(path));
  if (missing.length) throw new Error(`${filename} lacks ${missing}.`);
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`${filename}: ${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`);
  return join(project, filename);
}

/**
 * Compiles the type tests against the packed declarations and, unlike most, checks the declarations themselves, with all that a careful
 * project turns on. The first file names every subpath.
 */
function types(how: 'import' | 'require', extension: '.mts' | '.cts'): void {
  const folder = join(project, how);
  mkdirSync(folder);
  const all = names.map((name, k) => (how === 'import' ? `import * as m${k} from '${name}';` : `import m${k} = require('${name}');`));
  writeFileSync(join(folder, `subpaths${extension}`), `${all.join('\n')}\nexport const loaded = [${names.map((_, k) => `m${k}`)}];\n`);
  const tests = join(root, 'test/types');
  for (const name of readdirSync(tests).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')))
    writeFileSync(join(folder, name.replace(/\.ts$/, extension)), readFileSync(join(tests, name)));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: false,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    lib: ['ES2024', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: [`*${extension}`] }));
  const { status, stdout } = spawnSync('node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    cwd: project,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`types by ${how}: ${stdout.slice(0, 2000)}`);
  console.log(`types by ${how}: ok`);
}

/** Runs a script in the empty project; it must end by itself within a minute. */
function run(what: string, file: string, source: string, show = false): void {
  writeFileSync(join(project, file), source);
  const { status, stdout, stderr } = spawnSync('node', [file], { cwd: project, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) {
    console.error(stdout, stderr);
    throw new Error(`${what}: ended with ${status ?? 'a time-out'}`);
  }
  if (show || stdout) console.log(stdout.trimEnd());
  console.log(`${what}: ok`);
}
