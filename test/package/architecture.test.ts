import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');

/** What each room of `src/` may import besides itself. */
const ground = ['errors', 'options', 'work', 'numeric', 'data', 'contracts'];
const mayImport: Record<string, string[]> = {
  errors: [],
  options: ['errors'],
  'text-table': [],
  work: ['errors', 'options'],
  numeric: ['errors', 'options', 'work'],
  data: ['errors', 'options', 'work', 'numeric'],
  contracts: ['errors', 'options', 'work', 'numeric', 'data'],
  engine: ['errors', 'options', 'work', 'numeric', 'data'],
  storage: ground,
  metrics: ['errors', 'options', 'numeric', 'data'],
  experiments: ['errors', 'options', 'text-table', 'numeric', 'data'],
  recommenders: [...ground, 'engine', 'storage/shared'],
  semantic: [...ground, 'engine', 'storage'],
  'cold-start': ground,
  hybrid: [...ground, 'cold-start'],
  evaluation: [...ground, 'metrics', 'text-table'],
  selection: [...ground, 'recommenders', 'evaluation'],
  tracking: [...ground, 'storage', 'evaluation', 'text-table'],
  events: ground,
  tenants: [...ground, 'recommenders'],
  serving: [...ground, 'recommenders', 'semantic'],
  features: ground,
  spark: [...ground, 'recommenders'],
  cli: ['entries', 'options', 'data', 'storage/file'], // a caller like any other, but for near words, guessing columns and whole files
};
const files = walk(src).filter((file) => file.endsWith('.ts') && !file.includes('/generated/') && !isKernel(file));

describe('imports', () => {
  it('run one way', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = relative(src, file).replace(/\.ts$/, '');
      const folder = from.split('/')[0];
      if (folder === 'entries') continue;
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
    const shared = /^recommenders\/(shared|factors)\//;
    // These know all families, and no family knows them.
    const aboveAll = ['recommenders/load-recommender', 'recommenders/families', 'recommenders/blend/blend', 'recommenders/forget-user'];
    const wrong: string[] = [];
    for (const file of files.filter((f) => f.startsWith(join(src, 'recommenders')))) {
      const from = relative(src, file).replace(/\.ts$/, '');
      if (aboveAll.includes(from)) continue;
      const family = from.split('/')[1];
      for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
        const to = relative(src, resolve(dirname(file), target)).replace(/\.ts$/, '');
        if (to.startsWith('recommenders/') && !to.startsWith(`recommenders/${family}/`) && !shared.test(to)) wrong.push(`${from} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('of files never run in a circle', () => {
    expect(circles()).toEqual([]);
  });
  it('of what runs anywhere name no module of Node, and optional packages only where they are used', () => {
    const onlyNode = /^(entries\/node|cli\/|data\/readers\/|storage\/file|tracking\/file|spark\/|recommenders\/als\/disk\/)/;
    const wrong: string[] = [];
    for (const file of files) {
      const from = relative(src, file);
      for (const target of importsOf(file)) {
        if (target.startsWith('node:') && !onlyNode.test(from)) wrong.push(`${from} -> ${target}`);
        if (!target.startsWith('.') && !target.startsWith('node:') && target !== 'seedrandom/lib/alea.js')
          wrong.push(`${from} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('of the package never reach into the examples', () => {
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/from '.*examples\//);
  });
});

describe('functions', () => {
  it('fit a screen, outside kernels', () => {
    const long: string[] = [];
    for (const file of [...files, ...walk(join(root, 'config')), ...walk(join(root, 'examples/amazon-appliances'))]) {
      if (!/\.tsx?$/.test(file) || /\.plain\.ts$|\/(dist|data|\.cache)\//.test(file)) continue;
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
      const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
      const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body) {
          const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
          if (lines > 80) long.push(`${relative(root, file)}:${lineOf(node.getStart())} has ${lines} lines`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(long).toEqual([]);
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

/** AssemblyScript, which imports without extensions; its plain twins are TypeScript like everything else. */
function isKernel(file: string): boolean {
  return file.includes('/kernels/') && !file.endsWith('.plain.ts');
}

/** Groups of files that import each other, directly or not (Tarjan 1972). */
function circles(): string[] {
  const found: string[] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file) as number);
    stack.push(file);
    for (const name of importsOf(file).filter((target) => target.startsWith('.'))) {
      const next = resolve(dirname(file), name);
      if (!files.includes(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(next) as number));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1)
      found.push(
        group
          .map((member) => relative(src, member))
          .sort()
          .join(' '),
      );
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}
