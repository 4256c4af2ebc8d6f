import type { ModelInfo, ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { checkedModelStore, type UncheckedModelStore } from '../shared/checked-model-store.ts';
import { checkBytes, checksumOf } from '../shared/checksum.ts';
import { inUse, notFound, nothingBefore } from '../shared/model-names.ts';
import { damaged } from '../shared/model-store.ts';
import { copyOfBlob, type SqlConnection, type SqlDatabase } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

interface Stored {
  name: string;
  version: number;
  createdAt: number;
  sizeBytes: number;
  metadata: string;
  checksum: string | null;
}

interface Alias {
  name: string;
  alias: string;
  version: number;
}

/** An alias can be rolled back so many times: a stream promotes all day. */
const mostHistory = 1000;

type Blob = Uint8Array | ArrayBuffer | null;

/** The statement that adds what tables of models lacked before attune 0.2. */
export function checksumColumn({ quote, types }: SqlDialect, table: string): string {
  return `ALTER TABLE ${quote(table)} ADD COLUMN checksum ${types.TEXT}`;
}

/** The statements that make the tables of models. Of a large model the first part is in its row, the others in a table of parts; the alias with the largest place counts, those below are its history. */
export function modelTables({ quote, types }: SqlDialect, table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${quote(table)} (
  name ${types.TEXT} NOT NULL,
  version ${types.version} NOT NULL,
  created_at ${types.time} NOT NULL,
  size_bytes ${types.INTEGER} NOT NULL,
  metadata ${types.TEXT} NOT NULL,
  bytes ${types.bytes},
  checksum ${types.TEXT},
  PRIMARY KEY (name, version)
)`,
    `CREATE TABLE IF NOT EXISTS ${quote(`${table}_parts`)} (
  name ${types.TEXT} NOT NULL,
  version ${types.version} NOT NULL,
  part ${types.version} NOT NULL,
  bytes ${types.bytes} NOT NULL,
  PRIMARY KEY (name, version, part)
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

/**
 * Models as blobs in existing tables. The newest version keeps its row without the bytes when it is deleted, so that its number is never reused;
 * older ones leave nothing behind, or a stream that puts ten a second would slow down from day to day.
 */
export function sqlModelStore({ dialect, use }: SqlDatabase, table: string, options: ModelStoreOptions = {}): ModelStore {
  const sql = statements(dialect, table);
  const run = <T>(work: (connection: SqlConnection) => Promise<T>) => use((connection) => connection.atomic(() => work(connection)));
  const { aliasesOf, infoOf, pointsAt, existing, bytesOf } = readers(sql);
  const point = pointing(sql, pointsAt);

  const store: UncheckedModelStore = {
    purge: () => use((connection) => connection.purge(dialect, [table, `${table}_aliases`, `${table}_parts`])),
    pointsAt: (name, alias) =>
      use(async (connection) => {
        const [top] = await pointsAt(connection, name, alias);
        return top && Number(top.version);
      }),
    async put(name, bytes, metadata) {
      const json = JSON.stringify(metadata);
      return run(async (connection) => {
        for (let version = (await newest(connection, sql.last, name)) + 1; ; version++) {
          // Nothing is inserted if another process has taken the number in the meantime.
          const [first, ...parts] = partsOf(bytes, dialect.maxBlob);
          if ((await connection.run(sql.insert, name, version, Date.now(), bytes.length, json, checksumOf(bytes), first)) === 0) continue;
          for (const [k, part] of parts.entries()) await connection.run(sql.insertPart, name, version, k + 1, part);
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
        const bytes = await bytesOf(connection, stored);
        if (!bytes) throw notFound(asked);
        return { ...(await infoOf(connection, stored)), bytes };
      });
    },
    async list(name) {
      return run(async (connection) => {
        const given = name === undefined ? [] : [name];
        const stored = await connection.all<Stored>(name === undefined ? sql.all : sql.ofName, ...given);
        // One statement for all aliases: of a stream, a name has hundreds of versions.
        const found = await connection.all<Alias>(name === undefined ? sql.allAliases : sql.aliasesOfName, ...given);
        return stored.map((each) => {
          const own = found.filter((alias) => alias.name === each.name && Number(alias.version) === Number(each.version));
          return infoWith(each, own.map(({ alias }) => alias).sort());
        });
      });
    },
    async promote(name, version, alias) {
      return run(async (connection) => {
        await existing(connection, name, version);
        await point(connection, name, alias, version);
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
        if ((await connection.run(sql.delete, name, version, name)) === 0) await connection.run(sql.empty, name, version);
        await connection.run(sql.deleteParts, name, version);
      });
    },
  };
  return checkedModelStore(store, options);
}

/** What makes an alias point at a version, and forgets its old changes a hundred at a time. */
function pointing(sql: ReturnType<typeof statements>, pointsAt: ReturnType<typeof readers>['pointsAt']) {
  return async (connection: SqlConnection, name: string, alias: string, version: number): Promise<void> => {
    for (;;) {
      const [top] = await pointsAt(connection, name, alias);
      if (Number(top?.version) === version) return;
      const place = Number(top?.place ?? 0) + 1;
      // Nothing is inserted if another process has taken the place in the meantime.
      if ((await connection.run(sql.push, name, alias, place, version)) === 0) continue;
      if (place % 100 === 0) await connection.run(sql.forget, name, alias, place - mostHistory);
      return;
    }
  };
}

/** Pieces of bytes, without copies. */
function partsOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, k) => bytes.subarray(k * size, (k + 1) * size));
}

function infoWith({ name, version, createdAt, sizeBytes, metadata }: Stored, aliases: string[]): ModelInfo {
  return {
    name,
    version: Number(version),
    aliases,
    createdAt: Number(createdAt),
    sizeBytes: Number(sizeBytes),
    metadata: JSON.parse(metadata),
  };
}

/** What is read in several places. */
function readers(sql: ReturnType<typeof statements>) {
  const aliasesOf = async (connection: SqlConnection, name: string, version: number) =>
    (await connection.all<{ alias: string }>(sql.aliases, name, version)).map((row) => row.alias).sort();
  const infoOf = async (connection: SqlConnection, stored: Stored): Promise<ModelInfo> =>
    infoWith(stored, await aliasesOf(connection, stored.name, stored.version));
  const pointsAt = (connection: SqlConnection, name: string, alias: string) =>
    connection.all<{ place: number; version: number }>(sql.pointsAt, name, alias);
  /** Locked, so that no version is deleted while an alias is pointed at it. */
  const existing = async (connection: SqlConnection, name: string, version: number): Promise<Stored> => {
    const stored = await connection.one<Stored>(sql.lock, name, version);
    if (!stored) throw notFound({ name, version });
    return stored;
  };
  /** The bytes of a version, part by part; undefined when it was deleted. @throws ERR_BAD_FILE */
  const bytesOf = async (connection: SqlConnection, stored: Stored): Promise<Uint8Array | undefined> => {
    const [name, version, size] = [stored.name, Number(stored.version), Number(stored.sizeBytes)];
    const first = (await connection.one<{ bytes: Blob }>(sql.bytes, name, version))?.bytes;
    if (!first) return undefined;
    let bytes: Uint8Array = copyOfBlob(first);
    if (bytes.length < size) {
      const whole = new Uint8Array(size);
      whole.set(bytes);
      let at = bytes.length;
      for (let part = 1; at < size; part++) {
        const next = (await connection.one<{ bytes: Blob }>(sql.part, name, version, part))?.bytes;
        if (!next || at + next.byteLength > size) throw damaged(name, version, `${size} bytes in the database, got ${at}`);
        whole.set(ArrayBuffer.isView(next) ? next : new Uint8Array(next), at);
        at += next.byteLength;
      }
      bytes = whole;
    }
    await checkBytes({ name, version, sizeBytes: size, checksum: stored.checksum ?? undefined }, bytes, 'in the database');
    return bytes;
  };
  return { aliasesOf, infoOf, pointsAt, existing, bytesOf };
}

/** The largest version; 0 when there is none. */
async function newest(connection: SqlConnection, select: string, name: string): Promise<number> {
  return Number((await connection.one<{ n: number | null }>(select, name))?.n ?? 0);
}

function statements(dialect: SqlDialect, table: string) {
  const models = dialect.quote(table);
  const aliases = dialect.quote(`${table}_aliases`);
  const parts = dialect.quote(`${table}_parts`);
  const info = 'name, version, created_at as "createdAt", size_bytes as "sizeBytes", metadata, checksum';
  const text = (sql: string) => numbered(dialect, sql);
  const get = `select ${info} from ${models} where name = ? and version = ? and bytes is not null`;
  const topmost = (where: string) =>
    `select a.name, a.alias, a.version from ${aliases} a join ` +
    `(select name, alias, max(place) as place from ${aliases} ${where} group by name, alias) b ` +
    'on b.name = a.name and b.alias = a.alias and b.place = a.place';
  const unlessTaken = (key: string[]) => dialect.upsert({ key, set: [] });
  return {
    insert: text(
      `insert into ${models} (name, version, created_at, size_bytes, metadata, checksum, bytes) values (?, ?, ?, ?, ?, ?, ?) ${unlessTaken(['name', 'version'])}`,
    ),
    insertPart: text(`insert into ${parts} (name, version, part, bytes) values (?, ?, ?, ?)`),
    part: text(`select bytes from ${parts} where name = ? and version = ? and part = ?`),
    deleteParts: text(`delete from ${parts} where name = ? and version = ?`),
    last: text(`select max(version) as n from ${models} where name = ?`),
    newest: text(`select max(version) as n from ${models} where name = ? and bytes is not null`),
    get: text(get),
    lock: text(`${get}${dialect.lockRow}`),
    bytes: text(`select bytes from ${models} where name = ? and version = ?`),
    all: `select ${info} from ${models} where bytes is not null`,
    ofName: text(`select ${info} from ${models} where name = ? and bytes is not null`),
    delete: text(`delete from ${models} where name = ? and version = ? and version < (select max(version) from ${models} where name = ?)`),
    empty: text(`update ${models} set bytes = null where name = ? and version = ?`),
    allAliases: topmost(''),
    aliasesOfName: text(topmost('where name = ?')),
    aliases: text(
      `select a.alias from ${aliases} a where a.name = ? and a.version = ? and a.place = ` +
        `(select max(b.place) from ${aliases} b where b.name = a.name and b.alias = a.alias)`,
    ),
    pointsAt: text(`select place, version from ${aliases} where name = ? and alias = ? order by place desc limit 2`),
    push: text(`insert into ${aliases} (name, alias, place, version) values (?, ?, ?, ?) ${unlessTaken(['name', 'alias', 'place'])}`),
    forget: text(`delete from ${aliases} where name = ? and alias = ? and place <= ?`),
    pop: text(`delete from ${aliases} where name = ? and alias = ? and place = ?`),
  };
}
