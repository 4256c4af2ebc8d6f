import type { Memory } from '../index.plain.ts';

/** The words of a graph's header, in the order of kernels/hnsw-graph.ts, where each is explained. */
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
  round: 10,
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
} as const;

const followed = 1 << 30;

/** Twins of kernels/hnsw-search.ts and kernels/hnsw-build.ts, which say what each does. */
export function hnswKernels({ f32, i32 }: Memory) {
  const i8 = new Int8Array(i32.buffer);
  const u8 = new Uint8Array(i32.buffer);
  const i16 = new Int16Array(i32.buffer);
  const u16 = new Uint16Array(i32.buffer);
  const word = (g: number, name: keyof typeof hnswWords) => i32[g / 4 + hnswWords[name]];
  const set = (g: number, name: keyof typeof hnswWords, value: number) => {
    i32[g / 4 + hnswWords[name]] = value;
  };
  const degreeAt = (g: number, level: number) => word(g, level === 0 ? 'degree' : 'upperDegree');
  /** Index into `i32` of the first link. */
  const linksOf = (g: number, slot: number, level: number) => {
    if (level === 0) return word(g, 'links') / 4 + slot * word(g, 'degree');
    return word(g, 'upper') / 4 + (i32[word(g, 'upperOf') / 4 + slot] + level - 1) * word(g, 'upperDegree');
  };
  const newRound = (g: number) => {
    let round = word(g, 'round') + 1;
    if (round > 0xffff) {
      u16.fill(0, word(g, 'seen') / 2, word(g, 'seen') / 2 + word(g, 'slots'));
      round = 1;
    }
    set(g, 'round', round);
    return round;
  };
  const scaled = (sum: number, a: number, b: number) => Math.fround(Math.fround(Math.fround(sum) * a) * b);
  const scaleOf = (g: number, slot: number) => f32[word(g, 'scales') / 4 + slot];

  const queryOf = (g: number, slot: number) => {
    const width = word(g, 'width');
    for (let d = 0; d < width; d++) i16[word(g, 'query') / 2 + d] = i8[word(g, 'codes') + slot * width + d];
    f32[g / 4 + hnswWords.queryScale] = scaleOf(g, slot);
  };
  const scoreList = (g: number, count: number) => {
    const width = word(g, 'width');
    const query = word(g, 'query') / 2;
    const list = word(g, 'list') / 4;
    for (let k = 0; k < count; k++) {
      const row = word(g, 'codes') + i32[list + k] * width;
      let sum = 0;
      for (let d = 0; d < width; d++) sum += i16[query + d] * i8[row + d];
      f32[list + word(g, 'listRoom') + k] = scaled(sum, scaleOf(g, i32[list + k]), f32[g / 4 + hnswWords.queryScale]);
    }
  };
  const similarity = (g: number, slot: number, other: number) => {
    const width = word(g, 'width');
    const a = word(g, 'codes') + slot * width;
    const b = word(g, 'codes') + other * width;
    let sum = 0;
    for (let d = 0; d < width; d++) sum += i8[a + d] * i8[b + d];
    return scaled(sum, scaleOf(g, other), scaleOf(g, slot));
  };
  const insert = (pool: number, size: number, room: number, score: number, slot: number) => {
    let place = 0;
    while (place < size && f32[pool / 4 + 2 * place] >= score) place++;
    const end = pool / 4 + 2 * Math.min(size, room - 1);
    i32.copyWithin(pool / 4 + 2 * place + 2, pool / 4 + 2 * place, end);
    f32[pool / 4 + 2 * place] = score;
    i32[pool / 4 + 2 * place + 1] = slot;
    return place;
  };
  const enter = (g: number) => {
    i32[word(g, 'list') / 4] = word(g, 'entry');
    scoreList(g, 1);
    f32[word(g, 'pool') / 4] = f32[word(g, 'list') / 4 + word(g, 'listRoom')];
    i32[word(g, 'pool') / 4 + 1] = word(g, 'entry');
  };
  const searchLevel = (g: number, level: number, ef: number) => {
    const pool = word(g, 'pool');
    const list = word(g, 'list') / 4;
    const seen = word(g, 'seen') / 2;
    const round = newRound(g);
    let size = 1;
    u16[seen + i32[pool / 4 + 1]] = round;
    for (let next = 0; next < size; ) {
      const entry = pool / 4 + 2 * next + 1;
      next++;
      if (i32[entry] & followed) continue;
      const from = linksOf(g, i32[entry], level);
      i32[entry] |= followed;
      let fresh = 0;
      for (let k = from; k < from + degreeAt(g, level) && i32[k] >= 0; k++) {
        if (u16[seen + i32[k]] === round) continue;
        u16[seen + i32[k]] = round;
        i32[list + fresh++] = i32[k];
      }
      scoreList(g, fresh);
      for (let k = 0; k < fresh; k++) {
        const score = f32[list + word(g, 'listRoom') + k];
        if (size === ef && !(score > f32[pool / 4 + 2 * (ef - 1)])) continue;
        next = Math.min(next, insert(pool, size, ef, score, i32[list + k]));
        size = Math.min(size + 1, ef);
      }
    }
    for (let k = 0; k < size; k++) i32[pool / 4 + 2 * k + 1] &= ~followed;
    return size;
  };
  /** Index into `i32` of what was chosen, from there `count` slots. */
  const choose = (g: number, entries: number, count: number, m: number) => {
    const chosen = word(g, 'chosen') / 4;
    let taken = 0;
    for (let k = 0; k < count && taken < m; k++) {
      const slot = i32[entries / 4 + 2 * k + 1];
      const near = i32.subarray(chosen, chosen + taken).some((other) => similarity(g, slot, other) >= f32[entries / 4 + 2 * k]);
      if (!near) i32[chosen + taken++] = slot;
    }
    return taken;
  };
  const setLinks = (g: number, at: number, degree: number, count: number) => {
    i32.fill(-1, at, at + degree);
    i32.copyWithin(at, word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count);
  };
  const linkBack = (g: number, node: number, slot: number, level: number) => {
    const links = linksOf(g, node, level);
    const degree = degreeAt(g, level);
    const list = word(g, 'list') / 4;
    const free = i32.subarray(links, links + degree).indexOf(-1);
    if (free >= 0) {
      i32[links + free] = slot;
      return;
    }
    i32.copyWithin(list, links, links + degree);
    i32[list + degree] = slot;
    queryOf(g, node);
    scoreList(g, degree + 1);
    const edges = word(g, 'edges');
    for (let k = 0; k <= degree; k++) insert(edges, k, degree + 1, f32[list + word(g, 'listRoom') + k], i32[list + k]);
    setLinks(g, links, degree, choose(g, edges, degree + 1, degree));
  };
  const mend = (g: number, slot: number, level: number, ef: number) => {
    const removed = word(g, 'removed');
    const seen = word(g, 'seen') / 2;
    const links = linksOf(g, slot, level);
    const degree = degreeAt(g, level);
    if (!i32.subarray(links, links + degree).some((other) => other >= 0 && u8[removed + other] > 0)) return;
    const round = newRound(g);
    u16[seen + slot] = round;
    const list = word(g, 'list') / 4;
    const room = word(g, 'listRoom');
    let count = 0;
    let waiting = room;
    for (let from = links; ; from = linksOf(g, i32[list + waiting++], level)) {
      for (let k = from; k < from + degree && i32[k] >= 0 && count < waiting; k++) {
        const other = i32[k];
        if (u16[seen + other] === round) continue;
        u16[seen + other] = round;
        if (u8[removed + other]) i32[list + --waiting] = other;
        else i32[list + count++] = other;
      }
      if (waiting === room || count >= ef) break;
    }
    queryOf(g, slot);
    scoreList(g, count);
    const pool = word(g, 'pool');
    let size = 0;
    for (let k = 0; k < count; k++) {
      const score = f32[list + room + k];
      if (size === ef && !(score > f32[pool / 4 + 2 * (ef - 1)])) continue;
      insert(pool, size, ef, score, i32[list + k]);
      size = Math.min(size + 1, ef);
    }
    setLinks(g, links, degree, choose(g, pool, size, degree));
  };

  return {
    hnswSearch(g: number, ef: number) {
      if (word(g, 'entry') < 0) return 0;
      enter(g);
      for (let level = word(g, 'top'); level > 0; level--) searchLevel(g, level, 1);
      return searchLevel(g, 0, ef);
    },
    hnswScores: scoreList,
    hnswInsert(g: number, slot: number, level: number, ef: number) {
      for (let l = 0; l <= level; l++) i32.fill(-1, linksOf(g, slot, l), linksOf(g, slot, l) + degreeAt(g, l));
      const top = word(g, 'top');
      if (word(g, 'entry') >= 0) {
        queryOf(g, slot);
        enter(g);
        for (let l = top; l > level; l--) searchLevel(g, l, 1);
        for (let l = Math.min(level, top); l >= 0; l--) {
          const pool = word(g, 'pool') / 4;
          const size = searchLevel(g, l, ef);
          const nearest = i32.slice(pool, pool + 2);
          let left = 0;
          for (let k = 0; k < size; k++) {
            if (u8[word(g, 'removed') + i32[pool + 2 * k + 1]]) continue;
            i32.copyWithin(pool + 2 * left, pool + 2 * k, pool + 2 * k + 2);
            left++;
          }
          const count = choose(g, word(g, 'pool'), left || size, word(g, 'upperDegree'));
          const links = linksOf(g, slot, l);
          i32.copyWithin(links, word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count);
          for (let k = 0; k < count; k++) linkBack(g, i32[links + k], slot, l);
          i32.set(nearest, pool);
          queryOf(g, slot);
        }
        if (level <= top) return;
      }
      set(g, 'entry', slot);
      set(g, 'top', level);
    },
    hnswMend(g: number, lo: number, hi: number, levels: number, ef: number) {
      for (let slot = lo; slot < hi; slot++) {
        if (u8[word(g, 'removed') + slot]) continue;
        for (let level = 0; level <= u8[levels + slot]; level++) mend(g, slot, level, ef);
      }
    },
    hnswCount(marks: number, count: number) {
      return u8.subarray(marks, marks + count).reduce((sum, mark) => sum + (mark > 0 ? 1 : 0), 0);
    },
    hnswMarked(g: number, marks: number, from: number, to: number, slotOf: number) {
      const list = word(g, 'list') / 4;
      let found = 0;
      for (let key = from; key < to; key++) {
        if (u8[marks + key - from] && i32[slotOf / 4 + key] > 0) i32[list + found++] = i32[slotOf / 4 + key] - 1;
      }
      return found;
    },
  };
}
