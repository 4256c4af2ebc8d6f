import { PGlite } from '@electric-sql/pglite';
import { postgresDataStore, postgresModelStore } from 'attune/postgres';

const database = new PGlite(); // or new pg.Pool({ connectionString }), or postgres('postgres://localhost/shop')
const shop = await postgresDataStore(database);
const versions = postgresModelStore(database, { keep: 5 }); // the newest five, and what an alias points at

export { database, shop, versions };
