import { AttuneError, shown } from '../errors.ts';
import { isRecord } from '../options.ts';

/** Shares of variants. @throws ERR_BAD_OPTION unless they are above 0 and add up to 1 */
export function readShares(value: unknown, name: string): Record<string, number> {
  const entries: [string, number][] = isRecord(value) ? Object.entries(value as Record<string, number>) : [];
  const total = entries.reduce((sum, [, part]) => (typeof part === 'number' && part > 0 ? sum + part : Number.NaN), 0);
  if (entries.length >= 2 && Math.abs(total - 1) < 1e-9) return Object.fromEntries(entries);
  const got = entries.length > 0 ? `${entries.map(([key, part]) => `${key}: ${shown(part)}`).join(', ')}` : shown(value);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be at least two shares above 0 that add up to 1, such as { control: 0.5, treatment: 0.5 }, got ${got}.`,
  );
}
