import { AttuneError, shown } from '../../errors.ts';
import type { AlsIteration } from './options.ts';
import type { AlsStep } from './solver/train.ts';
import type { AlsFactors, AlsState } from './solver/training-state.ts';

/** What happens between the iterations of a fit. */
export interface EarlyStopping {
  /** How good a model with these factors is on held-out data; larger is better. */
  validate: ((factors: AlsFactors) => number | Promise<number>) | undefined;
  /** Iterations in a row without a better value after which training ends. */
  patience: number;
  /** Receives what a later fit can go on from. */
  checkpoint: { every: number; write: (state: AlsState) => void | Promise<void> } | undefined;
}

/** The hook of `trainAls` that measures, keeps the best factors, and ends training with them when nothing better comes. */
export function earlyStopping({
  validate,
  patience,
  checkpoint,
}: EarlyStopping): ((step: AlsStep) => Promise<AlsFactors | undefined>) | undefined {
  if (!validate && !checkpoint) return undefined;
  let best: AlsFactors | undefined;
  let bestValue = Number.NEGATIVE_INFINITY;
  let since = 0;
  return async ({ history, final, factors, state }) => {
    const last = history[history.length - 1];
    if (validate) {
      const now = await factors();
      last.validation = await measured(validate, now, last);
      since++;
      if (best === undefined || last.validation > bestValue) {
        best = now;
        bestValue = last.validation;
        since = 0;
      }
      if (since >= patience || final) return { ...best, history: [...history] };
    }
    if (checkpoint && last.iteration % checkpoint.every === 0 && !final) await checkpoint.write(state());
    return undefined;
  };
}

async function measured(
  validate: NonNullable<EarlyStopping['validate']>,
  factors: AlsFactors,
  { iteration }: AlsIteration,
): Promise<number> {
  const value = await validate(factors);
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `AlsRecommender.fit: 'validate' must give a number, larger for a better model, got ${shown(value)} after iteration ${iteration}.`,
  );
}
