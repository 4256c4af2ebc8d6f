import { Interactions, metrics } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const ranked = {
  precision: metrics.precision,
  recall: metrics.recall,
  f1: metrics.f1,
  hitRate: metrics.hitRate,
  ndcg: metrics.ndcg,
} as const;
const ordered = { mrr: metrics.reciprocalRank, map: metrics.averagePrecision } as const;
const all = { ...ranked, ...ordered };

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 15 });
const gains = fc.dictionary(fc.integer({ min: 0, max: 30 }).map(String), fc.integer({ min: -1, max: 5 }), { minKeys: 1, maxKeys: 12 });
const cuts = fc.integer({ min: 1, max: 20 });

describe('for any list and any gains', () => {
  it('every metric lies between 0 and 1, or is NaN when nothing is relevant', () => {
    fc.assert(
      fc.property(lists, gains, cuts, (list, given, k) => {
        const relevant = toMap(given);
        const some = [...relevant.values()].some((gain) => gain > 0);
        for (const metric of Object.values(all)) {
          const value = metric(list, relevant, k);
          if (!some) expect(value).toBeNaN();
          else expect(value >= 0 && value <= 1 + 1e-12).toBe(true);
        }
      }),
    );
  });

  it('names of items do not matter', () => {
    fc.assert(
      fc.property(lists, gains, cuts, (list, given, k) => {
        const relevant = toMap(given);
        const renamed = new Map([...relevant].map(([item, gain]) => [`item ${item}`, gain]));
        for (const metric of Object.values(all)) {
          const one = metric(list, relevant, k);
          const other = metric(
            list.map((item) => `item ${item}`),
            renamed,
            k,
          );
          expect(other).toBe(one);
        }
      }),
    );
  });

  it('moving a relevant item up by one place never makes a metric smaller', () => {
    fc.assert(
      fc.property(lists, gains, cuts, fc.nat(), (list, given, k, where) => {
        const relevant = toMap(given);
        if (list.length < 2) return;
        const at = 1 + (where % (list.length - 1));
        const gainAt = (place: number) => Math.max(0, relevant.get(list[place]) ?? 0);
        if (gainAt(at) <= gainAt(at - 1)) return;
        const better = [...list];
        [better[at - 1], better[at]] = [better[at], better[at - 1]];
        for (const metric of Object.values(all))
          expect(metric(better, relevant, k)).toBeGreaterThanOrEqual(metric(list, relevant, k) - 1e-12);
      }),
    );
  });

  it('the best list has an ndcg of 1, whatever the gains', () => {
    fc.assert(
      fc.property(gains, cuts, (given, k) => {
        const relevant = toMap(given);
        const best = [...relevant].sort((a, b) => b[1] - a[1]).map(([item]) => item);
        if (relevant.get(best[0])! <= 0) return;
        for (const gain of ['linear', 'exponential', 'binary'] as const)
          expect(metrics.ndcg(best, relevant, k, { gain })).toBeCloseTo(1, 12);
      }),
    );
  });

  it('recall, hitRate and reciprocal rank never fall with k', () => {
    fc.assert(
      fc.property(lists, gains, cuts, (list, given, k) => {
        const relevant = toMap(given);
        for (const metric of [metrics.recall, metrics.hitRate, metrics.reciprocalRank]) {
          const [shallow, deep] = [metric(list, relevant, k), metric(list, relevant, k + 1)];
          if (!Number.isNaN(deep)) expect(deep).toBeGreaterThanOrEqual(shallow);
        }
      }),
    );
  });
});

describe('many lists in columns', () => {
  const cases = fc.array(fc.tuple(lists, gains), { minLength: 1, maxLength: 8 });

  it('measureLists gives every user what the single functions give', () => {
    fc.assert(
      fc.property(cases, fc.uniqueArray(cuts, { minLength: 1, maxLength: 3 }), (users, ks) => {
        for (const gain of ['linear', 'exponential', 'binary'] as const) {
          const table = metrics.measureLists(toLists(users.map(([list]) => list)), toRelevant(users.map(([, given]) => toMap(given))), {
            metrics: metrics.listMetrics,
            k: ks,
            itemCount: 31,
            gain,
          });
          for (const k of ks) {
            users.forEach(([list, given], u) => {
              const relevant = toMap(given);
              for (const [name, metric] of Object.entries(all)) {
                const single = name === 'ndcg' ? metrics.ndcg(list, relevant, k, { gain }) : metric(list, relevant, k);
                expectSame(table.get(`${name}@${k}`)?.[u], single);
              }
              expectSame(table.get(`auc@${k}`)?.[u], metrics.auc(list, relevant, k, { items: 31 }));
            });
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('co-occurrence diversity is the diversity of the columns of users', () => {
    fc.assert(
      fc.property(
        fc.array(lists, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(6), fc.nat(25)), { minLength: 1, maxLength: 60 }),
        (users, rows) => {
          const data = Interactions.fromColumns({ users: rows.map(([user]) => user), items: rows.map(([, item]) => item) });
          const { byItem } = data;
          const vectorOf = (item: number) => {
            const vector = new Float64Array(data.userCount);
            const own = data.items.indexOf(String(item));
            if (own >= 0) for (let e = byItem.offsets[own]; e < byItem.offsets[own + 1]; e++) vector[byItem.indices[e]] = 1;
            return vector;
          };
          let unknown = data.itemCount;
          const dense = (item: number) => (data.items.has(String(item)) ? data.items.indexOf(String(item)) : unknown++);
          const fast = metrics.coOccurrenceDiversity(toLists(users.map((list) => list.map(dense))), [4, 2], byItem);
          for (const [at, k] of [4, 2].entries()) {
            users.forEach((list, u) => {
              expectSame(fast[at][u], metrics.diversity(list, { vectors: (item) => vectorOf(Number(item)) }, k));
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a duplicate in a list is an error here, too', () => {
    expect(() =>
      metrics.measureLists(toLists([[1, 2, 1]]), toRelevant([new Map([[1, 1]])]), { metrics: ['ndcg'], k: [3], itemCount: 3 }),
    ).toThrow(expect.objectContaining({ code: 'ERR_DUPLICATE' }));
  });
});

function expectSame(value: number | undefined, expected: number): void {
  if (Number.isNaN(expected)) expect(value).toBeNaN();
  else expect(value).toBeCloseTo(expected, 9);
}

function toMap(given: Record<string, number>): Map<number, number> {
  return new Map(Object.entries(given).map(([item, gain]) => [Number(item), gain]));
}

function toLists(rows: number[][]) {
  return { offsets: offsetsOf(rows), items: Int32Array.from(rows.flat()) };
}

function toRelevant(rows: Map<number, number>[]) {
  const flat = rows.map((row) => [...row]);
  return {
    offsets: offsetsOf(flat),
    indices: Int32Array.from(flat.flat().map(([item]) => item)),
    values: Float32Array.from(flat.flat().map(([, gain]) => gain)),
  };
}

function offsetsOf(rows: unknown[][]): Int32Array {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => {
    offsets[at + 1] = offsets[at] + row.length;
  });
  return offsets;
}
