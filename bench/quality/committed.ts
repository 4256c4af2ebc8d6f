import type { Result } from '../support/results.ts';
import { costPicture, type SetSummary } from './table.ts';

/** What is committed: NDCG and the processor seconds of a fit, by set and model. */
type Table = Pick<Result, 'command' | 'columns' | 'rows'>;

const first = ['data', 'users x items', 'NDCG'];
const command = 'npm run bench -- quality --defaults --json';

/** The table of these sets, after the rows of other sets that there were before. */
export function committedTable(sets: Record<string, SetSummary>, before?: Table): Table {
  const cells = new Map<string, Map<string, string>>();
  const heads = new Map<string, string[]>();
  for (const row of before?.rows ?? []) {
    const [name, ...rest] = row.map(String);
    heads.set(name, [name, ...rest.slice(0, first.length - 1)]);
    cells.set(name, new Map(before?.columns.slice(first.length).map((model, k) => [model, rest[k + first.length - 1]])));
  }
  for (const [name, { users, items, metrics, k, results }] of Object.entries(sets)) {
    const key = `${metrics[1]}@${k}`;
    heads.set(name, [name, `${users.toLocaleString('en')} x ${items.toLocaleString('en')}`, `@${k}`]);
    const own = cells.get(name) ?? new Map<string, string>();
    cells.set(name, own);
    for (const { model, figures, fitCpuSeconds } of results) own.set(model, cell(figures[key], fitCpuSeconds));
  }
  const models = [...new Set([...cells.values()].flatMap((own) => [...own.keys()]))];
  const rows = [...heads].map(([name, head]) => [...head, ...models.map((model) => cells.get(name)?.get(model) ?? '')]);
  return { command, columns: [...first, ...models], rows: rows.map(bestInBold) };
}

const cell = (ndcg: number, seconds: number) => `${ndcg.toFixed(3).replace(/^0/, '')} (${seconds.toFixed(seconds < 10 ? 1 : 0)} s)`;

function bestInBold(row: string[]): string[] {
  const plain = row.map((text) => text.replaceAll('**', ''));
  const best = Math.max(...plain.slice(first.length).map((text) => Number(/^\.\d+/.exec(text)?.[0] ?? 0)));
  return plain.map((text, k) => (k >= first.length && Number(/^\.\d+/.exec(text)?.[0]) === best ? text.replace(/^\.\d+/, '**$&**') : text));
}

/** The picture of quality against cost of a table. */
export function pictureOf({ columns, rows }: Table): string {
  const sets = rows.map((row): [string, SetSummary] => {
    const results = columns.slice(first.length).flatMap((model, k) => {
      const found = /(\.\d+)\D* \(([\d.]+) s\)/.exec(String(row[k + first.length]));
      return found ? [{ model, figures: { 'ndcg@0': Number(found[1]) }, fitCpuSeconds: Number(found[2]) }] : [];
    });
    return [String(row[0]), { users: 0, items: 0, rows: 0, metrics: ['', 'ndcg'], k: 0, results, published: [] }];
  });
  return costPicture(Object.fromEntries(sets));
}
