import { EarlyStopping as Stopping } from '../shared/early-stopping.ts';
import type { AlsStep } from './solver/train.ts';
import type { AlsFactors, AlsState } from './solver/training-state.ts';

/** What happens between the iterations of a fit. */
export interface EarlyStopping {
  /** How good a model with these factors is on held-out data; larger is better. */
  validate: ((factors: AlsFactors) => number | Promise<number>) | undefined;
  /** Iterations between two validations. */
  validateEvery: number;
  /** Number of validations in a row without improvement after which training ends. */
  patience: number;
  /** Receives the state from which a later fit can resume. */
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
