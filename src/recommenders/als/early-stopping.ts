import { EarlyStopping as Stopping } from '../shared/early-stopping.ts';
import type { AlsFactors, AlsState, AlsStep } from './solver/train.ts';

/** What happens between the iterations of a fit. */
export interface EarlyStopping {
  /** How good a model with these factors is on held-out data; larger is better. */
  validate: ((factors: AlsFactors) => number | Promise<number>) | undefined;
  /** Iterations between two questions. */
  validateEvery: number;
  /** Answers in a row without a better value after which training ends. */
  patience: number;
  /** Receives what a later fit can go on from. */
  checkpoint: { every: number; write: (state: AlsState) => void | Promise<void> } | undefined;
}

/** The hook of `trainAls` that measures, keeps the best factors, and ends training with them when nothing better comes. */
export function earlyStopping({
  validate,
  checkpoint,
  ...options
}: EarlyStopping): ((step: AlsStep) => Promise<AlsFactors | undefined>) | undefined {
  if (!validate && !checkpoint) return undefined;
  const stopping = validate && new Stopping('AlsRecommender', validate, options);
  return async ({ history, final, factors, state }) => {
    const line = history[history.length - 1];
    const best = await stopping?.after({ line, final, factors });
    if (best) return { ...best, history: [...history] };
    if (checkpoint && line.iteration % checkpoint.every === 0 && !final) await checkpoint.write(state());
    return undefined;
  };
}
