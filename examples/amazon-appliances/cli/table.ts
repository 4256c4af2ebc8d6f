/** A table for a terminal: numbers to the right, text to the left, long text shortened. */
export function table(columns: Column[], rows: Cell[][]): string {
  const cells = rows.map((row) => row.map((cell, c) => shorten(shown(cell), columns[c].width)));
  const widths = columns.map((column, c) => Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[c]))));
  const line = (row: string[]) =>
    row
      .map((cell, c) =>
        columns[c].align === 'right'
          ? ' '.repeat(widths[c] - displayWidth(cell)) + cell
          : cell + ' '.repeat(widths[c] - displayWidth(cell)),
      )
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Longer text is cut, with an ellipsis. */
  width?: number;
}

export type Cell = string | number | null | undefined;

/** Lines of `name  value`, values to the right. */
export function facts(rows: [string, Cell][], indent = '  '): string {
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, value]) => shown(value).length));
  return rows.map(([name, value]) => `${indent}${name.padEnd(left)}  ${shown(value).padStart(right)}`).join('\n');
}

export const count = (n: number) => n.toLocaleString('en-US');
export const money = (price: number | null | undefined) => (typeof price === 'number' ? `$${price.toFixed(2)}` : '');
export const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const shown = (cell: Cell): string => (cell === null || cell === undefined ? '' : typeof cell === 'number' ? count(cell) : cell);

function shorten(text: string, width = Number.POSITIVE_INFINITY): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const { segment } of segments.segment(text)) {
    if (displayWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Grapheme clusters, those of East Asian scripts and pictures counted as two cells. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments.segment(text))
    width += /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(segment)
      ? 2
      : 1;
  return width;
}
