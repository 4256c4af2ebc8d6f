import type { Measure } from './measures.ts';

/** The measures of some users; what belongs to all lists together is left out. */
export function measuresOf(measures: ReadonlyMap<string, Measure>, wanted: (user: string) => boolean): Map<string, Measure> {
  const part = new Map<string, Measure>();
  for (const [key, measure] of measures) {
    if (measure.kind === 'overall') continue;
    const places: number[] = [];
    for (const [at, user] of measure.users.entries()) if (wanted(user)) places.push(at);
    if (places.length === 0) continue;
    const users = places.map((at) => measure.users[at]);
    const pick = (column: Float64Array) => Float64Array.from(places, (at) => column[at]);
    if (measure.kind === 'per-user') part.set(key, { kind: 'per-user', users, values: pick(measure.values) });
    else part.set(key, { ...measure, users, sums: pick(measure.sums), counts: pick(measure.counts) });
  }
  return part;
}
