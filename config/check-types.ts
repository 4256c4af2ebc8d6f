/**
 * `npm run check:types`: what the declarations in dist cost a project that uses them, against its budgets; fails when one is exceeded. Counts
 * of the compiler and not seconds, so that the answer is the same on every machine. Needs `npm run build`.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './entries.ts';

/** What an editor checks again with every key: fields that `where` knows, sources of a ranker, options. */
const project = `
import { AlsRecommender, compare, evaluate, HybridRanker, Interactions, SemanticIndex, split } from 'attune';
import { readTable } from 'attune/node';

export async function shop() {
  const data = await Interactions.from(readTable('ratings.csv'), { user: 'user', item: 'item' });
  const { train, test } = split(data, { strategy: 'leave-last-out' });
  const als = await new AlsRecommender({ factors: 32 }).fit(train);
  const report = await evaluate(als, { train, test, k: [10] });
  const products = [{ id: 'a', title: 'kettle', brand: 'Acme', price: 20 }];
  const index = await SemanticIndex.build(products, { id: 'id', text: ['title'], metadata: ['brand', 'price'] });
  const found = await index.search('kettle', { where: { brand: 'Acme', price: { max: 30 } }, facets: ['brand'] });
  const ranker = new HybridRanker({ sources: { als } });
  return { report, found: found.map(({ item }) => item), ranker, list: als.recommend('ann', { n: 5 }), compared: compare(report, report, 'ndcg@10') };
}
`;
const options: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  types: ['node'],
};

/** What the compiler counts, and how many of it the project may need beyond an empty one. */
const budgets = { types: 3_000, instantiations: 3_500, identifiers: 14_000 };

const empty = countsOf('export {};');
const own = countsOf(project);
let heavy = false;
for (const [name, budget] of Object.entries(budgets)) {
  const count = own[name as keyof typeof budgets] - empty[name as keyof typeof budgets];
  heavy ||= count > budget;
  console.log(`types: ${name} of a small project`.padEnd(50) + `${count} of ${budget}${count > budget ? '  TOO MANY' : ''}`.padStart(18));
}
if (heavy) throw new Error('Expected types within budget. Find which declaration grew, or raise it in config/check-types.ts.');

/** Compiles a file beside the tests, where `attune` is the package itself. */
function countsOf(text: string): { [K in keyof typeof budgets]: number } {
  const file = join(root, 'test/small-project.mts');
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, language, ...rest) =>
    name === file ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  const [error] = ts.getPreEmitDiagnostics(program);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return { types: program.getTypeCount(), instantiations: program.getInstantiationCount(), identifiers: program.getIdentifierCount() };
}
