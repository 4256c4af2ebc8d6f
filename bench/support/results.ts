import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

/** What a benchmark found, as it is committed in bench/results and shown in the guides. */
export interface Result {
  /** What to type to measure it again. */
  command: string;
  /** The day, such as `2026-11-29`. */
  date: string;
  /** Processor, number of cores and runtime. */
  machine: string;
  columns: string[];
  rows: (string | number)[][];
}

export const resultsFolder = resolve(import.meta.dirname, '../results');

/** Writes `bench/results/<name>.json`; `npm run figures` then puts it into the guides that show it. */
export function writeResult(name: string, found: Pick<Result, 'command' | 'columns' | 'rows'>): void {
  const [{ model }] = cpus();
  const machine = `${model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`;
  const result: Result = { ...found, date: new Date().toISOString().slice(0, 10), machine };
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

export const resultNames = (): string[] => readdirSync(resultsFolder).map((file) => file.replace(/\.json$/, ''));

export const readResult = (name: string): Result => JSON.parse(readFileSync(join(resultsFolder, `${name}.json`), 'utf8'));

/** A result as the guides show it: a table, and below it how it was made. */
export function resultTable({ command, date, machine, columns, rows }: Result): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${columns.map((_, c) => (typeof rows[0]?.[c] === 'number' ? '--:' : '---')).join('|')}|`;
  const shown = rows.map((row) => line(row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell))));
  return [line(columns), rule, ...shown, '', `\`${command}\`, ${date}, ${machine}.`].join('\n');
}
