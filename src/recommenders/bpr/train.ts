import type { FitOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { bprKernels } from '../../engine/generated/families/bpr.ts';
import { bprSteps, bprUsers } from '../../engine/generated/jobs.ts';
import { part } from '../../engine/memory/block.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { AttuneError } from '../../errors.ts';
import { setColumns } from '../../numeric/columns.ts';
import { fnvOfText } from '../../numeric/hash.ts';
import { uniform } from '../../numeric/random.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { BprIteration, BprSettings } from './options.ts';
import { deal, type Groups, sortPairs } from './rounds.ts';
import { biasColumn, userSolving, widthOf } from './rows.ts';

/** The result of training; rows are as `widthOf` says. */
export interface BprFactors {
  /** items x width. */
  items: Float32Array;
  /** users x width: solved from the items, not as they were while training. */
  users: Float32Array;
}

/** Called after each iteration; `factors` copies what there is. Returning something ends training with it. */
export type AfterIteration = (line: BprIteration, factors: () => Promise<BprFactors>, last: boolean) => Promise<BprFactors | undefined>;

/** Minimum number of pairs in a block, so that handing it to another thread pays off. */
const pairsPerBlock = 2048;
const mostGroups = 16;

/**
 * Stochastic gradient descent in rounds (Gemulla et al. 2011). Users are dealt into groups once, items anew in each iteration. In a round
 * every group of users meets one group of items, each another one, and both items of a step come from it. So the blocks of a round touch
 * different rows and run on as many threads as there are, and the result does not depend on how many.
 *
 * @param rows what users like; values are not looked at.
 */
export async function trainBpr(rows: Csr, s: BprSettings, work: FitOptions, after: AfterIteration) {
  const { rows: users, columns: items } = rows;
  const pairs = rows.indices.length;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(Math.sqrt(pairs / pairsPerBlock)), users, items));
  const threads = s.threads === 'auto' ? availableThreads() : s.threads;
  const memory = memoryOf(rows, groups, widthOf(s));
  const engine = new Engine(memory, { families: [bprKernels], threads: Math.min(groups, threads), scratchBytes: 4 * widthOf(s) });
  try {
    const trainer = new Trainer(engine, engine.place(memory), rows, s);
    const started = performance.now();
    const history: BprIteration[] = [];
    const report = (done: number) => work.onProgress?.({ phase: 'training', done, total: s.iterations, loss: history.at(-1)?.loss });
    report(0);
    for (let iteration = 1; iteration <= s.iterations; iteration++) {
      await yieldNow();
      const loss = await trainer.iterate(iteration, work.signal);
      if (!Number.isFinite(loss)) {
        throw new AttuneError('ERR_NUMERIC', 'BprRecommender: numbers overflowed. Lower learningRate, or raise regularization.');
      }
      const line = { iteration, loss, seconds: (performance.now() - started) / 1000 };
      history.push(line);
      const ending = await after(line, () => trainer.factors(work.signal), iteration === s.iterations);
      report(ending ? s.iterations : iteration);
      if (ending) return { ...ending, history };
    }
    return { ...(await trainer.factors(work.signal)), history };
  } finally {
    engine.close();
  }
}

type Memory = Blocks<ReturnType<typeof memoryOf>['fields']>;

/** What training keeps in the memory of an engine. */
function memoryOf({ rows, columns, offsets, indices }: Csr, groups: number, width: number) {
  return layout({
    users: f32(rows * width),
    items: f32(columns * width),
    solved: f32(rows * width),
    offsets: i32(offsets),
    indices: i32(indices),
    pairUsers: i32(indices.length),
    pairItems: i32(indices.length),
    order: i32(columns),
    itemBounds: i32(groups + 1),
    bounds: i32(groups * groups + 1),
    stats: f64(3 * groups),
  });
}

/** The rows in the memory of an engine, and one iteration over them. */
class Trainer {
  readonly #engine: Engine<'bpr'>;
  readonly #rows: Csr;
  readonly #settings: BprSettings;
  readonly #users: Groups;
  readonly #memory: Memory;
  readonly #groups: number;

  constructor(engine: Engine<'bpr'>, memory: Memory, rows: Csr, s: BprSettings) {
    const width = widthOf(s);
    this.#engine = engine;
    this.#rows = rows;
    this.#settings = s;
    this.#memory = memory;
    this.#groups = memory.itemBounds.array.length - 1;
    this.#users = deal(rows.rows, this.#groups, `${s.seed} users`);
    const { users, items } = memory;
    setColumns(users.array, width, 0, s.factors, uniform(`${s.seed} user factors`, rows.rows * s.factors, 0.1));
    setColumns(items.array, width, 0, s.factors, uniform(`${s.seed} item factors`, rows.columns * s.factors, 0.1));
    if (s.biases) setColumns(users.array, width, s.factors, 1, new Float32Array(rows.rows).fill(1));
  }

  /** As many steps as there are pairs. @returns the mean loss of them. */
  async iterate(iteration: number, signal: AbortSignal | undefined): Promise<number> {
    const { users, items, offsets, indices, pairUsers, pairItems, order, itemBounds, bounds, stats } = this.#memory;
    const s = this.#settings;
    const groups = this.#groups;
    const dealt = deal(this.#rows.columns, groups, `${s.seed} items ${iteration}`);
    order.array.set(dealt.order);
    itemBounds.array.set(dealt.bounds);
    sortPairs(this.#rows, this.#users.of, dealt.of, groups, { users: pairUsers.array, items: pairItems.array, bounds: bounds.array });
    const seed = fnvOfText(`${s.seed} ${iteration}`);
    let steps = 0;
    let bits = 0;
    for (let round = 0; round < groups; round++) {
      const data = { users, items, offsets, indices, pairUsers, pairItems, order, bounds: itemBounds, groups, round, stats };
      const step = { rate: s.learningRate, regularization: s.regularization, candidates: s.candidates, seed };
      const ownPairs = part(bounds, round * groups, (round + 1) * groups + 1);
      await this.#engine.run(bprSteps, { bounds: ownPairs }, { ...data, ...step, width: widthOf(s), biasAt: biasColumn(s) }, signal);
      for (let block = 0; block < groups; block++) {
        steps += stats.array[3 * block];
        bits += stats.array[3 * block + 1] - Math.log2(stats.array[3 * block + 2]);
      }
    }
    return steps > 0 ? (bits * Math.LN2) / steps : 0;
  }

  /** Copies of the items as they are, and of the users that follow from them. */
  async factors(signal: AbortSignal | undefined): Promise<BprFactors> {
    const { items, solved: users, offsets, indices } = this.#memory;
    const s = this.#settings;
    const { rows, columns } = this.#rows;
    const cut = { rows, blockSize: Math.max(32, Math.ceil(rows / 4096)) };
    const data = { offsets, indices, items, count: columns, users, width: widthOf(s), biasAt: biasColumn(s) };
    await this.#engine.run(bprUsers, cut, { ...data, ...userSolving(s) }, signal);
    return { items: items.array.slice(), users: users.array.slice() };
  }
}
