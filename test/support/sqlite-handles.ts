import type { SqliteHandle } from 'attune/sqlite';
import Database from 'libsql';

/** Opens databases of every SQLite driver that is here: libsql always, node:sqlite where Node has it. */
export const sqliteDrivers: [name: string, open: (path: string) => SqliteHandle][] = [['libsql', (path) => new Database(path)]];

const builtin = process.getBuiltinModule?.('node:sqlite' as never) as { DatabaseSync: new (path: string) => SqliteHandle } | undefined;
if (builtin) sqliteDrivers.push(['node:sqlite', (path) => new builtin.DatabaseSync(path)]);
