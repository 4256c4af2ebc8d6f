import { AttuneError, shown } from '../../errors.ts';
import { checkNamed } from '../../options.ts';
import type { ReadableReport } from './contents.ts';

/** Reports by name, checked. @throws ERR_BAD_ARGUMENT */
export function readableReports(owner: string, reports: Record<string, ReadableReport>): [string, ReadableReport][] {
  const entries = Object.entries(checkNamed(owner, 'reports', reports));
  for (const [name, report] of entries) {
    if (Array.isArray(report?.keys) && typeof report.get === 'function' && typeof report.measures?.has === 'function') continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected ${shown(name)} to be a report of evaluate(), got ${shown(report)}.`);
  }
  return entries;
}
