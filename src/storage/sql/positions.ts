import type { PositionStore } from '../../contracts/data-store.ts';
import { readPosition } from '../shared/checks.ts';
import type { SqlConnection, Use } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

/** Positions in a table of their own, which is made when it is first used. */
export function sqlPositions(dialect: SqlDialect, table: string, use: Use): PositionStore {
  const name = dialect.quote(table);
  const text = (sql: string) => numbered(dialect, sql);
  const set = text(`update ${name} set position = ? where source = ?`);
  const insert = text(`insert into ${name} (source, position) values (?, ?) ${dialect.upsert({ key: ['source'], set: [] })}`);
  const select = text(`select position from ${name} where source = ?`);
  /** Where the row of a source that was never read must exist to be locked. */
  const unread = -1;
  let made = false;
  const make = async (connection: SqlConnection) => {
    if (made) return;
    const found = await connection.all(text(dialect.columnsOfTable), table);
    if (found.length === 0) {
      await connection.atomic(async () => {
        if (dialect.lockSchema) await connection.run(dialect.lockSchema);
        await connection.run(
          `create table if not exists ${name} (source ${dialect.types.TEXT} primary key, position ${dialect.types.INTEGER} not null)`,
        );
      });
    } else made = true; // not before, because a transaction may take back what it made
  };
  return {
    async get(source) {
      readPosition(source);
      return use(async (connection) => {
        await make(connection);
        if (dialect.lockRow !== '') await connection.run(insert, source, unread);
        const row = await connection.one<{ position: number }>(`${select}${dialect.lockRow}`, source);
        return row === undefined || Number(row.position) === unread ? undefined : Number(row.position);
      });
    },
    async set(source, position) {
      readPosition(source, position);
      await use(async (connection) => {
        await make(connection);
        await connection.run(insert, source, unread);
        await connection.run(set, position, source);
      });
    },
    async all(prefix = '') {
      return use(async (connection) => {
        await make(connection);
        const rows = await connection.all<{ source: string; position: number }>(`select source, position from ${name} order by source`);
        const read = rows.filter((row) => Number(row.position) !== unread && row.source.startsWith(prefix));
        return Object.fromEntries(read.map((row) => [row.source, Number(row.position)]));
      });
    },
  };
}
