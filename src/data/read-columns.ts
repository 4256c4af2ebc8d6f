import { AttuneError, shown } from '../errors.ts';
import { anything, choice, readOptions } from '../options.ts';
import { ColumnBuilder, type Columns } from './columns.ts';
import { type DuplicatePolicy, duplicatePolicies, mergeDuplicates } from './duplicates.ts';
import { readRowId, readValue } from './fields.ts';
import type { Id } from './ids.ts';
import { TimeColumn, type TimestampUnit, timestampUnits } from './time-column.ts';

/** Columns of equal length that a caller has. */
export interface InteractionColumns {
  /** User id of each row. */
  users: ArrayLike<Id>;
  /** Item id of each row. */
  items: ArrayLike<Id>;
  /** Value of each row. Default 1. */
  values?: ArrayLike<number> | undefined;
  /** Time of each row, as a number. Default: no times. */
  timestamps?: ArrayLike<number> | undefined;
}

/** Reads columns for `Interactions.fromColumns`. */
export function readColumns(
  columns: InteractionColumns,
  options: { duplicates?: DuplicatePolicy | undefined; timestampUnit?: TimestampUnit | undefined },
): { columns: Columns; duplicates: number; notices: string[] } {
  const o = readOptions('Interactions.fromColumns', options, {
    duplicates: choice(duplicatePolicies, 'last'),
    timestampUnit: choice(timestampUnits, 'auto'),
  });
  const c = readOptions('Interactions.fromColumns', columns, {
    users: anything<ArrayLike<Id>>(),
    items: anything<ArrayLike<Id>>(),
    values: anything<ArrayLike<number> | undefined>(),
    timestamps: anything<ArrayLike<number> | undefined>(),
  });
  const length = c.users?.length;
  for (const name of ['users', 'items', 'values', 'timestamps'] as const) {
    const column = c[name];
    if (column === undefined && (name === 'values' || name === 'timestamps')) continue;
    if (typeof column === 'string' || !Number.isInteger(column?.length)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.fromColumns: expected an array as column '${name}', got ${shown(column)}.`);
    }
    if (column?.length !== length) {
      throw new AttuneError(
        'ERR_COLUMN_LENGTH',
        `Interactions.fromColumns: expected columns of equal length, got ${length} users and ${column?.length} ${name}.`,
      );
    }
  }
  const builder = new ColumnBuilder();
  const times = new TimeColumn(o.timestampUnit, true, false);
  for (let row = 0; row < length; row++) {
    const user = readRowId(c.users[row], 'user', row);
    const item = readRowId(c.items[row], 'item', row);
    const value = c.values ? readValue(c.values[row], row, true) : 1;
    const time = c.timestamps ? times.read(c.timestamps[row], row) : Number.NaN;
    builder.push(user, item, value, time);
  }
  const read = builder.columns();
  times.finish(read.t);
  const merged = mergeDuplicates(read, o.duplicates);
  return { columns: merged, duplicates: length - merged.v.length, notices: times.notices };
}
