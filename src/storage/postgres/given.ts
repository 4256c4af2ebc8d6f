import type { SqlConnection, SqlValue } from '../sql/connection.ts';
import type { ReadRow } from '../sql/rows.ts';

/** Rows as statements read them: a relation with the columns `n` (their number) and `c1`, `c2`, ... */
export interface Given {
  /** What stands behind `from`; it names the relation `g`. */
  source: string;
  /** The parameters of every statement over it. */
  values: SqlValue[];
}

/** Up to so many rows are sent as arrays with each statement; more are copied into a table for the time of the transaction. */
const fewRows = 512;
/** Rows of a statement with arrays, where the handle cannot copy. */
export const mostInArrays = 5000;

let tables = 0;

/** Runs work over rows that are given to the server once. `types` are those of the columns. */
export async function withGiven<T>(
  connection: SqlConnection,
  types: readonly string[],
  rows: readonly ReadRow[],
  work: (given: Given) => Promise<T>,
): Promise<T> {
  if (!worthCopy(connection, rows)) return work(arrays(types, rows));
  const table = `attune_given_${++tables}`;
  const columns = types.map((type, k) => `c${k + 1} ${type}`).join(', ');
  await connection.run(`create temporary table ${table} (n int4, ${columns}) on commit drop`);
  await connection.copyIn(
    `copy ${table} from stdin`,
    copyChunks(rows, ({ row, values }) => [row, ...values]),
  );
  const result = await work({ source: `${table} as g`, values: [] });
  await connection.run(`drop table ${table}`);
  return result;
}

/** Whether rows are so many that they are copied. */
export function worthCopy(connection: SqlConnection, rows: readonly ReadRow[]): boolean {
  return rows.length > fewRows && connection.canCopy;
}

/** Every column as one array, which is sent as text, because each driver has its own idea of arrays. */
function arrays(types: readonly string[], rows: readonly ReadRow[]): Given {
  const column = (type: string, k: number) => `$${k + 2}::text::${type}[]`;
  const names = types.map((_, k) => `c${k + 1}`).join(', ');
  return {
    source: `unnest($1::text::int4[], ${types.map(column).join(', ')}) as g(n, ${names})`,
    values: [arrayText(rows.map(({ row }) => row)), ...types.map((_, k) => arrayText(rows.map(({ values }) => values[k])))],
  };
}

/** An array as PostgreSQL reads one. */
export function arrayText(values: readonly SqlValue[]): string {
  const element = (value: SqlValue) =>
    value === null ? 'NULL' : typeof value === 'string' ? `"${value.replace(/[\\"]/g, '\\$&')}"` : String(value);
  return `{${values.map(element).join(',')}}`;
}

/** Rows in the text format of `copy`, in pieces of some tens of kilobytes. */
export function copyChunks<Row>(rows: readonly Row[], valuesOf: (row: Row) => readonly SqlValue[]): Uint8Array[] {
  const text = new CopyText();
  for (const row of rows) text.add(valuesOf(row));
  return text.chunks();
}

/** The same, row by row. */
export class CopyText {
  readonly #encoder = new TextEncoder();
  readonly #chunks: Uint8Array[] = [];
  #text = '';
  #size = 0;

  /** Number of rows so far. */
  get size(): number {
    return this.#size;
  }

  add(values: readonly SqlValue[]): void {
    this.#text += copyText(values[0]);
    for (let k = 1; k < values.length; k++) this.#text += `\t${copyText(values[k])}`;
    this.#text += '\n';
    this.#size++;
    if (this.#text.length > 60_000) this.#flush();
  }

  chunks(): Uint8Array[] {
    if (this.#text !== '') this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    this.#chunks.push(this.#encoder.encode(this.#text));
    this.#text = '';
  }
}

function copyText(value: SqlValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return needsEscape.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found]) : value;
}

const needsEscape = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
