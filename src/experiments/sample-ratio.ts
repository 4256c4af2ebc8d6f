import { AttuneError, shown } from '../errors.ts';
import { chiSquareTail, logGamma } from '../numeric/distributions.ts';
import { checkNamed } from '../options.ts';
import { readShares } from './shares.ts';

/** What {@link sampleRatioTest} found. */
export interface SampleRatioTest {
  /** Observed users, by variant. */
  users: Record<string, number>;
  /** Expected users, by variant. */
  expected: Record<string, number>;
  /** Of Pearson's chi-square test, for one look. */
  pValue: number;
  /** Valid at any number of looks; 1 when there is no evidence against the shares. */
  sequentialPValue: number;
  /** Whether the sequential p-value is below 0.001: then something is broken, and no result of the experiment can be trusted. */
  mismatch: boolean;
}

/** Concentration of the Dirichlet prior of the alternative: as if this many users had been observed at the shares. */
const concentration = 100;

/**
 * Whether as many users were seen in each variant as its share says. If not (a variant that crashes, a redirect that loses users, bots),
 * the remaining users differ between the variants, and so does everything else. Fabijan et al., "Diagnosing Sample Ratio Mismatch" (KDD 2019); the
 * sequential p-value is the multinomial-Dirichlet one of Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS 2022).
 *
 * @param users how many were exposed, by variant.
 * @param shares the share of each variant.
 * @throws ERR_BAD_OPTION unless the shares add up to 1; ERR_BAD_VALUE; ERR_BAD_ARGUMENT when users and shares name different variants.
 */
export function sampleRatioTest(users: Record<string, number>, shares: Record<string, number>): SampleRatioTest {
  const names = Object.keys(readShares(shares, 'sampleRatioTest: shares'));
  const unknown = Object.keys(checkNamed('sampleRatioTest', 'users', users)).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `sampleRatioTest: expected variants ${names.join(', ')}, got ${shown(unknown)}.`);
  }
  const counts = names.map((name) => users[name] ?? 0);
  const bad = counts.find((count) => !(Number.isInteger(count) && count >= 0));
  if (bad !== undefined) throw new AttuneError('ERR_BAD_VALUE', `sampleRatioTest: expected counts of users, got ${shown(bad)}.`);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const chi = names.reduce((sum, name, at) => sum + (counts[at] - total * shares[name]) ** 2 / (total * shares[name] || 1), 0);
  let logFactor = logGamma(concentration) - logGamma(concentration + total);
  for (const [at, name] of names.entries()) {
    const prior = concentration * shares[name];
    logFactor += logGamma(prior + counts[at]) - logGamma(prior) - counts[at] * Math.log(shares[name]);
  }
  const sequentialPValue = Math.min(1, Math.exp(-logFactor));
  return {
    users: Object.fromEntries(names.map((name, at) => [name, counts[at]])),
    expected: Object.fromEntries(names.map((name) => [name, total * shares[name]])),
    pValue: total === 0 ? 1 : chiSquareTail(chi, names.length - 1),
    sequentialPValue,
    mismatch: sequentialPValue < 0.001,
  };
}
