import { choice, integer, readOptions } from '../../options.ts';
import { counted, inert, markdownTable, textTable } from '../../text-table.ts';
import { directionOf } from '../metric-names.ts';
import type { ReadableReport, ReportedValue } from './contents.ts';
import { readableReports } from './readable.ts';

/** Options of {@link formatReports}. */
export interface FormatOptions {
  /** Default `'text'`. */
  format?: 'text' | 'markdown' | undefined;
  /** Digits behind the point. Default 4. */
  digits?: number | undefined;
}

const formatChecks = {
  format: choice(['text', 'markdown'] as const, 'text'),
  digits: integer({ default: 4, min: 0, max: 20 }),
};

/**
 * One table for several reports: one row per metric and cut, one column per model, each cell the mean and its interval; below it the
 * users that were left out and any warnings.
 *
 * @param reports by the name that stands above the column.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
 */
export function formatReports(reports: Record<string, ReadableReport>, options: FormatOptions = {}): string {
  const { format, digits } = readOptions('formatReports', options, formatChecks);
  const entries = readableReports('formatReports', reports);
  const keys = [...new Set(entries.flatMap(([, report]) => report.keys))];
  const rows = keys.map((key) => [
    key + arrow(key),
    ...entries.map(([, report]) => (report.measures.has(key) ? cell(report.get(key), digits) : '')),
  ]);
  const head = ['', ...entries.map(([name]) => name)];
  const table = format === 'markdown' ? markdownTable(head, rows) : textTable(head, rows);
  const notes = notesOf(entries);
  return (format === 'markdown' ? [table, '', ...notes.map((note) => `${inert(note)}  `)] : [table, ...notes]).join('\n');
}

function cell({ mean, low, high }: ReportedValue, digits: number): string {
  if (Number.isNaN(mean)) return '–';
  const number = (value: number) => value.toFixed(digits);
  return low === high || Number.isNaN(low) ? number(mean) : `${number(mean)} [${number(low)}, ${number(high)}]`;
}

/** An arrow where smaller is better, because that surprises. */
function arrow(key: string): string {
  return directionOf(key) === 'lower' ? ' ↓' : '';
}

/** Warnings besides the figures; those that hold for all reports appear once. */
export function notesOf(entries: [string, ReadableReport][]): string[] {
  const own = entries.map(([name, report]) => ({
    name,
    lines: [summary(report), ...report.warnings.map((warning) => `Careful: ${warning}`)],
  }));
  return [...new Set(own.flatMap(({ lines }) => lines))].map((text) => {
    const names = own.filter(({ lines }) => lines.includes(text)).map(({ name }) => name);
    return names.length === own.length ? text : `${names.join(', ')}: ${text}`;
  });
}

function summary({ users, leftOut, protocol }: ReadableReport): string {
  const out = counted([
    [leftOut.withoutTest, 'without a test row'],
    [leftOut.unknownUsers, 'unknown to the model'],
    [leftOut.nothingRelevant, 'with nothing relevant'],
    [leftOut.notSampled, 'not in the sample'],
    [leftOut.alreadySeen, 'test rows already in train'],
    [leftOut.unpredictedRows, 'test rows that could not be predicted'],
  ]);
  return `${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}, ${protocol.candidates}, ${Math.round(protocol.level * 100)} % intervals${out.length > 0 ? `; left out: ${out.join(', ')}` : ''}.`;
}
