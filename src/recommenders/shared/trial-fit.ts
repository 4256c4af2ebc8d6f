import type { Recommender } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { heldOutNdcg, holdOut } from './hold-out.ts';

/** The part of a training record that a trial reads. */
interface TrialIteration {
  iteration: number;
  validation?: number | undefined;
}

/** What a fit on a part of the data found. */
export interface TrialFit {
  /** As many iterations were best. */
  iterations: number;
  /** Adds what the trial gave after the same iteration to the record of the fit on all data. */
  annotate<Line extends TrialIteration>(history: readonly Line[]): Line[];
}

/**
 * The first of the two fits of `validation: 'auto'`.
 * @param fitPart fits a model on a part and validates it on what was held out
 * @returns undefined when no user has rows to spare
 */
export async function trialFit(
  interactions: Interactions,
  seed: number | string,
  fitPart: (part: Interactions, held: Interactions) => Promise<{ history: readonly TrialIteration[] }>,
): Promise<TrialFit | undefined> {
  const parts = holdOut(interactions, { seed, last: false });
  if (!parts) return undefined;
  const { history } = await fitPart(parts.train, parts.held);
  const validations = new Map<number, number>();
  let best: TrialIteration | undefined;
  for (const line of history) {
    if (line.validation === undefined) continue;
    validations.set(line.iteration, line.validation);
    if (best?.validation === undefined || line.validation > best.validation) best = line;
  }
  return {
    iterations: best?.iteration ?? history.length,
    annotate: (lines) =>
      lines.map((line) => (validations.has(line.iteration) ? { ...line, validation: validations.get(line.iteration) } : line)),
  };
}

/** How good a model is on rows that it was not fitted on, as `validate` wants it. */
export const validateOn = (held: Interactions, signal: AbortSignal | undefined) => (model: Recommender) => heldOutNdcg(model, held, signal);
