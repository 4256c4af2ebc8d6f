/** What each user did, in time order: user u owns `offsets[u]` to `offsets[u + 1]`. */
export interface Sequences {
  /** `users + 1` positions into the other columns. */
  offsets: Int32Array;
  /** Dense item indices, oldest first; of equal times, or without times, in the order of the rows. */
  items: Int32Array;
  /** Their values. */
  values: Float32Array;
  /** Their times in milliseconds since 1970; undefined when the data has no times. */
  timestamps: Float64Array | undefined;
}

/** Columns of interactions, one entry per row. */
export interface RowColumns {
  /** Number of users. */
  userCount: number;
  /** Dense user index of each row. */
  userIndices: Int32Array;
  /** Dense item index of each row. */
  itemIndices: Int32Array;
  /** Value of each row. */
  values: Float32Array;
  /** Time of each row. */
  timestamps: Float64Array | undefined;
}

/** The sequences of all users. O(rows) where rows come in time order already, as they do from a log. */
export function sequencesOf(columns: RowColumns): Sequences {
  const { itemIndices, values, timestamps } = columns;
  const { offsets, rows } = rowsByUser(columns);
  if (timestamps) {
    for (let user = 0; user + 1 < offsets.length; user++) sortByTime(rows.subarray(offsets[user], offsets[user + 1]), timestamps);
  }
  return {
    offsets,
    items: rows.map((row) => itemIndices[row]),
    values: Float32Array.from(rows, (row) => values[row]),
    timestamps: timestamps && Float64Array.from(rows, (row) => timestamps[row]),
  };
}

/** Row positions of each user, ascending. */
export function rowsByUser({ userIndices, userCount }: Pick<RowColumns, 'userIndices' | 'userCount'>): {
  offsets: Int32Array;
  rows: Int32Array;
} {
  const offsets = new Int32Array(userCount + 1);
  for (let row = 0; row < userIndices.length; row++) offsets[userIndices[row] + 1]++;
  for (let user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
  const next = offsets.slice();
  const rows = new Int32Array(userIndices.length);
  for (let row = 0; row < userIndices.length; row++) rows[next[userIndices[row]]++] = row;
  return { offsets, rows };
}

function sortByTime(rows: Int32Array, timestamps: Float64Array): void {
  for (let k = 1; k < rows.length; k++) {
    if (timestamps[rows[k]] >= timestamps[rows[k - 1]]) continue;
    rows.sort((a, b) => timestamps[a] - timestamps[b] || a - b);
    return;
  }
}
