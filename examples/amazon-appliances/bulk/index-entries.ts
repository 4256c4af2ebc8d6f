import type { Entries } from './btree.ts';
import { RecordWriter } from './records.ts';

/** Entries of an index in the given order of places, which count rows from 0. @param add puts the columns of a row into a record */
export function indexEntries(order: Int32Array, add: (record: RecordWriter, place: number) => void): Entries {
  const record = new RecordWriter();
  return {
    kind: 'index',
    record,
    count: order.length,
    cell(k) {
      const place = order[k];
      add(record, place);
      record.integer(place + 1);
      return record.finish();
    },
  };
}
