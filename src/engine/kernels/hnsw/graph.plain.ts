import type { Memory } from '../../memory/views.ts';
import { packedOver } from './packed.plain.ts';

/** The words of a graph's header, in the order of graph.ts, where each is explained. */
export const hnswWords = {
  width: 0,
  upperDegree: 1,
  degree: 2,
  codes: 3,
  scales: 4,
  links: 5,
  upperOf: 6,
  upper: 7,
  removed: 8,
  seen: 9,
  seenBytes: 10,
  slots: 11,
  entry: 12,
  top: 13,
  query: 14,
  queryScale: 15,
  pool: 16,
  list: 17,
  edges: 18,
  listRoom: 19,
  chosen: 20,
  fine: 21,
  refined: 22,
  centre: 23,
  allowed: 24,
  crowded: 25,
  fourBit: 26,
  record: 27,
  lowBits: 28,
  unpacked: 29,
  touched: 30,
} as const;

/** What the twins know of a graph: its header, its lists of links, the similarity of its nodes. In the order of graph.ts, which says more. */
export function nodesOf(memory: Memory) {
  const { f32, i8, u8, i16, i32 } = memory;
  const word = (g: number, name: keyof typeof hnswWords) => i32[g / 4 + hnswWords[name]];
  const set = (g: number, name: keyof typeof hnswWords, value: number) => {
    i32[g / 4 + hnswWords[name]] = value;
  };
  const degreeAt = (g: number, level: number) => word(g, level === 0 ? 'degree' : 'upperDegree');
  const { unpack, pack } = packedOver(memory, word);
  /** Index into `i32` of the first link; where they are packed, of where they are unpacked to. */
  const linksOf = (g: number, slot: number, level: number, place = 0) => {
    if (level === 0 && word(g, 'record')) return unpack(g, slot, place);
    if (level === 0) return word(g, 'links') / 4 + slot * word(g, 'degree');
    return word(g, 'upper') / 4 + (i32[word(g, 'upperOf') / 4 + slot] + level - 1) * word(g, 'upperDegree');
  };
  const setLinks = (g: number, slot: number, level: number, links: Int32Array) => {
    if (level === 0 && word(g, 'record')) return pack(g, slot, links);
    const to = linksOf(g, slot, level);
    const given = links.slice();
    i32.fill(-1, to, to + degreeAt(g, level));
    i32.set(given, to);
  };
  const meetNone = (g: number) => {
    u8.fill(0, word(g, 'seen'), word(g, 'seen') + word(g, 'seenBytes'));
  };
  /** Meets a slot. @returns whether that is the first time */
  const meet = (g: number, slot: number) => {
    const at = word(g, 'seen') / 4 + (slot >> 5);
    const isNew = ((i32[at] >>> (slot & 31)) & 1) === 0;
    i32[at] |= 1 << (slot & 31);
    return isNew;
  };
  const scaled = (sum: number, a: number, b: number) => Math.fround(Math.fround(Math.fround(sum) * a) * b);
  const scaleOf = (g: number, slot: number) => f32[word(g, 'scales') / 4 + slot];

  /** The codes of a slot, one per dimension. */
  const codesOf = (g: number, slot: number) => {
    const width = word(g, 'width');
    const dimensions = word(g, 'fourBit');
    if (dimensions === 0) return i8.subarray(word(g, 'codes') + slot * width, word(g, 'codes') + (slot + 1) * width);
    const packed = word(g, 'codes') + (slot * width) / 2;
    const codes = new Int8Array(width);
    for (let d = 0; d < dimensions; d++) {
      const both = u8[packed + (d >> 5) * 16 + (d & 15)];
      codes[d] = 2 * (d & 16 ? both >> 4 : both & 15) - 15;
    }
    return codes;
  };

  const queryOf = (g: number, slot: number) => {
    i16.set(codesOf(g, slot), word(g, 'query') / 2);
    f32[g / 4 + hnswWords.queryScale] = scaleOf(g, slot);
    set(g, 'centre', slot);
  };
  const sumOf = (a: ArrayLike<number>, at: number, b: Int8Array, other: number, width: number) => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += a[at + d] * b[other + d];
    return sum;
  };
  const finely = (first: number, mixed: number, second: number, a: number, b: number) =>
    Math.fround((first + mixed / 254 + second / 64516) * a * b);
  const fineSimilarity = (g: number, slot: number, other: number) => {
    const width = word(g, 'width');
    const [a, b] = [word(g, 'codes') + slot * width, word(g, 'codes') + other * width];
    const [c, d] = [word(g, 'fine') + slot * width, word(g, 'fine') + other * width];
    const mixed = sumOf(i8, a, i8, d, width) + sumOf(i8, c, i8, b, width);
    return finely(sumOf(i8, a, i8, b, width), mixed, sumOf(i8, c, i8, d, width), scaleOf(g, other), scaleOf(g, slot));
  };
  const fineScore = (g: number, slot: number) => {
    const centre = word(g, 'centre');
    if (centre >= 0) return fineSimilarity(g, centre, slot);
    const width = word(g, 'width');
    const query = word(g, 'query') / 2;
    const first = sumOf(i16, query, i8, word(g, 'codes') + slot * width, width);
    const second = sumOf(i16, query, i8, word(g, 'fine') + slot * width, width);
    return finely(first, second, 0, scaleOf(g, slot), f32[g / 4 + hnswWords.queryScale]);
  };
  const scoreList = (g: number, count: number) => {
    const width = word(g, 'width');
    const query = word(g, 'query') / 2;
    const list = word(g, 'list') / 4;
    if (word(g, 'refined')) {
      for (let k = 0; k < count; k++) f32[list + word(g, 'listRoom') + k] = fineScore(g, i32[list + k]);
      return;
    }
    for (let k = 0; k < count; k++) {
      const sum = sumOf(i16, query, codesOf(g, i32[list + k]), 0, width);
      f32[list + word(g, 'listRoom') + k] = scaled(sum, scaleOf(g, i32[list + k]), f32[g / 4 + hnswWords.queryScale]);
    }
  };
  const similarity = (g: number, slot: number, other: number) => {
    if (word(g, 'refined')) return fineSimilarity(g, slot, other);
    const sum = sumOf(codesOf(g, slot), 0, codesOf(g, other), 0, word(g, 'width'));
    return scaled(sum, scaleOf(g, other), scaleOf(g, slot));
  };
  return { word, set, degreeAt, linksOf, setLinks, unpack, meetNone, meet, queryOf, scaleOf, scoreList, similarity, fineScore };
}

/** What {@link nodesOf} gives. */
export type Nodes = ReturnType<typeof nodesOf>;
