import { type Comparison, compare, type EvaluationReport, formatReports } from 'attune';
import { pairedTest } from 'attune/metrics';

/** Reports of several ways to rank, and the paired tests that were planned. */
export interface Comparisons {
  title: string;
  /** What was used, and on what it was chosen. */
  settings: Record<string, unknown>;
  reports: Record<string, EvaluationReport>;
  tests: Comparison[];
}

/** Runs the planned tests by NDCG@10. With `clusterOf` the p-value is that of flipping whole clusters. */
export function compared(
  reports: Record<string, EvaluationReport>,
  {
    title,
    settings,
    pairs,
    clusterOf,
  }: { title: string; settings: Record<string, unknown>; pairs: [string, string][]; clusterOf?: (user: string) => string },
): Comparisons {
  const tests = pairs.map(([a, b]) => {
    const verdict = compare(reports[a], reports[b], 'ndcg@10');
    if (!clusterOf) return verdict;
    const [first, second] = [a, b].map((name) => sums(reports[name].perUser('ndcg@10'), clusterOf));
    const { pValue } = pairedTest([...first.values()], [...second.values()]);
    const summary = `${a} - ${b} in ndcg@10: ${verdict.difference.toFixed(4)}, p = ${pValue.toPrecision(2)}, ${first.size} users as clusters.`;
    return { ...verdict, pValue, summary };
  });
  return { title, settings, reports, tests };
}

function sums(values: ReadonlyMap<string, number>, clusterOf: (user: string) => string): Map<string, number> {
  const total = new Map<string, number>();
  for (const [user, value] of values) total.set(clusterOf(user), (total.get(clusterOf(user)) ?? 0) + value);
  return total;
}

/** Prints reports, tests and settings. */
export function print({ title, settings, reports, tests }: Comparisons): void {
  console.log(`\n${title}\n\n${formatReports(reports)}`);
  for (const { summary } of tests) console.log(summary);
  for (const [name, setting] of Object.entries(settings)) {
    console.log(`  ${name}: ${typeof setting === 'string' ? setting : JSON.stringify(setting)}`);
  }
}
