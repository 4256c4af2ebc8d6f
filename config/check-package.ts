/**
 * Packs the package, installs the tarball in an empty project as a stranger would, and uses it from ESM and CommonJS: every
 * subpath imports, nothing optional is loaded, importing is quick and starts nothing, the quickstart runs and ends by itself.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'attune-package-'));
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [{ filename, size, unpackedSize, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  console.log(
    `${filename}: ${files.length} files, ${(size / 1024).toFixed(0)} KiB packed, ${(unpackedSize / 1024).toFixed(0)} KiB unpacked`,
  );
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true }');
  npm('install', '--ignore-scripts', '--no-audit', '--no-fund', join(project, filename));

  const subpaths = Object.keys(manifest.exports).filter((name) => !/\.(wasm|json)$/.test(name));
  const names = subpaths.map((name) => name.replace(/^\./, 'attune'));
  const peers = Object.keys(manifest.peerDependencies);
  const verify = `
    const handles = process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort|TCP|Server|Timeout/.test(kind));
    if (handles.length) throw new Error('importing started ' + handles);
    if (Object.keys(loaded[0]).length < 10) throw new Error('attune exports too little');`;
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
    `const began = performance.now(); await import('attune'); const ms = performance.now() - began;
     console.log('  import of attune: ' + ms.toFixed(0) + ' ms');`,
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
     const rows = cjs.Interactions.fromColumns({ users: ['a', 'a', 'b', 'b'], items: ['x', 'y', 'x', 'z'] });
     const { train, test } = esm.split(rows, { strategy: 'leave-last-out' });
     const model = await new cjs.PopularityRecommender().fit(train);
     const report = await esm.evaluate(model, { train, test });
     await esm.tracked(esm.memoryTracker(), { experiment: 'e' }, (run) => run.report(report));
     await cjs.evaluate(model, { train: rows, test: rows, includeSeen: true });`,
  );
  types('import', 'types.mts');
  types('require', 'types.cts');
  const quickstart = (
    await build({ entryPoints: [join(root, 'examples/quickstart.ts')], write: false, format: 'esm', platform: 'node', target: 'node20' })
  ).outputFiles[0].text;
  run('quickstart', 'quickstart.mjs', quickstart, true);
  console.log('the package works in an empty project');
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** Compiles a program that names every subpath, and, unlike most, checks the declarations of the package themselves. */
function types(how: 'import' | 'require', file: string): void {
  const names = Object.keys(manifest.exports).filter((name) => !/\.(wasm|json)$/.test(name));
  const all = names.map((name, k) => {
    const from = `'${name.replace(/^\./, 'attune')}'`;
    return how === 'import' ? `import * as m${k} from ${from};` : `import m${k} = require(${from});`;
  });
  const use = `const options: m0.metrics.NdcgOptions = { gain: 'exponential' };
    export const value: number = m0.metrics.ndcg(['a'], new Set(['a']), 1, options);
    // @ts-expect-error: a misspelled option
    new m0.AlsRecommender({ factor: 8 });
    export const loaded = [${names.map((_, k) => `m${k}`)}];`;
  writeFileSync(join(project, file), `${all.join('\n')}\n${use}\n`);
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync('node', [compiler, ...options, ...typeRoots, file], { cwd: project, encoding: 'utf8' });
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
