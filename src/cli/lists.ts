import type { Recommendation } from '../entries/index.ts';
import { print, printJson, table } from './terminal.ts';

/** A list for people, or as JSON. */
export function printList(list: readonly Recommendation[], titles: ReadonlyMap<string, string>, json: boolean | undefined): void {
  const rows = list.map(({ item, score }) => ({ item, score, ...(titles.has(item) && { title: titles.get(item) as string }) }));
  const named = titles.size > 0;
  if (json) printJson(rows);
  else if (rows.length === 0) print('(nothing)');
  else
    print(
      table(
        ['', 'item', 'score', ...(named ? ['title'] : [])],
        rows.map(({ item, score, title }, k) => [k + 1, item, score, ...(named ? [title ?? ''] : [])]),
      ),
    );
}
