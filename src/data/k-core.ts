import type { RowColumns } from './sequences.ts';

/** The rows that are allowed and whose user and item have enough of them: the minimum counts are applied again until they hold (k-core). */
export function coreRows(
  { userIndices, itemIndices, userCount, itemCount }: Pick<RowColumns, 'userIndices' | 'itemIndices' | 'userCount'> & { itemCount: number },
  isAllowed: (row: number) => boolean,
  { minPerUser, minPerItem }: { minPerUser: number; minPerItem: number },
): Int32Array {
  const rows: number[] = [];
  const perUser = new Int32Array(userCount);
  const perItem = new Int32Array(itemCount);
  for (let row = 0; row < userIndices.length; row++) {
    if (!isAllowed(row)) continue;
    rows.push(row);
    perUser[userIndices[row]]++;
    perItem[itemIndices[row]]++;
  }
  for (let before = -1; before !== rows.length; ) {
    before = rows.length;
    let size = 0;
    for (const row of rows) {
      if (perUser[userIndices[row]] >= minPerUser && perItem[itemIndices[row]] >= minPerItem) {
        rows[size++] = row;
        continue;
      }
      perUser[userIndices[row]]--;
      perItem[itemIndices[row]]--;
    }
    rows.length = size;
  }
  return Int32Array.from(rows);
}
