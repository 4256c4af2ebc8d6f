import type { Progress } from '../entries/index.ts';
import { Stopped } from './command.ts';

/** Runs work under a line of progress on stderr; a terminal sees a bar, a log sees the beginning and the end. */
export async function withProgress<T>(
  label: string,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
  summary: (result: T) => string = () => '',
): Promise<T> {
  const started = performance.now();
  const { stderr } = process;
  let last = 0;
  const redraw = (text: string) => stderr.write(`\r\x1b[2K${text.slice(0, (stderr.columns || 80) - 1)}`);
  const onProgress = (progress: Progress) => {
    const now = performance.now();
    if (!stderr.isTTY || now - last < 60) return;
    last = now;
    redraw(`${label}  ${barOf(progress)}`);
  };
  if (stderr.isTTY) redraw(label);
  const end = (words: string) => {
    if (stderr.isTTY) redraw('');
    stderr.write(`${label}: ${words ? `${words}, ` : ''}${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  };
  try {
    const result = await work(onProgress);
    end(summary(result));
    return result;
  } catch (error) {
    end(error instanceof Stopped ? 'stopped' : 'failed');
    throw error;
  }
}

function barOf({ phase, done, total, loss }: Progress): string {
  const words = `${phase}${typeof loss === 'number' ? `, loss ${loss.toPrecision(6)}` : ''}`;
  if (!total) return `${count(done)} ${words}`;
  const full = Math.min(24, Math.floor((done / total) * 24));
  return `${'█'.repeat(full)}${'░'.repeat(24 - full)} ${Math.floor((done / total) * 100)} % ${words}`;
}

/** A remark beside the answer; stdout keeps what a script reads. */
export const remark = (text: string) => void process.stderr.write(`${text}\n`);

export const print = (text: string) => void process.stdout.write(`${text}\n`);

export const printJson = (value: unknown) => print(JSON.stringify(value, null, 2));

export const count = (n: number) => n.toLocaleString('en-US');

export type Cell = string | number | undefined;

/** Columns as wide as their longest cell, numbers to the right. The last column takes what is left of the line. */
export function table(titles: string[], rows: Cell[][], width = process.stdout.columns || 100): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? shortNumber(cell) : (cell ?? ''))));
  const widths = titles.map((title, c) => Math.max(title.length, ...texts.map((row) => row[c].length)));
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  widths[widths.length - 1] = Math.max(8, Math.min(widths[widths.length - 1], width - before));
  const isNumber = titles.map((_, c) => rows.every((row) => typeof row[c] === 'number'));
  const line = (cells: string[]) =>
    cells
      .map((cell, c) => fitted(cell, widths[c], isNumber[c]))
      .join('  ')
      .trimEnd();
  return [line(titles), widths.map((each) => '─'.repeat(each)).join('  '), ...texts.map(line)].join('\n');
}

function fitted(text: string, width: number, right: boolean): string {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return right ? short.padStart(width) : short.padEnd(width);
}

const shortNumber = (n: number) => (Number.isInteger(n) ? String(n) : n.toPrecision(4));

/** One bar a line. */
export function bars(rows: readonly { label: string; amount: number }[], width = 40): string {
  const most = Math.max(...rows.map(({ amount }) => amount), 1);
  const left = Math.max(...rows.map(({ label }) => label.length));
  return rows
    .map(
      ({ label, amount }) => `  ${label.padStart(left)}  ${'█'.repeat(Math.round((amount / most) * width)).padEnd(width)} ${count(amount)}`,
    )
    .join('\n');
}
