import {
  AlsRecommender,
  AttuneError,
  BlendRecommender,
  BprRecommender,
  EaseRecommender,
  FactorRecommender,
  type FittableRecommender,
  GraphFilterRecommender,
  ItemKnnRecommender,
  LightGcnRecommender,
  loadRecommender,
  NcfRecommender,
  PopularityRecommender,
  type Recommender,
  SasRecRecommender,
  SequenceLinearRecommender,
  TwoTowerRecommender,
} from 'attune';
import { expect, it } from 'vitest';
import { randomBelow, randomNumbers } from '../../src/numeric/random.ts';
import { familyReaders } from '../../src/recommenders/families.ts';
import { zipf } from '../support/makers.ts';

const small = { factors: 8, epochs: 2, threads: 1, seed: 1 };
const families: Record<string, () => FittableRecommender> = {
  als: () => new AlsRecommender({ factors: 8, iterations: 2, threads: 1 }),
  bpr: () => new BprRecommender({ factors: 8, iterations: 2, threads: 1 }),
  ease: () => new EaseRecommender({ weightsPerItem: 10, threads: 1 }),
  'graph-filter': () => new GraphFilterRecommender({ rank: 8, threads: 1 }),
  'item-knn': () => new ItemKnnRecommender({ neighbors: 5 }),
  'light-gcn': () => new LightGcnRecommender({ ...small, negatives: 16 }),
  ncf: () => new NcfRecommender({ ...small, layers: [8, 4] }),
  popularity: () => new PopularityRecommender(),
  sasrec: () => new SasRecRecommender({ ...small, negatives: 16, maxLength: 8 }),
  'sequence-linear': () => new SequenceLinearRecommender({ weightsPerItem: 10, threads: 1 }),
  'two-tower': () => new TwoTowerRecommender({ ...small, negatives: 16 }),
  blend: () => new BlendRecommender({ parts: [new ItemKnnRecommender({ neighbors: 5 }), new PopularityRecommender()] }),
};
const data = zipf({ users: 40, items: 25, rows: 300, seed: 5 });
const damages = 1000;

async function fittedOf(kind: string): Promise<Recommender> {
  if (kind === 'factors') {
    const als = await new AlsRecommender({ factors: 8, iterations: 2, threads: 1 }).fit(data);
    const { users: userIds, items: itemIds, userFactors, itemFactors } = als;
    return FactorRecommender.from({ userIds, itemIds, userFactors, itemFactors, history: data });
  }
  return (await families[kind]().fit(data)) as Recommender;
}

/** A copy of the bytes with one to four things wrong with it. */
function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  let copy = bytes.slice();
  for (let left = 1 + randomBelow(random, 4); left > 0; left--) {
    const at = randomBelow(random, copy.length);
    const length = Math.min(copy.length - at, 1 + randomBelow(random, 64));
    const way = randomBelow(random, 6);
    if (way === 0) copy[at] ^= 1 << randomBelow(random, 8);
    else if (way === 1) copy[at] = randomBelow(random, 256);
    else if (way === 2) copy = copy.slice(0, at);
    else if (way === 3) copy = Uint8Array.of(...copy.subarray(0, at), ...copy.subarray(at + length));
    else if (way === 4) copy.fill(randomBelow(random, 2) * 255, at, at + length);
    else copy.copyWithin(at, randomBelow(random, copy.length), copy.length);
    if (copy.length === 0) return copy;
  }
  return copy;
}

const answersOf = (model: Recommender) => {
  const users = [...data.users].slice(0, 5);
  return JSON.stringify([
    [...model.users],
    [...model.items],
    users.map((user) => model.recommend(user, { n: 10 })),
    model.recommendFor([...data.items].slice(0, 3), { n: 5 }),
    model.similarItems?.(data.items.idAt(0), { n: 5 }),
  ]);
};

it('is asked of every family that has files', () => {
  expect([...Object.keys(families), 'factors'].sort()).toEqual([...Object.keys(familyReaders), 'blend'].sort());
});

it.each([...Object.keys(families), 'factors'])(
  'a thousand random damages of a file of %s: an error with a code, or the same answers',
  async (kind) => {
    const model = await fittedOf(kind);
    const bytes = model.toBytes();
    const answers = answersOf(await loadRecommender(bytes));
    expect(answers).toBe(answersOf(model));
    const random = randomNumbers(`damages of ${kind}`);
    const odd: string[] = [];
    for (let k = 0; k < damages; k++) {
      const file = damaged(bytes, random);
      try {
        const read = await loadRecommender(file);
        if (answersOf(read) !== answers) odd.push(`damage ${k}: other answers`);
      } catch (error) {
        if (!(error instanceof AttuneError)) odd.push(`damage ${k}: ${error}`);
      }
    }
    expect(odd).toEqual([]);
  },
);
