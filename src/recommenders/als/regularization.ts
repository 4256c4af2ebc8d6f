import { type AlsPlan, type AlsSettings, largestRegularization } from './options.ts';

/** What `'auto'` is where counts scale it, for ratings, and for factors that were trained elsewhere. */
const small = 0.1;

/**
 * The settings with a number for `regularization: 'auto'`. Of implicit feedback it is the mean confidence of an interaction, which follows
 * `alpha` and the scale of the values. With a small constant, catalogues of some hundred items with ratings of 1 to 5 are learned by heart:
 * NDCG@10 on held-out rows of Amazon Magazines is .14 with 0.1 and .22 with the mean confidence.
 *
 * @param meanMagnitude of the values of all interactions
 */
export function withRegularization(settings: AlsPlan, meanMagnitude?: () => number): AlsSettings {
  const { regularization, alpha, feedback, regularizationScaling } = settings;
  if (regularization !== 'auto') return { ...settings, regularization };
  if (!meanMagnitude || feedback !== 'implicit' || regularizationScaling !== 'none') return { ...settings, regularization: small };
  // Rounded, so that the order in which values are added does not matter, and a person can read it in a file.
  const meanConfidence = Number((1 + alpha * meanMagnitude()).toPrecision(3));
  return { ...settings, regularization: Math.min(meanConfidence, largestRegularization) };
}
