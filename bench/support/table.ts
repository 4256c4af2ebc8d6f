/** One line of a comparison; what is missing was not measured. */
export interface Row {
  /** What was done. */
  task: string;
  unit: 's' | 'ms' | 'users/s' | 'MB' | '';
  attune?: number;
  /** Processor seconds of `attune`, in the same unit. */
  attuneCpu?: number;
  /** Name of the other library and its setting. */
  peer?: string;
  other?: number;
  otherCpu?: number;
  /** How many times better attune is; above 1 is better. */
  ratio?: number;
  /** What `ratio` (or, without a peer, `attune`) should be. */
  goal?: string;
  note?: string;
}

/** peer / attune, or attune / peer where more is better. */
export const ratioOf = (attune: number, other: number | undefined, moreIsBetter = false): number | undefined =>
  other === undefined ? undefined : moreIsBetter ? attune / other : other / attune;

const heads = ['task', 'unit', 'attune', 'cpu', 'peer', 'wall', 'cpu', 'ratio', 'cpu ratio', 'goal', 'note'];
const rightAligned = new Set([2, 3, 5, 6, 7, 8]);

/** The rows as an aligned Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.task,
    row.unit,
    figure(row.attune, row.unit),
    figure(row.attuneCpu),
    row.peer ?? '',
    figure(row.other, row.unit),
    figure(row.otherCpu),
    row.ratio === undefined ? '' : `${figure(row.ratio)} x`,
    row.ratio !== undefined && row.attuneCpu && row.otherCpu ? `${figure(row.otherCpu / row.attuneCpu)} x` : '',
    row.goal ?? '',
    row.note ?? '',
  ]);
  const widths = heads.map((head, c) => Math.max(head.length, ...cells.map((line) => line[c].length)));
  const line = (texts: string[]) =>
    `| ${texts.map((text, c) => (rightAligned.has(c) ? text.padStart(widths[c]) : text.padEnd(widths[c]))).join(' | ')} |`;
  const rule = `|${widths.map((width, c) => `${'-'.repeat(width + 1)}${rightAligned.has(c) ? ':' : '-'}`).join('|')}|`;
  return [line(heads), rule, ...cells.map(line)].join('\n');
}

/** Three or four digits that count; measures of quality (no unit) to the fourth decimal. */
function figure(value: number | undefined, unit?: Row['unit']): string {
  if (value === undefined) return '';
  if (!Number.isFinite(value)) return '-';
  if (unit === '') return value.toFixed(4);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
}
