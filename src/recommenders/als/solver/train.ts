import type { FitOptions } from '../../../contracts/recommender.ts';
import { AttuneError } from '../../../errors.ts';
import { yieldNow } from '../../../work/yield-now.ts';
import type { AlsIteration, AlsSettings } from '../options.ts';
import { routesOf } from './plan.ts';
import type { AlsProblem } from './problem.ts';
import { type AlsFactors, type AlsStart, type AlsState, TrainingState } from './training-state.ts';
import { AlsWorkspace } from './workspace.ts';

/** An iteration that is done. */
export interface AlsStep {
  /** The training record so far; the last entry is of this iteration. */
  history: AlsIteration[];
  /** Whether training ends after it anyway. */
  final: boolean;
  /** The factors that training would return if it ended here. Takes a pass over the users, and a temporary copy of the items. */
  factors(): Promise<AlsFactors>;
  state(): AlsState;
}

/** Options of {@link trainAls}. */
export interface TrainOptions extends FitOptions {
  /** Goes on from here, bit for bit as if it had never stopped. */
  state?: AlsState;
  /** Called after each iteration; training ends with the factors it gives, and goes on when it gives none. */
  afterIteration?: (step: AlsStep) => Promise<AlsFactors | undefined>;
}

/**
 * Alternating least squares (Hu, Koren & Volinsky 2008; Zhou et al. 2008), items extrapolated between iterations. After each iteration
 * the items are in the caller's basis, so factors equal those of textbook ALS number by number.
 */
export async function trainAls(
  problem: AlsProblem,
  s: AlsSettings,
  start: AlsStart,
  options: TrainOptions,
  plain = false,
): Promise<AlsFactors> {
  const routes = routesOf(s);
  const workspace = new AlsWorkspace(problem, s, routes, options.signal, plain);
  try {
    const training = new TrainingState(workspace, problem, s, routes);
    const { history, halves, acceleration } = training;
    await training.begin(start, options.state);
    const began = performance.now() - 1000 * (history.at(-1)?.seconds || 0);
    const report = (done: number, total: number) => options.onProgress?.({ phase: 'training', done, total, loss: history.at(-1)?.loss });

    for (let iteration = history.length + 1; iteration <= s.iterations; iteration++) {
      await yieldNow();
      report(iteration - 1, s.iterations);
      if (iteration > 1) await acceleration?.extrapolate(iteration > 2 && fell(history));
      const { penalty, Q } = await halves.users(routes.route);
      const loss = finite(problem.constant - (await halves.items(Q)) + penalty);
      history.push({ iteration, loss, seconds: (performance.now() - began) / 1000 });
      const converged = hasConverged(history, s.tolerance);
      const final = converged || iteration === s.iterations;
      const factors = () => training.factors();
      const state = () => training.copy();
      const ended = await options.afterIteration?.({ history, final, factors, state });
      if (ended) return ended;
      if (converged) break;
    }
    report(history.length, history.length);
    return await training.finish();
  } finally {
    workspace.close();
  }
}

/** Whether the last iteration did not raise the loss. */
function fell(history: readonly AlsIteration[]): boolean {
  const [before, last] = history.slice(-2);
  return last.loss <= before.loss;
}

/** Whether the last iteration lowered the loss by less than a share of it. */
function hasConverged(history: readonly AlsIteration[], tolerance: number): boolean {
  if (history.length < 2 || tolerance === 0) return false;
  const [before, last] = history.slice(-2);
  return before.loss - last.loss < tolerance * Math.abs(before.loss);
}

/** @throws ERR_NUMERIC */
function finite(loss: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new AttuneError('ERR_NUMERIC', 'The loss is no longer finite. Raise regularization, or scale the values down.');
}
