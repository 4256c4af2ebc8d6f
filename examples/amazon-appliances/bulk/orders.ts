/** Texts one after the other, and where each ends. */
export interface Texts {
  bytes: Uint8Array;
  ends: Int32Array;
}

/** Texts in the order of SQLite and of `memcmp`. */
export interface Ranked {
  /** Place of each text in `sorted`. Threads share it. */
  rank: Int32Array;
  /** A copy in order, which threads share, so that an index reads it from one end to the other. */
  sorted: Texts;
}

export function ranked({ bytes, ends }: Texts): Ranked {
  const order = inOrder(bytes, ends);
  const rank = new Int32Array(new SharedArrayBuffer(4 * order.length));
  const sorted = {
    bytes: new Uint8Array(new SharedArrayBuffer(bytes.length)),
    ends: new Int32Array(new SharedArrayBuffer(4 * ends.length)),
  };
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new DataView(sorted.bytes.buffer);
  let at = 0;
  const touched = new Uint8Array(1); // an array, or a compiler would leave the reading out
  for (let from = 0; from < order.length; from += 64) {
    const to = Math.min(order.length, from + 64);
    // The texts are anywhere in memory: to read a little of each of some first lets the processor fetch them side by side.
    for (let k = from; k < to; k++) touched[0] ^= bytes[startOf(ends, order[k])] ^ rank[order[k]];
    for (let k = from; k < to; k++) {
      const id = order[k];
      const end = ends[id];
      rank[id] = k;
      let place = startOf(ends, id);
      for (; place + 4 <= end; place += 4, at += 4) target.setInt32(at, source.getInt32(place));
      for (; place < end; place++) sorted.bytes[at++] = bytes[place];
      sorted.ends[k] = at;
    }
  }
  return { rank, sorted };
}

export const startOf = (ends: Int32Array, id: number) => (id === 0 ? 0 : ends[id - 1]);

/**
 * The texts in order. Their first letters after those that all share make a number of 32 bits, and numbers sort fast; what has the same
 * number, few texts as a rule, is then sorted by the letters after that.
 */
function inOrder(bytes: Uint8Array, ends: Int32Array): Int32Array {
  const count = ends.length;
  const shared = sharedLetters(bytes, ends);
  const { codes, base } = codesOf(bytes);
  const letters = Math.floor(32 / Math.log2(base));
  const keys = new BigUint64Array(count);
  const halves = new Uint32Array(keys.buffer); // of each key the lower one first, as on every machine Node runs on
  for (let id = 0; id < count; id++) {
    let number = 0;
    const from = startOf(ends, id) + shared;
    for (let k = from; k < from + letters; k++) number = number * base + (k < ends[id] ? codes[bytes[k]] : 0);
    halves[2 * id] = id;
    halves[2 * id + 1] = number;
  }
  keys.sort();
  const order = new Int32Array(count);
  for (let k = 0; k < count; k++) order[k] = halves[2 * k];
  const spare = new Int32Array(count);
  for (let from = 0, to = 0; from < count; from = to) {
    for (to = from + 1; to < count && halves[2 * to + 1] === halves[2 * from + 1]; ) to++;
    if (to - from > 1) sortByBytes(order, spare, from, to, shared + letters, bytes, ends);
  }
  return order;
}

/** How many letters all texts begin with. */
function sharedLetters(bytes: Uint8Array, ends: Int32Array): number {
  let shared = ends.length === 0 ? 0 : ends[0];
  for (let id = 1; id < ends.length; id++) {
    const start = ends[id - 1];
    let same = 0;
    while (same < shared && start + same < ends[id] && bytes[start + same] === bytes[same]) same++;
    shared = same;
  }
  return shared;
}

/** Numbers the letters that occur, in their order, from 1: 0 is for the end of a text. */
function codesOf(bytes: Uint8Array): { codes: Uint16Array; base: number } {
  const codes = new Uint16Array(256);
  for (let k = 0; k < bytes.length; k++) codes[bytes[k]] = 1;
  let base = 1;
  for (let letter = 0; letter < 256; letter++) if (codes[letter] > 0) codes[letter] = base++;
  return { codes, base: Math.max(base, 2) };
}

/** Radix sort from the first byte on: ids of one kind share beginnings, and comparing two of them reads two far places. */
function sortByBytes(
  order: Int32Array,
  spare: Int32Array,
  from: number,
  to: number,
  depth: number,
  bytes: Uint8Array,
  ends: Int32Array,
): void {
  if (to - from < 24) {
    insertionSort(order, from, to, depth, bytes, ends);
    return;
  }
  // Bucket 0 is for ids that end here.
  const bucketOf = (id: number) => {
    const at = startOf(ends, id) + depth;
    return at < ends[id] ? bytes[at] + 1 : 0;
  };
  const next = new Int32Array(258);
  for (let k = from; k < to; k++) next[bucketOf(order[k]) + 1]++;
  for (let b = 0; b < 257; b++) next[b + 1] += next[b];
  const starts = next.slice();
  for (let k = from; k < to; k++) spare[from + next[bucketOf(order[k])]++] = order[k];
  for (let k = from; k < to; k++) order[k] = spare[k];
  for (let b = 1; b < 257; b++) {
    if (starts[b + 1] - starts[b] > 1) sortByBytes(order, spare, from + starts[b], from + starts[b + 1], depth + 1, bytes, ends);
  }
}

function insertionSort(order: Int32Array, from: number, to: number, depth: number, bytes: Uint8Array, ends: Int32Array): void {
  for (let k = from + 1; k < to; k++) {
    const id = order[k];
    let at = k;
    while (at > from && comesBefore(id, order[at - 1], depth, bytes, ends)) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = id;
  }
}

function comesBefore(a: number, b: number, depth: number, bytes: Uint8Array, ends: Int32Array): boolean {
  let [x, y] = [startOf(ends, a) + depth, startOf(ends, b) + depth];
  for (; x < ends[a] && y < ends[b]; x++, y++) if (bytes[x] !== bytes[y]) return bytes[x] < bytes[y];
  return x === ends[a] && y < ends[b];
}

/** The numbers from 0. */
export function counting(count: number): Int32Array {
  const numbers = new Int32Array(count); // several times as fast as Int32Array.from, which makes a list first
  for (let k = 0; k < count; k++) numbers[k] = k;
  return numbers;
}

/** Sorts rows by a small whole number of each; equal ones keep their order. */
export function sortedBy(rows: Int32Array, keys: Int32Array, largest: number): Int32Array {
  const next = new Int32Array(largest + 2);
  for (let k = 0; k < rows.length; k++) next[keys[rows[k]] + 1]++;
  for (let key = 0; key <= largest; key++) next[key + 1] += next[key];
  const sorted = new Int32Array(rows.length);
  for (let k = 0; k < rows.length; k++) sorted[next[keys[rows[k]]]++] = rows[k];
  return sorted;
}
