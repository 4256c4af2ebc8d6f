import type { ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { readOptions } from '../../options.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { nameOption } from '../shared/tables.ts';
import type { SqlConnection, Use } from '../sql/connection.ts';
import { numbered } from '../sql/dialect.ts';
import { checksumColumn, modelTables, sqlModelStore } from '../sql/model-store.ts';
import { assertThere } from '../sql/schema.ts';
import { checkLength } from './data-store.ts';
import { postgresDatabase, readOnly } from './database.ts';
import { postgresDialect as dialect } from './dialect.ts';
import type { PostgresHandle } from './handle.ts';

/**
 * Keeps models in PostgreSQL, in parts of 32 MB, so of any size. The tables are made with the first call. Several processes may use
 * them at once. The newest version keeps its row without the bytes when it is deleted, so that no number is used again.
 *
 * @param handle a `Pool` (or an opened client) of `pg`, an instance of `postgres` without `transform`, or a PGlite; it remains the caller's
 * @param options.table name of the table; the aliases are in `<table>_aliases`, parts of large models in `<table>_parts`. Default `'models'`.
 * @param options.keep versions of a name that stay; those that an alias points at always do. Default all.
 * @throws ERR_BAD_OPTION for an invalid name; the calls reject with ERR_STORE when the database refuses
 */
export function postgresModelStore(handle: PostgresHandle, options: { table?: string | undefined } & ModelStoreOptions = {}): ModelStore {
  const { table, keep } = readOptions('postgresModelStore', options, { table: nameOption('models'), ...modelStoreChecks });
  checkLength(`${table}_aliases`, 'postgresModelStore');
  const database = postgresDatabase(handle, 'postgresModelStore');
  let made: Promise<void> | undefined;
  const namesOf = async (connection: SqlConnection, name: string) =>
    (await connection.all<{ name: string }>(numbered(dialect, dialect.columnsOfTable), name)).map(({ name }) => name);
  const make = () =>
    database.use((connection) =>
      connection.atomic(async () => {
        if (await readOnly(connection)) {
          assertThere(await namesOf(connection, table), table, ['name', 'version', 'checksum']);
          for (const further of [`${table}_aliases`, `${table}_parts`])
            assertThere(await namesOf(connection, further), further, ['name', 'version']);
          return;
        }
        await connection.run(dialect.lockSchema as string);
        const columns = await namesOf(connection, table);
        for (const sql of modelTables(dialect, table)) await connection.run(sql);
        if (columns.length === 0) {
          // Factors do not get smaller by compression, which takes the server longer than all else that it does with a model.
          for (const name of [table, `${table}_parts`]) {
            await connection.run(`alter table ${dialect.quote(name)} alter column bytes set storage external`);
          }
        } else if (!columns.includes('checksum')) await connection.run(checksumColumn(dialect, table));
      }),
    );
  const use: Use = async (work) => {
    made ??= make().catch((error) => {
      made = undefined; // the next call tries again
      throw error;
    });
    await made;
    return database.use(work);
  };
  return sqlModelStore({ ...database, use }, table, { keep });
}
