import type { Recommendation } from '../entries/index.ts';
import { print, printJson, table } from './terminal.ts';

/** An item of a history that speaks for another one, and how much. */
export interface Reason {
  item: string;
  score: number;
}

/** A list for people, or as JSON. @param why reasons of each entry, for JSON */
export function printList(
  list: readonly Recommendation[],
  titles: ReadonlyMap<string, string>,
  json: boolean | undefined,
  why?: readonly Reason[][],
): void {
  const rows = list.map(({ item, score }, k) => ({
    item,
    score,
    ...(titles.has(item) && { title: titles.get(item) as string }),
    ...(why && { why: why[k] }),
  }));
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
