import { AttuneError, shown } from '../../errors.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import type { SqlConnection } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

/** The ids that columns of numbers keep, in a table that somebody else has made: those of products, and of users and items of interactions. */
export type NumericIds = ReadonlySet<'product' | 'user' | 'item'>;

/** Finds them. */
export async function numericIds(
  connection: SqlConnection,
  dialect: SqlDialect,
  { products, interactions }: { products: ProductsTable; interactions: InteractionsTable },
): Promise<NumericIds> {
  const found = new Set<'product' | 'user' | 'item'>();
  if (!dialect.numericColumns) return found;
  const sql = numbered(dialect, dialect.numericColumns);
  const namesOf = async (table: string) =>
    new Set((await connection.all<{ name: string }>(sql, table)).map(({ name }) => name.toLowerCase()));
  const [ofProducts, ofInteractions] = [await namesOf(products.name), await namesOf(interactions.name)];
  if (ofProducts.has(products.id.toLowerCase())) found.add('product');
  if (ofInteractions.has(interactions.user.toLowerCase())) found.add('user');
  if (ofInteractions.has(interactions.item.toLowerCase())) found.add('item');
  return found;
}

/** How an id is selected: always as text, with all digits. */
export function selectedId(column: string, isNumeric: boolean): string {
  return isNumeric ? `cast(${column} as text)` : column;
}

const number = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i;
const whole = /^(?:0|-?[1-9]\d{0,18})$/;

/** Whether a column of numbers keeps an id as it is: `7` and `ann`, but not `007` or `1e3`, of which it makes 7 and 1000. */
function staysItself(id: string): boolean {
  return !number.test(id) || (whole.test(id) && BigInt.asIntN(64, BigInt(id)) === BigInt(id));
}

/** The id, or undefined where no row can have it. */
export function sought(id: string | undefined, isNumeric: boolean): string | undefined {
  return id === undefined || !isNumeric || staysItself(id) ? id : undefined;
}

/** @throws ERR_BAD_ID for an id that would become another */
export function stored(id: string, isNumeric: boolean, what: string): string {
  if (!isNumeric || staysItself(id)) return id;
  throw new AttuneError(
    'ERR_BAD_ID',
    `${what}: expected an id that a column of numbers keeps as it is, got ${shown(id)}, which it would change. Make the column TEXT to keep such ids.`,
  );
}
