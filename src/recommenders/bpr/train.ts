import type { FitOptions } from '../../contracts/recommender.ts';
import type { Csr } from '../../data/csr.ts';
import { Engine } from '../../engine/engine.ts';
import { availableThreads } from '../../engine/threads/runtime.ts';
import { AttuneError } from '../../errors.ts';
import { uniform } from '../../numeric/random.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { BprIteration, BprSettings } from './options.ts';
import { deal, type Groups, sortPairs } from './rounds.ts';
import { biasColumn, setColumns, userStep, widthOf } from './rows.ts';

/** What training hands over; rows are as `widthOf` says. */
export interface BprFactors {
  /** items x width. */
  items: Float32Array;
  /** users x width: solved from the items, not as they were while training. */
  users: Float32Array;
}

/** Called after each iteration; `factors` copies what there is. Returning something ends training with it. */
export type AfterIteration = (line: BprIteration, factors: () => Promise<BprFactors>, last: boolean) => Promise<BprFactors | undefined>;

/** Pairs a block should have at least, so that handing it to another thread pays. */
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
  const width = widthOf(s);
  const pairs = rows.indices.length;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(Math.sqrt(pairs / pairsPerBlock)), users, items));
  const threads = s.threads === 'auto' ? availableThreads() : s.threads;
  const numbers = (2 * users + items) * width + 3 * pairs + users + items + groups * groups + 8 * groups;
  const engine = new Engine(4 * numbers, { threads: Math.min(groups, threads), scratchBytes: 4 * width });
  try {
    const trainer = new Trainer(engine, rows, s, groups);
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

/** The rows in the memory of an engine, and one iteration over them. */
class Trainer {
  readonly #engine: Engine;
  readonly #rows: Csr;
  readonly #settings: BprSettings;
  readonly #users: Groups;
  readonly #at;

  constructor(engine: Engine, rows: Csr, s: BprSettings, groups: number) {
    const width = widthOf(s);
    const pairs = rows.indices.length;
    this.#engine = engine;
    this.#rows = rows;
    this.#settings = s;
    this.#users = deal(rows.rows, groups, `${s.seed} users`);
    this.#at = {
      users: engine.f32(rows.rows * width),
      items: engine.f32(rows.columns * width),
      solved: engine.f32(rows.rows * width),
      offsets: engine.i32(rows.offsets),
      indices: engine.i32(rows.indices),
      pairUsers: engine.i32(pairs),
      pairItems: engine.i32(pairs),
      order: engine.i32(rows.columns),
      itemBounds: engine.i32(groups + 1),
      bounds: engine.i32(groups * groups + 1),
      stats: engine.f64(3 * groups),
    };
    const { users, items } = this.#at;
    setColumns(users.array, width, 0, s.factors, uniform(`${s.seed} user factors`, rows.rows * s.factors, 0.1));
    setColumns(items.array, width, 0, s.factors, uniform(`${s.seed} item factors`, rows.columns * s.factors, 0.1));
    if (s.biases) setColumns(users.array, width, s.factors, 1, new Float32Array(rows.rows).fill(1));
  }

  /** As many steps as there are pairs. @returns the mean loss of them. */
  async iterate(iteration: number, signal: AbortSignal | undefined): Promise<number> {
    const { users, items, offsets, indices, pairUsers, pairItems, order, itemBounds, bounds, stats } = this.#at;
    const s = this.#settings;
    const groups = itemBounds.array.length - 1;
    const dealt = deal(this.#rows.columns, groups, `${s.seed} items ${iteration}`);
    order.array.set(dealt.order);
    itemBounds.array.set(dealt.bounds);
    sortPairs(this.#rows, this.#users.of, dealt.of, groups, { users: pairUsers.array, items: pairItems.array, bounds: bounds.array });
    let steps = 0;
    let bits = 0;
    for (let round = 0; round < groups; round++) {
      const own = { at: bounds.at + 4 * round * groups, array: bounds.array.subarray(round * groups, (round + 1) * groups + 1) };
      const data = [pairUsers.at, pairItems.at, offsets.at, indices.at, order.at, itemBounds.at, groups, round, users.at, items.at];
      const settings = [widthOf(s), biasColumn(s), s.learningRate, s.regularization, s.candidates, seedOf(`${s.seed} ${iteration}`)];
      await this.#engine.run('bprSteps', { bounds: own }, [...data, ...settings, stats.at], signal);
      for (let block = 0; block < groups; block++) {
        steps += stats.array[3 * block];
        bits += stats.array[3 * block + 1] - Math.log2(stats.array[3 * block + 2]);
      }
    }
    return steps > 0 ? (bits * Math.LN2) / steps : 0;
  }

  /** Copies of the items as they are, and of the users that follow from them. */
  async factors(signal: AbortSignal | undefined): Promise<BprFactors> {
    const { items, solved, offsets, indices } = this.#at;
    const s = this.#settings;
    const { rows, columns } = this.#rows;
    const args = [offsets.at, indices.at, items.at, columns, solved.at, widthOf(s), biasColumn(s), ...userStep(s)];
    await this.#engine.run('bprUsers', { rows, blockSize: Math.max(32, Math.ceil(rows / 4096)) }, args, signal);
    return { items: items.array.slice(), users: solved.array.slice() };
  }
}

/** 32 bits of a text (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return hash;
}
