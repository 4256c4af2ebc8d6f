import { AttuneError, shown } from '../errors.ts';
import type { Progress } from '../options.ts';
import { takeUntilAborted } from '../work/until-aborted.ts';
import { ColumnBuilder, type Columns, withoutRows } from './columns.ts';
import { type ReadField, readRowId, readValue } from './fields.ts';
import { columnsThereAre, likelyColumn } from './guess-columns.ts';
import { numberOfText } from './number-text.ts';
import { type ByteSink, type RecordColumns, type RecordReader, type Records, recordBatches } from './records.ts';
import { TimeColumn, type TimestampUnit } from './time-column.ts';

/** The checked options of `Interactions.from` that say how rows are read. */
interface RowOptions {
  user: ReadField;
  item: ReadField;
  value: ReadField;
  timestamp: ReadField;
  timestampUnit: TimestampUnit;
  onBadRow: 'throw' | 'skip';
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Rows as columns, before duplicates are merged. */
export interface ReadRows {
  columns: Columns;
  /** Rows in the columns. */
  kept: number;
  /** Rows left out as bad ones. */
  skipped: number;
  notices: string[];
}

/** Reads all rows into columns. @param named which columns the caller named, so that they must be there. */
export async function readRows<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  o: RowOptions,
  named: { value: boolean; timestamp: boolean },
): Promise<ReadRows> {
  const builder = new ColumnBuilder();
  const { times, values, first, ...done } = await eachRow(rows, o, named, builder);
  const read = builder.columns();
  const odd = times.finish(read.t);
  const columns = odd ? withoutRows(read, odd) : read;
  const skipped = done.skipped + (odd?.size ?? 0);
  const notices = [...(values?.notices ?? []), ...(odd ? [leftOut(odd.size)] : []), ...times.notices];
  if (!columns.t && !named.timestamp && first) notices.push(...noTimes(first));
  return { columns, kept: columns.v.length, skipped, notices };
}

/** What takes the rows, such as a {@link ColumnBuilder}. */
export interface RowSink {
  /** Number of rows so far. */
  readonly size: number;
  push(user: string, item: string, value: number, time: number): void;
  /** Where the bytes of ids will do. */
  pushBytes?: ByteSink['pushBytes'];
}

/** Checks each row and hands it on. */
export async function eachRow<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  o: RowOptions,
  named: { value: boolean; timestamp: boolean },
  builder: RowSink,
) {
  const times = new TimeColumn(o.timestampUnit, named.timestamp, o.onBadRow === 'skip');
  const values = named.value ? undefined : new ValueColumn();
  let index = 0;
  let skipped = 0;
  let first: object | undefined;
  const take = (row: Row) => {
    if (values && row !== null && typeof row === 'object') values.look(row, index, builder.size); // outside: what it refuses is the whole column
    try {
      if (row === null || typeof row !== 'object')
        throw new AttuneError('ERR_BAD_ROW', `Row ${index}: expected an object, got ${shown(row)}.`);
      first ??= row;
      const user = readRowId(o.user(row, index), 'user', index, () => columnsThereAre(row));
      const item = readRowId(o.item(row, index), 'item', index, () => columnsThereAre(row));
      const found = values?.name;
      const value = found === undefined ? o.value(row, index) : (row as Record<string, unknown>)[found];
      const weight = readValue(value, index, named.value || found !== undefined);
      builder.push(user, item, weight, times.read(o.timestamp(row, index), index));
    } catch (error) {
      if (o.onBadRow === 'throw' || !(error instanceof AttuneError)) throw error;
      skipped++;
    }
    if ((++index & 0xffff) === 0) {
      o.signal?.throwIfAborted();
      o.onProgress?.({ phase: 'reading', done: index });
    }
  };
  /** Most rows as bytes; the first, every 1,024th and what is not plain as objects, so that all is seen that would be otherwise. */
  const takeRecords = (records: Records, sink: ByteSink) => {
    for (let k = 0; k < records.length; ) {
      const place = index & 1023;
      const columns = index > 1024 && place > 0 && place < 1023 && columnsOf(records.names, o, named, values?.name);
      if (columns) {
        const next = records.pushInto(k, Math.min(records.length, k + 1023 - place), sink, columns, times, index);
        index += next - k;
        k = next;
      }
      if (k < records.length) take(records.rowAt(k++) as Row);
    }
  };
  const columns = [o.user, o.item, o.value, o.timestamp].flatMap(({ column }) => column ?? []);
  const asRecords = recordBatches in rows && builder.pushBytes && columns.length === 4;
  const batches = asRecords ? (rows as unknown as RecordReader<Row>)[recordBatches](columns) : undefined;
  const takeBatch = (batch: Row[] | Records) => {
    if (!Array.isArray(batch)) takeRecords(batch, builder as ByteSink);
    else for (const row of batch) take(row);
  };
  if (batches) await takeUntilAborted(batches, o.signal, takeBatch);
  else if ('batches' in rows && typeof rows.batches === 'function') {
    await takeUntilAborted(rows.batches() as AsyncIterable<Row[]>, o.signal, takeBatch); // a file reader
  } else if (Symbol.asyncIterator in rows) await takeUntilAborted(rows, o.signal, take);
  else for (const row of rows as Iterable<Row>) take(row);
  o.signal?.throwIfAborted();
  o.onProgress?.({ phase: 'reading', done: index, total: index });
  return { times, values, first, skipped };
}

