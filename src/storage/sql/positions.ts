import type { PositionStore } from '../../contracts/data-store.ts';
import { readPosition } from '../shared/checks.ts';
import type { SqlConnection, Use } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

/** Positions in a table of their own, which is made when it is first used; the function gives them to each transaction. */
export function sqlPositions(dialect: SqlDialect, table: string): (use: Use) => PositionStore {
  const name = dialect.quote(table);
  const text = (sql: string) => numbered(dialect, sql);
  const set = text(`update ${name} set position = ? where source = ?`);
  const insert = text(`insert into ${name} (source, position) values (?, ?) ${dialect.upsert({ key: ['source'], set: [] })}`);
  const select = text(`select position from ${name} where source = ?`);
  /** Where the row of a source that was never read must exist to be locked. */
  const unread = -1;
  const makerOf = tableMakers(dialect, table);
  const { list } = dialect;
  const given = list && `unnest(${list.texts}, ${list.integers}) as g(source, position)`;
  const findAll =
    list && text(`select source, position from ${name} where source in (select unnest(${list.texts})) order by source${dialect.lockRow}`);
  const insertAll = text(
    `insert into ${name} (source, position) select g.source, g.position from ${given} order by 1 ${dialect.upsert({ key: ['source'], set: [] })}`,
  );
  const setAll = text(`update ${name} as t set position = g.position from ${given} where t.source = g.source and t.position < g.position`);
  return (use) => {
    const make = makerOf();
    const advance = async (positions: Readonly<Record<string, number>>) => {
      const sources = Object.keys(positions);
      for (const source of sources) readPosition(source, positions[source]);
      return use(async (connection) => {
        await make(connection);
        const find = () => connection.all<{ source: string; position: number }>(findAll as string, list?.value(sources) ?? null);
        let rows = await find();
        if (rows.length < sources.length) {
          await connection.run(insertAll, list?.value(sources) ?? null, list?.value(sources.map(() => unread)) ?? null);
          rows = await find();
        }
        await connection.run(setAll, list?.value(sources) ?? null, list?.value(Object.values(positions)) ?? null);
        return Object.fromEntries(rows.map(({ source, position }) => [source, Math.max(0, Number(position))]));
      });
    };
    return {
      ...(list && { advance }),
      async get(source) {
        readPosition(source);
        return use(async (connection) => {
          await make(connection);
          const find = () => connection.one<{ position: number }>(`${select}${dialect.lockRow}`, source);
          let row = await find();
          if (row === undefined && dialect.lockRow !== '') {
            await connection.run(insert, source, unread);
            row = await find();
          }
          return row === undefined || Number(row.position) === unread ? undefined : Number(row.position);
        });
      },
      async set(source, position) {
        readPosition(source, position);
        await use(async (connection) => {
          await make(connection);
          if ((await connection.run(set, position, source)) > 0) return;
          await connection.run(insert, source, unread);
          await connection.run(set, position, source); // and not the insert alone: another may have been quicker
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
  };
}

/** Gives each user of the table, such as a transaction, a function that makes it where it is missing. */
function tableMakers(dialect: SqlDialect, table: string) {
  let isThere = false;
  return () => {
    let isOurs = false;
    return async (connection: SqlConnection): Promise<void> => {
      if (isThere) return;
      const found = await connection.all(numbered(dialect, dialect.columnsOfTable), table);
      if (found.length > 0) {
        isThere = !isOurs; // a transaction may take back what it made
        return;
      }
      await connection.atomic(async () => {
        if (dialect.lockSchema) await connection.run(dialect.lockSchema);
        await connection.run(
          `create table if not exists ${dialect.quote(table)} (source ${dialect.types.TEXT} primary key, position ${dialect.types.INTEGER} not null)`,
        );
      });
      isOurs = connection.inTransaction;
    };
  };
}
