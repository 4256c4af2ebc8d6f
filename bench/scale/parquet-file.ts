import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { generatedRows } from './rows.ts';

const groupRows = 2 ** 18;

/** Writes generated ratings to a Parquet file, one row group after the other, so that memory does not grow with their number. */
export function writeRatings(filename: string, count: number): void {
  const column = (name: string) => ({ name, type: 'INT32' as const, repetition_type: 'REQUIRED' as const });
  const names = ['user', 'item', 'value'] as const;
  const writer = new ParquetWriter({ writer: fileWriter(filename), schema: [{ name: 'root', num_children: 3 }, ...names.map(column)] });
  const columns = names.map((name) => ({ name, data: new Int32Array(Math.min(groupRows, count)) }));
  let filled = 0;
  const write = () => {
    writer.write({ columnData: columns.map(({ name, data }) => ({ name, data: data.subarray(0, filled) })), rowGroupSize: groupRows });
    filled = 0;
  };
  for (const row of generatedRows(count)) {
    for (const { name, data } of columns) data[filled] = row[name];
    if (++filled === groupRows) write();
  }
  if (filled > 0) write();
  writer.finish();
}
