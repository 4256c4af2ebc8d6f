import { type AlsOptions, AlsRecommender, type Interactions, split } from 'attune';
import { dataFolder, gowalla } from '../support/data.ts';
import type { Row } from '../support/table.ts';
import type { AlsContext, AlsTask } from './context.ts';
import { qualityOf, qualityOfImplicit, type TestLists } from './lists.ts';
import { settingText } from './ml1m.ts';
import { startOf } from './training.ts';

const factors = 128;

/** What is searched over; which number of iterations is best is looked up on the way. */
interface Setting extends AlsOptions {
  alpha: number;
  regularization: number;
}

/** What both sides can do. */
const shared: Setting[] = [30, 60].flatMap((alpha) => [20, 60].map((regularization) => ({ alpha, regularization })));

/** What implicit has no option for. Narrowed down on the validation part, on which the search chooses as well. */
const scaled: Setting[] = [
  ...[
    [20, 0.75],
    [30, 0.75],
    [30, 1.5],
    [60, 1.5],
    [60, 3],
  ].map(([alpha, regularization]) => ({ alpha, regularization, regularizationScaling: 'count' as const })),
  { alpha: 60, regularization: 3, regularizationScaling: 'frequency', regularizationExponent: 0.5 },
];

interface Quality {
  recall: number;
  ndcg: number;
}

/** A setting after some iterations, and how good its lists are. */
interface Look extends Quality {
  setting: Setting & { iterations: number };
}

/** Quality after some numbers of iterations, ascending. */
type Measure = (setting: Setting, train: Interactions, test: TestLists, iterations: readonly number[]) => Promise<Quality[]>;

/**
 * The best lists either side makes of Gowalla. Settings are chosen on a tenth of each user's train rows; the test part is looked
 * at once for each measure, with models of all of train.
 */
export const quality: AlsTask = {
  name: 'quality',
  summary: 'Gowalla, 128 factors: best Recall@20 and NDCG@20 of either side, settings chosen on a part of train.',
  async run(context) {
    const folder = dataFolder('gowalla-lightgcn');
    if (!folder) return { rows: [] };
    const { train, test } = gowalla(folder);
    const sides = [{ name: 'attune', measure: measureAttune(context), settings: [...shared, ...scaled], looks: [2, 3, 4, 6, 8] }];
    const { implicit } = context;
    if (implicit) sides.push({ name: 'implicit', measure: measureImplicit(context, implicit), settings: shared, looks: [4, 6, 8, 10, 15] });
    const parts = split(train, { strategy: 'per-user', testFraction: 0.1, seed: 1 });
    const validation = someLists(parts.test, parts.train);
    const found: Record<string, { looks: Look[]; best: Record<keyof Quality, Look> }> = {};
    for (const { name, measure, settings, looks } of sides) {
      const tried: Look[] = [];
      for (const setting of context.quick ? settings.slice(0, 1) : settings) {
        const iterations = context.quick ? looks.slice(0, 1) : looks;
        const values = await measure(setting, parts.train, validation, iterations);
        tried.push(...values.map((value, k) => ({ setting: { ...setting, iterations: iterations[k] }, ...value })));
        const line = values.map(({ recall, ndcg }, k) => `${iterations[k]}: ${recall.toFixed(4)} ${ndcg.toFixed(4)}`).join('  ');
        context.say(`quality, ${name}, ${settingText(setting)}: ${line}`);
      }
      // Each measure from the setting that is best at it on the validation part.
      const chosen = { recall: largest(tried, 'recall'), ndcg: largest(tried, 'ndcg') };
      found[name] = { looks: tried, best: { ...chosen } };
      for (const key of ['recall', 'ndcg'] as const) {
        const { iterations, ...setting } = chosen[key].setting;
        const [tested] = await measure(setting, train, test, [iterations]);
        found[name].best[key] = { setting: chosen[key].setting, ...tested };
        context.say(
          `quality, ${name}, best ${key}, ${settingText(chosen[key].setting)}: ${tested.recall.toFixed(4)} ${tested.ndcg.toFixed(4)}`,
        );
      }
    }
    const row = (key: keyof Quality, task: string, goal: string): Row => {
      const other = found.implicit?.best[key];
      return {
        task: `gowalla, f=${factors}, ${task}`,
        unit: '',
        attune: found.attune.best[key][key],
        peer: 'implicit, its best',
        other: other?.[key],
        goal,
        note: [found.attune.best[key], other].map((look) => (look ? settingText(look.setting) : '-')).join(' / '),
      };
    };
    const rows = [row('recall', 'Recall@20', '>= .1660 and peer + .002'), row('ndcg', 'NDCG@20', '>= peer + .002')];
    return { rows, detail: found };
  },
};

const largest = (looks: Look[], key: keyof Quality): Look => looks.reduce((best, look) => (look[key] > best[key] ? look : best));

/** Every fourth user's held-out items: enough to tell settings apart. */
function someLists(heldOut: Interactions, train: Interactions): TestLists {
  const { users, items, byUser } = heldOut;
  const lists: TestLists = new Map();
  for (let u = 0; u < byUser.rows; u += 4) {
    const own = byUser.indices.subarray(byUser.offsets[u], byUser.offsets[u + 1]);
    if (train.users.has(users.idAt(u))) lists.set(users.idAt(u), new Set(Array.from(own, (i) => items.idAt(i))));
  }
  return lists;
}

function measureAttune({ threads }: AlsContext): Measure {
  return async (setting, train, test, iterations) => {
    const found: Quality[] = [];
    const most = iterations[iterations.length - 1];
    await new AlsRecommender({ ...setting, factors, threads, iterations: most }).fit(train, {
      initialItemFactors: startOf(train, factors),
      patience: most,
      validate(model) {
        if (iterations.includes(model.history.length)) found.push(qualityOf(model, test));
        return model.history.length; // the last one wins: where to stop is chosen afterwards
      },
    });
    return found;
  };
}

function measureImplicit({ threads }: AlsContext, implicit: NonNullable<AlsContext['implicit']>): Measure {
  return async ({ alpha, regularization }, train, test, iterations) => {
    const most = iterations[iterations.length - 1];
    await implicit.load(train, alpha);
    const start = startOf(train, factors);
    const run = await implicit.fit({ factors, regularization, iterations: most, threads, start, keep: [...iterations] });
    const found: Quality[] = [];
    for (const k of iterations) {
      await run.take(k);
      found.push(await qualityOfImplicit(implicit, train, test, threads));
    }
    return found;
  };
}
