import type { ModelInfo, ModelStore } from '../../contracts/model-store.ts';
import { checkedModelStore } from '../shared/checked-model-store.ts';
import { inUse, notFound, nothingBefore } from '../shared/model-names.ts';
import { copyOfBlob, type SqlConnection, type SqlDatabase } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

interface Stored {
  name: string;
  version: number;
  createdAt: number;
  sizeBytes: number;
  metadata: string;
}

/** The statements that make the tables of models: the alias with the largest place counts, those below are its history. */
export function modelTables({ quote, types }: SqlDialect, table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${quote(table)} (
  name ${types.TEXT} NOT NULL,
  version ${types.version} NOT NULL,
  created_at ${types.time} NOT NULL,
  size_bytes ${types.INTEGER} NOT NULL,
  metadata ${types.TEXT} NOT NULL,
  bytes ${types.bytes},
  PRIMARY KEY (name, version)
)`,
    `CREATE TABLE IF NOT EXISTS ${quote(`${table}_aliases`)} (
  name ${types.TEXT} NOT NULL,
  alias ${types.TEXT} NOT NULL,
  place ${types.version} NOT NULL,
  version ${types.version} NOT NULL,
  PRIMARY KEY (name, alias, place)
)`,
  ];
}

/** Models as blobs in an existing table. A deleted version keeps its row without the bytes, so that its number is never reused. */
export function sqlModelStore({ dialect, use }: SqlDatabase, table: string): ModelStore {
  const sql = statements(dialect, table);
  const run = <T>(work: (connection: SqlConnection) => Promise<T>) => use((connection) => connection.atomic(() => work(connection)));
  const { aliasesOf, infoOf, pointsAt, existing } = readers(sql);

  return checkedModelStore({
    async put(name, bytes, metadata) {
      const json = JSON.stringify(metadata);
      return run(async (connection) => {
        for (let version = (await newest(connection, sql.last, name)) + 1; ; version++) {
          // Nothing is inserted if another process has taken the number in the meantime.
          if ((await connection.run(sql.insert, name, version, Date.now(), bytes.length, json, bytes)) === 0) continue;
          return infoOf(connection, await existing(connection, name, version));
        }
      });
    },
    async get(asked) {
      return run(async (connection) => {
        let { version } = asked;
        if (asked.alias !== undefined) version = (await pointsAt(connection, asked.name, asked.alias))[0]?.version;
        else version ??= await newest(connection, sql.newest, asked.name);
        const stored = version === undefined ? undefined : await connection.one<Stored>(sql.get, asked.name, version);
        if (!stored) throw notFound(asked);
        const found = await connection.one<{ bytes: Uint8Array | ArrayBuffer | null }>(sql.bytes, stored.name, stored.version);
        if (!found?.bytes) throw notFound(asked);
        return { ...(await infoOf(connection, stored)), bytes: copyOfBlob(found.bytes) };
      });
    },
    async list(name) {
      return run(async (connection) => {
        const stored = await (name === undefined ? connection.all<Stored>(sql.all) : connection.all<Stored>(sql.ofName, name));
        const infos: ModelInfo[] = [];
        for (const each of stored) infos.push(await infoOf(connection, each));
        return infos;
      });
    },
    async promote(name, version, alias) {
      return run(async (connection) => {
        await existing(connection, name, version);
        for (;;) {
          const [top] = await pointsAt(connection, name, alias);
          if (Number(top?.version) === version) return;
          if ((await connection.run(sql.push, name, alias, Number(top?.place ?? 0) + 1, version)) > 0) return;
        }
      });
    },
    async rollback(name, alias) {
      return run(async (connection) => {
        const [top, before] = await pointsAt(connection, name, alias);
        if (!top) throw notFound({ name, alias });
        if (!before || !(await connection.one(sql.lock, name, before.version)))
          throw nothingBefore(name, alias, before && Number(before.version));
        await connection.run(sql.pop, name, alias, top.place);
      });
    },
    async delete(name, version) {
      return run(async (connection) => {
        await existing(connection, name, version);
        const aliases = await aliasesOf(connection, name, version);
        if (aliases.length > 0) throw inUse(name, version, aliases);
        await connection.run(sql.delete, name, version);
      });
    },
  });
}

/** What is read in several places. */
function readers(sql: ReturnType<typeof statements>) {
  const aliasesOf = async (connection: SqlConnection, name: string, version: number) =>
    (await connection.all<{ alias: string }>(sql.aliases, name, version)).map((row) => row.alias).sort();
  const infoOf = async (connection: SqlConnection, stored: Stored): Promise<ModelInfo> => ({
    name: stored.name,
    version: Number(stored.version),
    aliases: await aliasesOf(connection, stored.name, stored.version),
    createdAt: Number(stored.createdAt),
    sizeBytes: Number(stored.sizeBytes),
    metadata: JSON.parse(stored.metadata),
  });
  const pointsAt = (connection: SqlConnection, name: string, alias: string) =>
    connection.all<{ place: number; version: number }>(sql.pointsAt, name, alias);
  /** Locked, so that no version is deleted while an alias is pointed at it. */
  const existing = async (connection: SqlConnection, name: string, version: number): Promise<Stored> => {
    const stored = await connection.one<Stored>(sql.lock, name, version);
    if (!stored) throw notFound({ name, version });
    return stored;
  };
  return { aliasesOf, infoOf, pointsAt, existing };
}

/** The largest version; 0 when there is none. */
async function newest(connection: SqlConnection, select: string, name: string): Promise<number> {
  return Number((await connection.one<{ n: number | null }>(select, name))?.n ?? 0);
}

function statements(dialect: SqlDialect, table: string) {
  const models = dialect.quote(table);
  const aliases = dialect.quote(`${table}_aliases`);
  const info = 'name, version, created_at as "createdAt", size_bytes as "sizeBytes", metadata';
  const text = (sql: string) => numbered(dialect, sql);
  const get = `select ${info} from ${models} where name = ? and version = ? and bytes is not null`;
  const unlessTaken = (key: string[]) => dialect.upsert({ key, set: [] });
  return {
    insert: text(
      `insert into ${models} (name, version, created_at, size_bytes, metadata, bytes) values (?, ?, ?, ?, ?, ?) ${unlessTaken(['name', 'version'])}`,
    ),
    last: text(`select max(version) as n from ${models} where name = ?`),
    newest: text(`select max(version) as n from ${models} where name = ? and bytes is not null`),
    get: text(get),
    lock: text(`${get}${dialect.lockRow}`),
    bytes: text(`select bytes from ${models} where name = ? and version = ?`),
    all: `select ${info} from ${models} where bytes is not null`,
    ofName: text(`select ${info} from ${models} where name = ? and bytes is not null`),
    delete: text(`update ${models} set bytes = null where name = ? and version = ?`),
    aliases: text(
      `select a.alias from ${aliases} a where a.name = ? and a.version = ? and a.place = ` +
        `(select max(b.place) from ${aliases} b where b.name = a.name and b.alias = a.alias)`,
    ),
    pointsAt: text(`select place, version from ${aliases} where name = ? and alias = ? order by place desc limit 2`),
    push: text(`insert into ${aliases} (name, alias, place, version) values (?, ?, ?, ?) ${unlessTaken(['name', 'alias', 'place'])}`),
    pop: text(`delete from ${aliases} where name = ? and alias = ? and place = ?`),
  };
}
