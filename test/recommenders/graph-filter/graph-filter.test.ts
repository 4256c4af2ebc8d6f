import { GraphFilterRecommender, type Interactions } from 'attune';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { expectCode, recommenderConformance } from '../../support/conformance.ts';
import { fromRows, historyOf, zipf } from '../../support/makers.ts';

describe.each(['linear', 'low-pass', 'chebyshev'] as const)('GraphFilterRecommender, filter %s', (filter) => {
  recommenderConformance({
    make: (options) => new GraphFilterRecommender({ filter, rank: 64, ...options }),
    Class: GraphFilterRecommender,
    can: { explain: true, partialFit: true },
  });

  it('scores by its formula in double precision', async () => {
    for (const data of [
      zipf(),
      fromRows([
        ['u1', 'a', 2],
        ['u1', 'b', 3],
        ['u2', 'a', 1],
        ['u2', 'c', -1],
        ['u3', 'd', 0],
        ['u3', 'b', 1],
      ]),
    ]) {
      // biome-ignore format: a table
      for (const popularityExponent of [0, 0.4]) {
        const model = await new GraphFilterRecommender({ filter, rank: 3, popularityExponent }).fit(data);
        const whole = await new GraphFilterRecommender({ filter, rank: 500, popularityExponent }).fit(data);
        for (const [fitted, rank] of [[model, 3], [whole, 500]] as const) { // biome-ignore format: a table
          const oracle = exact(data, { filter, rank, popularityExponent });
          for (const user of data.users) {
            const expected = oracle(user);
            const scores = fitted.score(user, data.items);
            const size = Math.max(...expected.map(Math.abs));
            [...data.items].forEach((_, i) => {
              expect(Math.abs(scores[i] - expected[i])).toBeLessThan((rank === 3 ? 0.03 : 3e-4) * size + 1e-6);
            });
          }
        }
      }
    }
  });
  it('gives cosines of items by its formula, never beyond 1', async () => {
    const data = zipf({ users: 12, items: 30 });
    const noise = filter === 'chebyshev' ? interpolation(8, 1.5)(0) : 0;
    for (const rank of [0, 3, 500]) {
      const model = await new GraphFilterRecommender({ filter, rank }).fit(data);
      const { h } = dense(data, { filter, rank });
      const self = [...data.items].map((_, i) => h.get(i, i) - noise);
      [...data.items].forEach((item, i) => {
        for (const { item: other, score } of model.similarItems(item, { n: 1000 })) {
          const j = data.items.indexOf(other);
          expect(Math.abs(score)).toBeLessThanOrEqual(1);
          if (rank === 500) expect(score).toBeCloseTo(h.get(i, j) / Math.sqrt(self[i] * self[j]), 2);
        }
      });
    }
  });
  it("gives a visitor with a known user's history that user's list, bit for bit", async () => {
    const data = zipf();
    const model = await new GraphFilterRecommender({ filter, rank: 8 }).fit(data);
    const lists = model.recommendMany(data.users, { n: 20 });
    [...data.users].forEach((user, k) => {
      expect(model.recommendFor(historyOf(data, user), { n: 20 })).toEqual(lists.at(k));
      expect(model.recommend(user, { n: 20 })).toEqual(lists.at(k));
    });
  });
  it('gives the same bytes and lists on any number of threads', async () => {
    const data = zipf();
    const models = await Promise.all([1, 2, 3].map((threads) => new GraphFilterRecommender({ filter, rank: 6, threads }).fit(data)));
    const [first, ...others] = models.map((model) => [model.toBytes(), [...model.recommendMany(data.users)]]);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('GraphFilterRecommender', () => {
  it('refuses options out of range', () => {
    for (const bad of [
      { filter: 'high-pass' },
      { rank: -1 },
      { rank: 1.5 },
      { lowPassWeight: -1 },
      { popularityExponent: 2 },
      { degree: 0 },
      { flatness: 0 },
    ]) {
      expectCode('ERR_BAD_OPTION', () => new GraphFilterRecommender(bad as never));
    }
  });
});

interface Formula {
  filter: 'linear' | 'low-pass' | 'chebyshev';
  rank: number;
  popularityExponent: number;
}

/** h(A) of the docstring as a dense matrix, and the degrees of items. */
function dense(data: Interactions, { filter, rank }: Omit<Formula, 'popularityExponent'>): { h: Matrix; di: number[] } {
  const users = [...data.users];
  const items = [...data.items];
  const r = Matrix.zeros(users.length, items.length);
  for (const { user, item, value } of data) r.set(users.indexOf(user), items.indexOf(item), Math.max(0, value));
  const du = users.map((_, u) => r.getRow(u).reduce((sum, v) => sum + v, 0));
  const di = items.map((_, i) => r.getColumn(i).reduce((sum, v) => sum + v, 0));
  const n = r.clone();
  for (let u = 0; u < users.length; u++) {
    for (let i = 0; i < items.length; i++) n.set(u, i, r.get(u, i) > 0 ? r.get(u, i) / Math.sqrt(du[u] * di[i]) : 0);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(n.transpose().mmul(n), { assumeSymmetric: true });
  const order = realEigenvalues.map((_, k) => k).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const leading = new Set(order.slice(0, rank).filter((k) => realEigenvalues[k] > 1e-6));
  const transfer = filter === 'chebyshev' ? interpolation(8, 1.5) : (a: number) => a;
  const weight = { linear: 0, 'low-pass': 0.3, chebyshev: 0.2 }[filter];
  const gains = realEigenvalues.map((a, k) => transfer(a) + (leading.has(k) ? weight : 0));
  return { h: eigenvectorMatrix.mmul(Matrix.diag(gains)).mmul(eigenvectorMatrix.transpose()), di };
}

/** The formulas of the docstring on dense matrices; gives the scores of a user. */
function exact(data: Interactions, { popularityExponent, ...filter }: Formula): (user: string) => number[] {
  const items = [...data.items];
  const { h, di } = dense(data, filter);
  const pre = di.map((d) => (d > 0 ? d ** -popularityExponent : 0));
  return (user) => {
    const signal = items.map(() => 0);
    for (const { item, value } of historyOf(data, user)) signal[items.indexOf(item)] = value * pre[items.indexOf(item)];
    return items.map((_, i) => (pre[i] > 0 ? h.getRow(i).reduce((sum, v, j) => sum + v * signal[j], 0) / pre[i] : 0));
  };
}

/** ChebyCF's polynomial, as its reference code sums it. */
function interpolation(degree: number, flatness: number): (a: number) => number {
  const points = Array.from({ length: degree + 1 }, (_, k) => Math.cos(((degree - k) / degree) * Math.PI));
  const targets = points.map((x) => (x < 0 ? (-x) ** flatness * 0.5 + 0.5 : -(x ** flatness) * 0.5 + 0.5));
  const nodes = points.map((_, k) => Math.cos(((degree + 0.5 - k) / (degree + 1)) * Math.PI));
  const chebyshev = (k: number, x: number) => Math.cos(k * Math.acos(Math.min(1, Math.max(-1, x))));
  const coefficients = points.map(
    (_, k) => ((k === 0 ? 1 : 2) / (degree + 1)) * nodes.reduce((sum, x, j) => sum + targets[j] * chebyshev(k, x), 0),
  );
  return (a) => coefficients.reduce((sum, c, k) => sum + c * chebyshev(k, 1 - 2 * a), 0);
}

it('keeps an eighth of the eigenvectors by default, and at least 32: all of them would give histories back', async () => {
  const scores = async (data: Interactions, rank?: number) => {
    const model = await new GraphFilterRecommender({ rank }).fit(data);
    return model.score([...data.users][0], data.items);
  };
  const small = zipf({ users: 60, items: 40 });
  expect(await scores(small)).toEqual(await scores(small, 32));
  const larger = zipf({ users: 400, items: 300, rows: 6000 });
  const items = larger.itemCount;
  expect(await scores(larger)).toEqual(await scores(larger, Math.floor(items / 8)));
});
