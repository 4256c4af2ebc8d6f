/**
 * Runs main.ts with all it needs as a bundle: one by one, its 600 files of TypeScript take seconds to load, and again in each thread. A bundle is used
 * as long as none of these files changes. Where it cannot be made or kept, the files themselves run.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const example = import.meta.dirname;
const root = resolve(example, '../..');
const cache = join(root, '.cache/appliances');
/** The names of the files that the last bundle was made of. */
const inputs = join(cache, 'inputs.json');

/** The program, and what its threads and its training process run. */
const scripts = ['main.ts', 'etl/reviews-thread.ts', 'etl/products-thread.ts', 'bulk/user-indexes-thread.ts', 'server/training/process.ts'];
/** What the name of a file begins with that a process leaves in its bundle: a running server may load parts late. */
const user = 'user.';
/** Files that modules read beside themselves. */
const assets = ['packages/static-en/table.attune'];

const folder = lastBundle() ?? (await newBundle().catch(() => undefined));
if (folder === undefined) (await import('tsx/esm/api')).register();
await import(pathToFileURL(folder === undefined ? join(example, 'main.ts') : join(folder, 'main.mjs')).href);

/** @returns the folder of the last bundle, if nothing has changed since */
function lastBundle() {
  try {
    const folder = join(cache, digestOf(JSON.parse(readFileSync(inputs, 'utf8'))));
    return existsSync(folder) ? use(folder) : undefined;
  } catch {
    return undefined; // there is none, or a file is gone
  }
}

/** Marks a bundle as that of this process, so that no other removes it. */
function use(folder) {
  const mark = join(folder, `${user}${process.pid}`);
  try {
    writeFileSync(mark, '');
    process.once('exit', () => rmSync(mark, { force: true }));
  } catch {
    // Who may not write here cannot remove it either.
  }
  return folder;
}

/** Removes bundles of earlier sources that no process uses, and what was never finished: each has some megabytes. */
function removeOthers(current) {
  for (const entry of readdirSync(cache, { withFileTypes: true })) {
    const folder = join(cache, entry.name);
    if (!entry.isDirectory() || folder === current) continue;
    const users = [entry.name.split('.')[1], ...readdirSync(folder).map((file) => file.split(user)[1])];
    if (!users.some(isRunning)) rmSync(folder, { recursive: true, force: true });
  }
}

function isRunning(pid) {
  if (pid === undefined) return false;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return error.code === 'EPERM'; // somebody else's
  }
}

/** @returns the folder of a bundle, whose name is the digest of all that it was made of */
async function newBundle() {
  const started = Date.now();
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: scripts.map((script) => join(example, script)),
    entryNames: '[name]',
    absWorkingDir: root,
    outdir: cache,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    define: { 'import.meta.dirname': JSON.stringify(example) }, // only settings.ts asks
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const files = ['examples/amazon-appliances/run.mjs', 'package-lock.json', 'tsconfig.json', ...Object.keys(metafile.inputs)];
  const folder = join(cache, digestOf(files));
  // Another process may be making or reading the same bundle: it appears as a whole.
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(unfinished, basename(path)), contents);
  for (const asset of assets) copyFileSync(join(root, asset), join(unfinished, basename(asset)));
  try {
    renameSync(unfinished, folder);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
  use(folder);
  try {
    removeOthers(folder);
  } catch {
    // Another process removes them at the same time.
  }
  // A file that was written meanwhile may be in the bundle as it was before.
  if (files.every((file) => statSync(join(root, file)).mtimeMs < started)) writeFileSync(inputs, JSON.stringify(files));
  return folder;
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}
