/**
 * `npm run check:recipes [-- NAME ...]`: recipes and halves of migration pages whose packages are too large for the dependencies of this
 * repository. Each is installed in a temporary folder at the version that the page names, its blocks with a file name are written there and
 * type-checked against the real package and attune as built (`npm run build` first), and run where the package can run by itself.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { saveShop } from '../test/docs/saved-shop.ts';
import { titledBlocks } from '../test/docs/titled-blocks.ts';
import { root } from './entries.ts';
import { type Recipe, recipes } from './recipes.ts';

const compilerOptions = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'Bundler',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(recipes, name));
if (unknown) throw new Error(`There is no recipe '${unknown}'. There are: ${Object.keys(recipes).join(', ')}.`);
let failed = 0;
for (const name of asked.length > 0 ? asked : Object.keys(recipes)) {
  const began = performance.now();
  const wrong = await check(recipes[name]).catch((error) => String(error.stdout ?? '') + String(error.stderr ?? error));
  console.log(`${name}: ${wrong === '' ? 'ok' : `FAILED\n${wrong}`}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (wrong !== '') failed++;
}
process.exitCode = failed > 0 ? 1 : 0;

/** What is wrong with a recipe; empty when nothing is. */
async function check(recipe: Recipe): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-recipe-'));
  try {
    return recipe.python ? pythonOf(folder, recipe, recipe.python) : await typescriptOf(folder, recipe);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function typescriptOf(
  folder: string,
  { page, packages, prepare = [], environment, compiler, files = {}, run, prints }: Recipe,
): Promise<string> {
  const inside = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...environment } });
  writeFileSync(join(folder, 'package.json'), '{ "name": "recipe", "private": true, "type": "module" }');
  inside('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages);
  symlinkSync(root, join(folder, 'node_modules/attune'));
  const written = { ...filesOf(page), ...files };
  for (const [name, text] of Object.entries(written)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const [command, ...args] of prepare) inside(command, ...args);
  const options = { ...compilerOptions, ...compiler };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: Object.keys(written).filter((file) => /\.tsx?$/.test(file)) }),
  );
  if (Object.keys(written).some((file) => /\.tsx?$/.test(file))) {
    const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    if (types.status !== 0) return types.stdout;
  }
  if (!run) return '';
  await saveShop(join(folder, 'models'));
  const printed = inside(process.execPath, '--import', join(root, 'node_modules/tsx/dist/loader.mjs'), run);
  return prints?.test(printed) ? '' : `It printed:\n${printed}`;
}

/** The blocks of a page that name a file, or a library, which becomes the name of a file. */
function filesOf(page: string): Record<string, string> {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const endings: Record<string, string> = { js: 'mjs', ts: 'ts', python: 'py' };
  return Object.fromEntries(
    titledBlocks(text).map(({ language, title, code }) => [
      title.includes('.') ? title : `${title.replace(/\W+/g, '-')}.${endings[language]}`,
      code,
    ]),
  );
}

function pythonOf(folder: string, { page, prints }: Recipe, packages: string[]): string {
  const [script] = Object.entries(filesOf(page)).filter(([name]) => name.endsWith('.py'));
  writeFileSync(join(folder, 'run.py'), script[1]);
  const python = process.env.ATTUNE_PYTHON ?? 'python3';
  execFileSync(python, ['-m', 'venv', join(folder, '.venv')], { stdio: 'pipe' });
  const inside = (args: string[]) => execFileSync(join(folder, '.venv/bin/python'), args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  inside(['-m', 'pip', 'install', '--quiet', ...packages]);
  const printed = inside(['run.py']);
  return prints?.test(printed) ? '' : `It printed:\n${printed}`;
}
