import { type Comparison, compare, type EvaluationReport, formatReports } from 'attune';

/** Reports of several ways to rank, and the paired tests that were planned. */
export interface Comparisons {
  title: string;
  /** What was used, and on what it was chosen. */
  settings: Record<string, unknown>;
  reports: Record<string, EvaluationReport>;
  tests: Comparison[];
}

/** Runs the planned tests by NDCG@10. */
export function compared(
  reports: Record<string, EvaluationReport>,
  { title, settings, pairs }: { title: string; settings: Record<string, unknown>; pairs: [string, string][] },
): Comparisons {
  return { title, settings, reports, tests: pairs.map(([a, b]) => compare(reports[a], reports[b], 'ndcg@10')) };
}

/** Prints reports, tests and settings. */
export function print({ title, settings, reports, tests }: Comparisons): void {
  console.log(`\n${title}\n\n${formatReports(reports)}`);
  for (const { summary } of tests) console.log(summary);
  for (const [name, setting] of Object.entries(settings)) {
    console.log(`  ${name}: ${typeof setting === 'string' ? setting : JSON.stringify(setting)}`);
  }
}
