import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');

/**
 * What each folder may import besides itself: errors <- data <- engine <- recommenders, semantic <- cold-start <- hybrid <-
 * evaluation, with metrics, storage and feedback standing on data alone.
 */
const base = ['errors', 'options', 'data'];
const mayImport: Record<string, string[]> = {
  errors: [],
  options: ['errors'],
  data: ['errors', 'options'],
  metrics: base,
  storage: base,
  feedback: base,
  engine: base,
  recommenders: [...base, 'engine', 'storage'],
  semantic: [...base, 'engine', 'storage', 'recommenders/recommender'],
  'cold-start': [...base, 'engine', 'storage', 'recommenders', 'semantic'],
  hybrid: [...base, 'engine', 'storage', 'recommenders', 'semantic', 'cold-start'],
  evaluation: [...base, 'engine', 'storage', 'metrics', 'recommenders', 'semantic', 'cold-start', 'hybrid'],
};
/** The entry points of the package; they only re-export. */
const entries = ['index', 'node', 'metrics', 'cold-start', 'sqlite', 'transformers', 'faiss', 'pgvector', 'mlflow'];

const files = walk(src).filter((file) => file.endsWith('.ts') && !file.includes('/generated/') && !file.includes('/kernels/'));

describe('imports', () => {
  it('run one way', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = relative(src, file).replace(/\.ts$/, '');
      if (entries.includes(from)) continue;
      const folder = from.split('/')[0];
      for (const target of importsOf(file)) {
        if (!target.startsWith('.')) continue;
        const to = relative(src, resolve(dirname(file), target)).replace(/\.ts$/, '');
        const allowed = mayImport[folder]?.some((name) => to === name || to.startsWith(`${name}/`));
        if (!(to.startsWith(`${folder}/`) || allowed)) wrong.push(`${from} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('never go from one recommender to another', () => {
    const shared =
      /^recommenders\/(recommender|base|batch|call-options|filters|fitted-base|merge|explanation|pace|item-similarity|inverse)$/;
    const wrong: string[] = [];
    for (const file of files.filter((f) => f.startsWith(join(src, 'recommenders')))) {
      const from = relative(src, file).replace(/\.ts$/, '');
      const family = from.split('/')[1];
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
        const to = relative(src, resolve(dirname(file), target)).replace(/\.ts$/, '');
        if (to.startsWith('recommenders/') && !to.startsWith(`recommenders/${family}/`) && !shared.test(to)) wrong.push(`${from} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('of what runs anywhere name no module of Node, and optional packages only where they are used', () => {
    const onlyNode = /^(node|data\/readers\/|storage\/file|evaluation\/tracking\/file)/;
    const wrong: string[] = [];
    for (const file of files) {
      const from = relative(src, file);
      for (const target of importsOf(file)) {
        if (target.startsWith('node:') && !onlyNode.test(from)) wrong.push(`${from} -> ${target}`);
        if (!target.startsWith('.') && !target.startsWith('node:') && !['ml-matrix', 'seedrandom'].includes(target))
          wrong.push(`${from} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('of the package never reach into the examples', () => {
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/from '.*examples\//);
  });
});

describe('the package', () => {
  it('exports each entry point, with types for ESM and CommonJS', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const names = Object.keys(exports).filter((name) => !/\.(json|wasm)$/.test(name));
    expect(names.map((name) => (name === '.' ? 'index' : name.slice(2))).sort()).toEqual([...entries].sort());
    for (const name of names) {
      const file = name === '.' ? 'index' : name.slice(2);
      expect(exports[name].import).toEqual({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` });
      expect(exports[name].require).toEqual({ types: `./dist/${file}.d.cts`, default: `./dist/${file}.cjs` });
    }
  });
});

/** What a file imports or re-exports statically; types count too. Dynamic imports do not: they are how optional packages come. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'|^import '([^']+)'/gm)].map((m) => m[1] ?? m[2]);
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
