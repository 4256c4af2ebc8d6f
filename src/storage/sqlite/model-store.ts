import type { ModelInfo, ModelStore } from '../../contracts/model-store.ts';
import { readOptions } from '../../options.ts';
import {
  inUse,
  notFound,
  nothingBefore,
  readAlias,
  readMetadata,
  readModelBytes,
  readName,
  readReference,
  readVersion,
} from '../shared/model-names.ts';
import { Connection, quoted } from './connection.ts';
import type { SqliteHandle } from './handle.ts';
import { prepareDatabase } from './schema.ts';
import { tableName } from './tables.ts';

interface Stored {
  name: string;
  version: number;
  createdAt: number;
  sizeBytes: number;
  metadata: string;
}

/**
 * Keeps models in a SQLite database, as blobs (up to 1 GB each, SQLite's default bound). The handle stays the caller's.
 * A deleted version leaves its row without the bytes, so that its number is never used again.
 *
 * @param options.table name of the table; the aliases are in `<table>_aliases`. Default `'models'`.
 * @throws ERR_BAD_OPTION for a name that cannot be; ERR_STORE when the database refuses.
 */
export function sqliteModelStore(database: SqliteHandle, options: { table?: string } = {}): ModelStore {
  const { table } = readOptions('sqliteModelStore', options, { table: tableName('models') });
  const connection = Connection.of(database);
  const run = <T>(work: () => T) => connection.mutex.run(() => connection.atomic(work));
  const sql = prepared(connection, table);

  const infoOf = (stored: Stored): ModelInfo => ({
    name: stored.name,
    version: Number(stored.version),
    aliases: aliasesOf(stored.name, stored.version),
    createdAt: Number(stored.createdAt),
    sizeBytes: Number(stored.sizeBytes),
    metadata: JSON.parse(stored.metadata),
  });
  const aliasesOf = (name: string, version: number) => sql.aliases.all<{ alias: string }>(name, version).map((row) => row.alias);
  const pointsAt = (name: string, alias: string) => sql.pointsAt.all<{ place: number; version: number }>(name, alias);
  const existing = (name: string, version: number): Stored => {
    const stored = sql.get.one<Stored>(name, version);
    if (!stored) throw notFound({ name, version });
    return stored;
  };

  return {
    async put(name, bytes, metadata) {
      readName(name);
      readModelBytes(bytes);
      const json = JSON.stringify(readMetadata(metadata));
      return run(() => {
        const version = Number(sql.last.one<{ n: number }>(name)?.n ?? 0) + 1;
        sql.insert.run(name, version, Date.now(), bytes.length, json, bytes);
        return infoOf(existing(name, version));
      });
    },
    async get(reference) {
      const asked = readReference(reference);
      return run(() => {
        let { version } = asked;
        if (asked.alias !== undefined) version = pointsAt(asked.name, asked.alias)[0]?.version;
        else version ??= sql.newest.one<{ n: number }>(asked.name)?.n;
        const stored = version === undefined || version === null ? undefined : sql.get.one<Stored>(asked.name, version);
        if (!stored) throw notFound(asked);
        const blob = sql.bytes.one<{ bytes: Uint8Array | ArrayBuffer }>(stored.name, stored.version)?.bytes as Uint8Array | ArrayBuffer;
        return { ...infoOf(stored), bytes: ArrayBuffer.isView(blob) ? new Uint8Array(blob) : new Uint8Array(blob.slice(0)) };
      });
    },
    async list(name) {
      const stored = name === undefined ? () => sql.all.all<Stored>() : () => sql.ofName.all<Stored>(readName(name));
      return run(() => stored().map(infoOf));
    },
    async promote(name, version, alias) {
      readName(name);
      readVersion(version);
      readAlias(alias);
      return run(() => {
        existing(name, version);
        const [top] = pointsAt(name, alias);
        if (Number(top?.version) !== version) sql.push.run(name, alias, Number(top?.place ?? 0) + 1, version);
      });
    },
    async rollback(name, alias) {
      readName(name);
      readAlias(alias);
      return run(() => {
        const [top, before] = pointsAt(name, alias);
        if (!top) throw notFound({ name, alias });
        if (!before || !sql.get.one(name, before.version)) throw nothingBefore(name, alias, before && Number(before.version));
        sql.pop.run(name, alias, top.place);
      });
    },
    async delete(name, version) {
      readName(name);
      readVersion(version);
      return run(() => {
        existing(name, version);
        const aliases = aliasesOf(name, version);
        if (aliases.length > 0) throw inUse(name, version, aliases);
        sql.delete.run(name, version);
      });
    },
  };
}

/** Makes the tables when they are missing, and compiles the statements. The alias with the largest place counts; those below are its history. */
function prepared(connection: Connection, table: string) {
  const models = quoted(table);
  const aliases = quoted(`${table}_aliases`);
  const info = 'name, version, created_at as "createdAt", size_bytes as "sizeBytes", metadata';
  prepareDatabase(connection);
  connection.exec(`CREATE TABLE IF NOT EXISTS ${models} (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  size_bytes INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  bytes BLOB,
  PRIMARY KEY (name, version)
)`);
  connection.exec(`CREATE TABLE IF NOT EXISTS ${aliases} (
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  place INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (name, alias, place)
)`);
  const prepare = (text: string) => connection.prepare(text);
  return {
    insert: prepare(`insert into ${models} (name, version, created_at, size_bytes, metadata, bytes) values (?, ?, ?, ?, ?, ?)`),
    last: prepare(`select max(version) as n from ${models} where name = ?`),
    newest: prepare(`select max(version) as n from ${models} where name = ? and bytes is not null`),
    get: prepare(`select ${info} from ${models} where name = ? and version = ? and bytes is not null`),
    bytes: prepare(`select bytes from ${models} where name = ? and version = ?`),
    all: prepare(`select ${info} from ${models} where bytes is not null order by name, version`),
    ofName: prepare(`select ${info} from ${models} where name = ? and bytes is not null order by version`),
    delete: prepare(`update ${models} set bytes = null where name = ? and version = ?`),
    aliases: prepare(
      `select a.alias from ${aliases} a where a.name = ? and a.version = ? and a.place = ` +
        `(select max(b.place) from ${aliases} b where b.name = a.name and b.alias = a.alias) order by a.alias`,
    ),
    pointsAt: prepare(`select place, version from ${aliases} where name = ? and alias = ? order by place desc limit 2`),
    push: prepare(`insert into ${aliases} (name, alias, place, version) values (?, ?, ?, ?)`),
    pop: prepare(`delete from ${aliases} where name = ? and alias = ? and place = ?`),
  };
}
