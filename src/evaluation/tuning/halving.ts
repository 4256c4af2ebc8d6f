import { integer, number, readOptions, text } from '../../options.ts';
import { runTrials } from './run-trials.ts';
import { drawSettings, type RandomSearchOptions, readSpace, type SearchSpace, type SpaceSetting } from './search.ts';
import { type FittableRecommender, order, readSearch, type TuningResult } from './trials.ts';

/** A setting with its part of the resource. */
export type HalvingSetting<S extends SearchSpace, R extends string> = SpaceSetting<S> & { [K in R]: number };

/** Options of {@link halvingSearch}. */
export interface HalvingSearchOptions<S extends SearchSpace, M extends FittableRecommender, R extends string = 'iterations'>
  extends RandomSearchOptions<S, M, HalvingSetting<S, R>> {
  /** The parameter that costs time, a whole number such as `iterations`, from the first round (`min`) to the last (`max`). */
  resource: {
    /** Its name. */
    parameter: R;
    /** In the first round. */
    min: number;
    /** In the last round. */
    max: number;
  };
  /** From round to round the resource grows by this factor, and the number of settings shrinks by it. Default 3. */
  factor?: number | undefined;
}

/**
 * Successive halving: many settings drawn at random get little of a resource, the best of them more, and so on, until the last few get
 * all of it. Finds what {@link randomSearch} finds for a fraction of the time when a short training already tells bad settings.
 * Jamieson & Talwalkar, AISTATS 2016.
 *
 * @returns the best of the last round; `trials` holds all rounds, each setting with its resource.
 * @throws ERR_BAD_OPTION; ERR_EMPTY when every setting failed; what `fit` and `evaluate` throw.
 */
export async function halvingSearch<const S extends SearchSpace, M extends FittableRecommender, const R extends string = 'iterations'>(
  options: HalvingSearchOptions<S, M, R>,
): Promise<TuningResult<HalvingSetting<S, R>, M>> {
  type P = HalvingSetting<S, R>;
  const o = readSearch<P, M, typeof halvingChecks>('halvingSearch', options, halvingChecks);
  const { parameter, min, max } = o.resource;
  let survivors = drawSettings<P>(o.space, o.count, o.seed);
  let trials = [...(o.previous ?? [])];
  for (let amount = min; ; amount = Math.min(max, Math.round(amount * o.factor))) {
    const round = survivors.map((setting) => ({ ...setting, [parameter]: amount }));
    // The last round alone decides, so that a lucky short training cannot win over a whole one.
    const earlier = trials.filter((trial) => (trial.parameters as Record<string, unknown>)[parameter] === amount);
    const others = trials.filter((trial) => !earlier.includes(trial));
    const result = await runTrials(round, { ...o, previous: earlier });
    trials = [...others, ...result.trials];
    if (amount >= max) return { ...result, trials };
    const ranked = [...result.trials].sort((a, b) => order(a.scores, b.scores, o.objective, o.tolerance));
    survivors = ranked.slice(0, Math.max(1, Math.floor(ranked.length / o.factor))).map((trial) => trial.parameters);
  }
}

const halvingChecks = {
  space: readSpace,
  count: integer({ default: 27, min: 1, max: 1_000_000 }),
  seed: integer({ default: 1 }),
  factor: number({ default: 3, min: 1.5 }),
  resource: (value: unknown, name: string) => {
    const o = readOptions(name, value, {
      parameter: text(),
      min: integer({ default: 1, min: 1 }),
      max: integer({ min: 1 }),
    });
    return { ...o, max: Math.max(o.min, o.max) };
  },
};
