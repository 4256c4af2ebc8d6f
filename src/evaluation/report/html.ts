import { readOptions, text } from '../../options.ts';
import { directionOf } from '../metric-names.ts';
import { escaped } from './bars-svg.ts';
import type { ReadableReport } from './contents.ts';
import { notesOf } from './format.ts';
import { readableReports } from './readable.ts';

/**
 * One self-contained HTML page for several reports: a table of means and intervals, a picture of each metric (dot = mean, line =
 * interval), and the notes. The best mean of each metric is bold, which does not imply that the difference is significant: see `compare`. No
 * script, nothing loaded from elsewhere.
 *
 * @param reports by the name that stands in the page.
 * @param options `title` of the page.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
 */
export function reportsToHtml(reports: Record<string, ReadableReport>, options: { title?: string | undefined } = {}): string {
  const entries = readableReports('reportsToHtml', reports);
  const { title } = readOptions('reportsToHtml', options, {
    title: text({ default: `Evaluation: ${entries.map(([name]) => name).join(', ')}`, allowEmpty: true }),
  });
  const keys = [...new Set(entries.flatMap(([, report]) => report.keys))];
  const head = entries.map(([name], at) => `<th scope="col">${dot(at)}${escaped(name)}</th>`).join('');
  const rows = keys.map((key) => {
    const best = bestOf(key, entries);
    const cells = entries.map(([, report]) => {
      const isBest = report.measures.has(key) && report.get(key).mean === best;
      return `<td${isBest ? ' class="best"' : ''}>${report.measures.has(key) ? cell(report, key) : ''}</td>`;
    });
    return `<tr><th scope="row">${escaped(key)}${directionOf(key) === 'lower' ? ' ↓' : ''}</th>${cells.join('')}<td>${picture(key, entries)}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<div class="wide">
<table>
<thead><tr><th scope="col">Metric</th>${head}<th scope="col">Mean and interval</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</div>
${notesOf(entries)
  .map((note) => `<p>${escaped(note)}</p>`)
  .join('\n')}
</body>
</html>
`;
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; line-height: 1.25; }
.wide { overflow-x: auto; }
.best { font-weight: 600; }
.dot { display: inline-block; width: .65em; height: .65em; border-radius: 50%; margin-right: .45em; }
tbody th { position: sticky; left: 0; background: inherit; }
tbody tr { background: #fff; }
th, td { text-align: left; padding: .35rem .75rem; border-bottom: 1px solid #d9dee6; vertical-align: middle; white-space: nowrap; }
small { color: #5b6675; font-weight: 400; }
svg { display: block; }
p { color: #3a4452; }
@media (prefers-color-scheme: dark) {
  body, tbody tr { color: #e6eaf0; background: #14181f; }
  th, td { border-color: #333c49; }
  small, p { color: #a9b4c2; }
}`;

/** Colours that stay apart for colour-blind readers (Okabe & Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999'];

/** The marker of a report in the charts. */
function dot(at: number): string {
  return `<span class="dot" style="background: ${colours[at % colours.length]}"></span>`;
}

/** The best mean of several; undefined for one report, or where no direction is better. */
function bestOf(key: string, entries: [string, ReadableReport][]): number | undefined {
  const means = entries.flatMap(([, report]) => (report.measures.has(key) ? [report.get(key).mean] : [])).filter(Number.isFinite);
  const direction = directionOf(key);
  if (means.length < 2 || direction === 'neither') return undefined;
  return direction === 'lower' ? Math.min(...means) : Math.max(...means);
}

function cell(report: ReadableReport, key: string): string {
  const { mean, low, high } = report.get(key);
  if (Number.isNaN(mean)) return '–';
  const interval = low < high ? ` <small>[${low.toFixed(4)}, ${high.toFixed(4)}]</small>` : '';
  return `${mean.toFixed(4)}${interval}`;
}

/** A line of dots on one scale from 0, or from the smallest value below it. */
function picture(key: string, entries: [string, ReadableReport][]): string {
  const values = entries.flatMap(([name, report]) => (report.measures.has(key) ? [{ name, ...report.get(key) }] : []));
  const shown = values
    .filter(({ mean }) => Number.isFinite(mean))
    .map((value) => ({ ...value, low: finite(value.low, value.mean), high: finite(value.high, value.mean) }));
  if (shown.length === 0) return '';
  const from = Math.min(0, ...shown.map(({ low }) => low));
  const to = Math.max(...shown.map(({ high }) => high), from + 1e-12);
  const x = (value: number) => (6 + ((value - from) / (to - from)) * 228).toFixed(1);
  const height = 10 + shown.length * 12;
  const marks = shown.map(({ name, mean, low, high }, at) => {
    const y = 11 + at * 12;
    const colour = colours[entries.findIndex(([own]) => own === name) % colours.length];
    return `<g stroke="${colour}" fill="${colour}"><title>${escaped(name)}: ${mean.toFixed(4)}</title><line x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}" stroke-width="2"/><circle cx="${x(mean)}" cy="${y}" r="4"/></g>`;
  });
  const label = shown.map(({ name, mean }) => `${name} ${mean.toFixed(4)}`).join(', ');
  return `<svg width="240" height="${height}" viewBox="0 0 240 ${height}" role="img" aria-label="${escaped(`${key}: ${label}`)}"><line x1="${x(0)}" y1="2" x2="${x(0)}" y2="${height - 2}" stroke="#8b96a5"/>${marks.join('')}</svg>`;
}

function finite(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
