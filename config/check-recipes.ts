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
import { root } from './entries.ts';

interface Recipe {
  /** The page, below docs/. */
  page: string;
  packages: string[];
  /** Commands before the types are checked, such as a generator. */
  prepare?: string[][];
  /** Options of the compiler that the framework wants. */
  compiler?: Record<string, unknown>;
  /** Files for the check alone: a driver that uses what the page shows. */
  files?: Record<string, string>;
  /** Runs this file with tsx when the types are right. */
  run?: string;
  /** What it must print. */
  prints?: RegExp;
  /** `py` runs the Python block of the page instead. */
  python?: string[];
}

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

const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };

const recipes: Record<string, Recipe> = {
  nestjs: {
    page: 'recipes/nestjs.md',
    packages: ['@nestjs/common@12', '@nestjs/core@12', '@nestjs/platform-express@12', 'reflect-metadata', 'rxjs'],
    compiler: decorators,
    files: {
      'check.ts': `import { NestFactory } from '@nestjs/core';
import { RecommendationModule } from './recommendations.module.ts';
const app = await NestFactory.create(RecommendationModule, { logger: false });
await app.listen(0, '127.0.0.1');
console.log(await (await fetch(\`\${await app.getUrl()}/recommendations/Bob\`)).text());
await app.close();`,
    },
    run: 'check.ts',
    prints: /"item":"gyoza"/,
  },
  nextjs: {
    page: 'recipes/nextjs.md',
    packages: ['next@16', 'react@19', 'react-dom@19', '@types/react@19'],
    compiler: { jsx: 'react-jsx' },
    files: {
      'check.ts': `import { NextRequest } from 'next/server';
import { GET } from './app/api/recommendations/route';
console.log(await (await GET(new NextRequest('http://localhost/api/recommendations?user=Bob'))).text());
console.log((await GET(new NextRequest('http://localhost/api/recommendations'))).status);`,
    },
    run: 'check.ts',
    prints: /"item":"gyoza"[\s\S]*400/,
  },
  llamaindex: { page: 'recipes/llamaindex.md', packages: ['@llamaindex/core@0.6'], run: 'main.ts', prints: /^warranty$/m },
  prisma: {
    page: 'recipes/prisma.md',
    packages: ['prisma@7', '@prisma/client@7'],
    prepare: [['npx', 'prisma', 'generate', '--schema', 'schema.prisma']],
  },
  vendure: { page: 'recipes/vendure.md', packages: ['@vendure/core@3'], compiler: decorators },
  medusa: { page: 'recipes/medusa.md', packages: ['@medusajs/framework@2', '@medusajs/medusa@2'] },
  orama: { page: 'migrating/orama.md', packages: ['@orama/orama@3'], run: 'Orama.mjs', prints: /\[ '2' \]/ },
  'algolia-recommend': { page: 'migrating/algolia-recommend.md', packages: ['@algolia/recommend@5'] },
  recombee: { page: 'migrating/recombee.md', packages: ['recombee-api-client@6'] },
  implicit: { page: 'migrating/implicit.md', packages: [], python: ['implicit==0.7.3', 'numpy', 'scipy'], prints: /teapot\nwok\nteapot/ },
  lenskit: { page: 'migrating/lenskit.md', packages: [], python: ['lenskit==2025.6.2'], prints: /teapot/ },
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

async function typescriptOf(folder: string, { page, packages, prepare = [], compiler, files = {}, run, prints }: Recipe): Promise<string> {
  const inside = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  writeFileSync(join(folder, 'package.json'), '{ "name": "recipe", "private": true, "type": "module" }');
  inside('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages);
  symlinkSync(root, join(folder, 'node_modules/attune'));
  const written = { ...titledBlocks(page), ...files };
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
function titledBlocks(page: string): Record<string, string> {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+) \[([^\]]+)\]\n([\s\S]*?)^```$/gm)];
  const nameOf = (language: string, title: string) =>
    title.includes('.') ? title : `${title.replace(/\W+/g, '-')}.${language === 'js' ? 'mjs' : language}`;
  return Object.fromEntries(blocks.map(([, language, title, code]) => [nameOf(language, title), code]));
}

function pythonOf(folder: string, { page, prints }: Recipe, packages: string[]): string {
  const [script] = Object.entries(titledBlocks(page)).filter(([name]) => name.endsWith('.python'));
  writeFileSync(join(folder, 'run.py'), script[1]);
  const python = process.env.ATTUNE_PYTHON ?? 'python3';
  execFileSync(python, ['-m', 'venv', join(folder, '.venv')], { stdio: 'pipe' });
  const inside = (args: string[]) => execFileSync(join(folder, '.venv/bin/python'), args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  inside(['-m', 'pip', 'install', '--quiet', ...packages]);
  const printed = inside(['run.py']);
  return prints?.test(printed) ? '' : `It printed:\n${printed}`;
}
