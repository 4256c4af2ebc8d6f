import { counted, textTable } from '../text-table.ts';
import type { ExperimentReport, MetricResult } from './experiment-report.ts';

/** A report for people. */
export function formatExperiment({ experiment, control, method, sampleRatio, metrics, leftOut }: ExperimentReport): string {
  const head = ['metric', 'variant', control, 'treatment', 'lift', 'interval', 'p', 'verdict'];
  const rows = Object.entries(metrics).flatMap(([metric, variants]) =>
    Object.entries(variants).map(([variant, found]) => [
      metric,
      variant,
      digits(found.control),
      digits(found.treatment),
      percent(found.lift.mean),
      `[${percent(found.lift.low)}, ${percent(found.lift.high)}]`,
      found.pValue < 0.0001 ? '< 0.0001' : found.pValue.toFixed(4),
      verdictOf(found),
    ]),
  );
  const users = Object.entries(sampleRatio.users).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  const notes = counted([
    [leftOut.notYetOver, 'whose time is not over'],
    [leftOut.severalVariants, 'who saw several variants'],
    [leftOut.unknownVariant, 'with an unknown variant'],
    [leftOut.afterMaximum, 'after the maximum'],
  ]);
  return [
    `${experiment}, ${method === 'sequential' ? 'valid at every look' : 'valid for one look'}; users exposed: ${users.join(', ')}.`,
    ...(sampleRatio.mismatch
      ? [
          `Careful: sample ratio mismatch (p = ${sampleRatio.sequentialPValue.toExponential(1)}). Find out why before you believe anything below.`,
        ]
      : []),
    textTable(head, rows),
    ...(notes.length > 0 ? [`Left out: ${notes.join(', ')}.`] : []),
  ].join('\n');
}

function verdictOf({ verdict, guardrail }: MetricResult): string {
  return guardrail ? `${verdict}; guardrail ${guardrail.verdict}` : verdict;
}

function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '–';
}

function percent(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`;
}