/** Where the fields stand; undefined when a row without one of them needs a closer look. */
function columnsOf(
  names: readonly string[],
  o: Pick<RowOptions, 'user' | 'item' | 'value' | 'timestamp'>,
  named: { value: boolean; timestamp: boolean },
  found: string | undefined,
): RecordColumns | undefined {
  const at = ({ column }: { readonly column?: string }) => names.indexOf(column as string);
  const columns = { user: at(o.user), item: at(o.item), value: found ? names.indexOf(found) : at(o.value), time: at(o.timestamp) };
  const lacking =
    columns.user < 0 || columns.item < 0 || (columns.value < 0 && (named.value || found)) || (columns.time < 0 && named.timestamp);
  return lacking ? undefined : columns;
}

/** Finds the column of values when the caller named none and the rows have no `value`. */
class ValueColumn {
  name: string | undefined;
  readonly notices: string[] = [];
  #settled = false;

  /** @param kept rows that counted as 1 so far. @throws ERR_BAD_VALUE when a column turns up only after rows that counted as 1 without it. */
  look(row: object, index: number, kept: number): void {
    if (this.#settled || (index > 1024 && (index & 1023) !== 0)) return;
    if (Object.hasOwn(row, 'value')) {
      this.#settled = true;
      return;
    }
    const name = likelyColumn('value', Object.keys(row));
    if (name === undefined) return;
    const given = (row as Record<string, unknown>)[name];
    if (typeof given === 'string' && given.trim() !== '' && numberOfText(given) === undefined) {
      if (this.notices.length === 0) this.notices.push(noNumbers(name, given, index)); // words, as in "stars: many", or 4,5
      return;
    }
    if (kept > 0) {
      throw new AttuneError(
        'ERR_BAD_VALUE',
        `Row ${index}: expected no column of values, as the rows before it have none, got ${shown(name)}. Pass value: ${shown(name)} to read it, or value: () => 1 to count rows.`,
      );
    }
    this.#settled = true;
    this.name = name;
    this.notices.push(
      `Values were read from the column ${shown(name)}, as there is no column "value". Pass value: ${shown(name)} to be sure, or value: () => 1 to count each row as 1.`,
    );
  }
}

function noNumbers(name: string, given: string, row: number): string {
  const convert = /^\s*-?\d+,\d{1,2}\s*$/.test(given) ? `Number(row[${shown(name)}].replace(',', '.'))` : '...';
  return `Each row counts as 1, as ${shown(given)} in row ${row} of the column ${shown(name)} is no number. If it holds values, pass value: (row) => ${convert}.`;
}

function leftOut(count: number): string {
  return `${count} rows were left out because their times do not fit those of the others.`;
}

function noTimes(row: object): string[] {
  const name = likelyColumn('timestamp', Object.keys(row));
  if (name === undefined || name === 'timestamp') return [];
  return [`No times were read, as there is no column "timestamp". Pass timestamp: ${shown(name)} if that column has them.`];
}
