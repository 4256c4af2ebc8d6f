import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AlsOptions, AlsRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../../src/data/csr.ts';
import { IdMap } from '../../../src/data/id-map.ts';
import { type AlsModel, userVector } from '../../../src/recommenders/als/model.ts';
import { AlsServing } from '../../../src/recommenders/als/serving.ts';
import { alsProblem } from '../../../src/recommenders/als/solver/problem.ts';
import { trainAls } from '../../../src/recommenders/als/solver/train.ts';
import { atOnce } from '../../../src/work/steps.ts';

interface Run {
  regularization: number;
  alpha0?: number;
  objective: { sum: number }[];
  after1: { userFactors: number[]; itemFactors: number[] };
  after3: { userFactors: number[]; itemFactors: number[] };
  foldIn: { vector: number[]; scores: number[] };
  explain?: { item: number; score: number; contributions: [item: number, part: number][] };
}
interface Fixture {
  users: number;
  items: number;
  factors: number;
  alpha: number;
  interactions: [number, number, number][];
  initialUserFactors: number[];
  initialItemFactors: number[];
  newUser: [item: number, value: number][];
  runs: Record<string, Run | undefined>;
}

/** How a rule of the files is said in our options. */
interface Rule {
  options: (fixture: Fixture, run: Run) => AlsOptions;
  /** The value that has its confidence. */
  value?: (value: number, fixture: Fixture) => number;
  /** Our factors are theirs times this. */
  scale?: (run: Run) => number;
  /** Its objective from our loss. */
  objective?: (loss: number, fixture: Fixture, run: Run) => number;
}

const rules: Record<string, Rule> = {
  implicit: { options: ({ alpha }, { regularization }) => ({ alpha, regularization }) },
  // Confidence alpha * value instead of 1 + alpha * value.
  'implicit-alpha-only': {
    options: ({ alpha }, { regularization }) => ({ alpha, regularization }),
    value: (value, { alpha }) => value - 1 / alpha,
  },
  // "Revisiting iALS" adds its alpha0 s^2 to observed pairs without wishing for more there: a preference of 1 / (1 + alpha0) at
  // confidence 1 + 1 / alpha0. With both factors larger by the root of 1 + alpha0 the preference is 1, and the rest follows.
  'implicit-scaled-reg': {
    options: (_, { alpha0 = 1, regularization }) => ({
      alpha: 1 / alpha0,
      regularization: (regularization * (1 + alpha0)) / alpha0,
      regularizationScaling: 'frequency',
    }),
    value: () => 1,
    scale: ({ alpha0 = 1 }) => Math.sqrt(1 + alpha0),
    objective: (loss, { interactions }, { alpha0 = 1 }) => alpha0 * (loss / (1 + alpha0) ** 2 + interactions.length / (1 + alpha0)),
  },
  'explicit-als-wr': { options: (_, { regularization }) => ({ feedback: 'explicit', regularization, regularizationScaling: 'count' }) },
};

const folder = join(process.env.ATTUNE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'peers/als-fixtures');
const missing = !existsSync(folder);
if (missing) console.log(`skipped: exact ALS trajectories are not in ${folder} (set ATTUNE_SHARED)`);

const fixtures = ['als-7x6', 'als-200x150'].flatMap((name) => {
  if (missing) return [];
  const fixture: Fixture = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return Object.entries(fixture.runs).map(([rule, run]) => ({ name, rule, fixture, run: run as Run, how: rules[rule] }));
});

it.runIf(missing).skip('textbook ALS on the files of trajectories', () => {}); // a file without tests would fail

describe.each(fixtures)('textbook ALS on $name, rule $rule', ({ fixture, run, how }) => {
  const scale = how.scale?.(run) ?? 1;
  const translated = (value: number) => how.value?.(value, fixture) ?? value;
  const closeTo = (ours: ArrayLike<number>, theirs: number[], by: number, within = 1e-4) => {
    expect(ours).toHaveLength(theirs.length);
    const size = Math.max(1, ...theirs.map(Math.abs));
    expect(theirs.reduce((worst, v, k) => Math.max(worst, Math.abs(ours[k] / by - v)), 0) / size).toBeLessThan(within);
  };

  it.each([1, 2, 3])('gives the factors and the loss of a direct solve in 64 bits after %i iterations', async (iterations) => {
    const { problem, factors, model } = await fitted(iterations);
    if (iterations !== 2) closeTo(factors.items, (iterations === 1 ? run.after1 : run.after3).itemFactors, scale);
    // Users are solved once more at the end: those of two iterations are what the files have after the users' part of the third.
    const users = problem.userRow.length;
    if (iterations === 2) closeTo(Array.from({ length: users }, (_, u) => [...userVector(model, u)]).flat(), run.after3.userFactors, scale);
    const loss = factors.history.at(-1)?.loss ?? Number.NaN;
    const objective = how.objective?.(loss, fixture, run) ?? loss;
    expect(Math.abs(objective / run.objective[iterations - 1].sum - 1)).toBeLessThan(1e-5);
  });

  it('folds a new user in, and says which item brings how much', async () => {
    const serving = atOnce(AlsServing.making((await fitted(3)).model));
    const history = {
      items: Int32Array.from(fixture.newUser, ([item]) => item),
      values: Float32Array.from(fixture.newUser, ([, value]) => translated(value)),
    };
    const vector = serving.foldIn(history, 0);
    closeTo(vector, run.foldIn.vector, scale, 1e-3);
    const scores = new Float32Array(fixture.items);
    serving.factors.scoreAll({ vector, add: 0 }, scores);
    closeTo(scores, run.foldIn.scores, scale * scale, 1e-3);
    if (!run.explain) return;
    let parts: number[] = [];
    serving.contributions(history, 0, Int32Array.of(run.explain.item), (_, own) => {
      parts = [...own];
    });
    const expected = run.explain.contributions.map(([, part]) => part);
    closeTo(parts, expected, 1, 1e-3);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(run.explain.score, 3);
  });

  async function fitted(iterations: number) {
    const { factors: f, users, items, interactions } = fixture;
    const column = (k: 0 | 1) => Int32Array.from(interactions, (row) => row[k]);
    const values = Float32Array.from(interactions, (row) => translated(row[2]));
    const byUser = csrFromCoordinates(users, items, column(0), column(1), values);
    const { options } = new AlsRecommender({ ...how.options(fixture, run), factors: f, iterations, acceleration: false, solver: 'exact' });
    const scaled = (numbers: number[]) => Float32Array.from(numbers, (v) => v * scale);
    const start = { items: scaled(fixture.initialItemFactors), users: scaled(fixture.initialUserFactors) };
    const problem = alsProblem(byUser, options);
    const factors = await trainAls(problem, options, start, {});
    const ids = (count: number) => new IdMap(Array.from({ length: count }, (_, k) => `${k}`));
    const model: AlsModel = {
      settings: options,
      users: ids(users),
      items: ids(items),
      byUser,
      itemFactors: factors.items,
      rows: factors.rows,
      rowOf: problem.userRow,
      scaleOf: Float32Array.from(problem.userVariant, (variant) => (variant < 0 ? 1 : factors.variantScale[variant])),
      userWeights: undefined,
      biases: undefined,
      history: factors.history,
    };
    return { problem, factors, model };
  }
});
