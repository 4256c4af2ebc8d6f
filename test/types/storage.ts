/** Compiled, not run: what the types of stores accept, refuse and give back. */
import {
  type DataStore,
  type EventFilter,
  Interactions,
  type JsonColumn,
  keyValueModelStore,
  memoryDataStore,
  memoryKeyValue,
  type ProductInput,
  type PutInteractionsOptions,
  type RowPageOptions,
} from 'attune';
import { type SqliteHandle, type SqliteTables, sqliteDataStore, sqliteEmbeddingCache, sqliteModelStore } from 'attune/sqlite';

declare const database: SqliteHandle;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_ extends true>(): void {}

const tables = {
  products: { id: 'asin', columns: { title: 'TEXT', price: 'REAL', features: 'JSON', images: 'JSON' as JsonColumn<string[]> } },
  interactions: { value: 'rating', columns: { verified: 'INTEGER' } },
} as const;

export async function declaredColumns(): Promise<void> {
  for (const data of [await sqliteDataStore(database, { tables }), memoryDataStore({ tables })]) {
    const product = await data.products.get('B01');
    if (product) {
      is<Equal<typeof product.item, string>>();
      is<Equal<typeof product.title, string | undefined>>();
      is<Equal<typeof product.price, number | undefined>>();
      is<Equal<typeof product.features, unknown>>();
      is<Equal<typeof product.images, string[] | undefined>>();
      // @ts-expect-error no such column
      product.titel;
    }
    for (const row of (await data.products.page({ limit: 3 })).rows) is<Equal<typeof row.price, number | undefined>>();
    for (const row of await data.products.getMany(['B01', 2])) row?.title?.toUpperCase();
    for await (const row of data.interactions.all()) {
      is<Equal<typeof row.verified, number | undefined>>();
      is<Equal<typeof row.timestamp, number | undefined>>();
      // @ts-expect-error no such column
      row.verifed;
    }
    // @ts-expect-error no such option
    await data.products.page({ limits: 3 });
    // @ts-expect-error a page has no cursor in numbers
    await data.products.page({ after: 3 });

    await data.products.putMany([{ item: 'B01', title: 'Kettle', price: 29.9, features: ['2 l'], images: ['a.png'] }, { item: 2 }]);
    await data.products.putMany([{ item: 'B01', title: null, price: '19.99', images: undefined }]);
    // @ts-expect-error a misspelt column
    await data.products.putMany([{ item: 'B01', titel: 'Kettle' }]);
    // @ts-expect-error a number in a text column
    await data.products.putMany([{ item: 'B01', title: 5 }]);
    // @ts-expect-error not what the JSON column holds
    await data.products.putMany([{ item: 'B01', images: [5] }]);
    // @ts-expect-error no id
    await data.products.putMany([{ title: 'Kettle' }]);
    const rows = [{ item: 'B01', colour: 'red' }];
    // @ts-expect-error a column that is not declared, also in rows made elsewhere
    await data.products.putMany(rows);
    await data.interactions.putMany([{ user: 'A1', item: 'B01', value: 5, timestamp: new Date(), verified: true }]);
    // @ts-expect-error a misspelt column
    await data.interactions.putMany([{ user: 'A1', item: 'B01', value: 5, verifed: true }]);
    // @ts-expect-error the column of the value is called so in the table, not in rows
    await data.interactions.putMany([{ user: 'A1', item: 'B01', rating: 5 }]);
    await data.interactions.putMany(data.interactions.all());
    await data.products.putMany(data.products.all());
    await data.transaction(async (inside) => {
      // @ts-expect-error a misspelt column, inside a transaction as well
      await inside.products.putMany([{ item: 'B01', titel: 'Kettle' }]);
    });
    anyStore(data);
  }
}

/** A store with declared columns is a store. */
async function anyStore(data: DataStore): Promise<void> {
  const row = await data.products.get('B01');
  is<Equal<NonNullable<typeof row>['title'], unknown>>();
}

export async function badTables(): Promise<void> {
  // @ts-expect-error no such type of column
  await sqliteDataStore(database, { tables: { products: { columns: { title: 'VARCHAR' } } } });
  // @ts-expect-error no such table
  await sqliteDataStore(database, { tables: { product: {} } });
  // @ts-expect-error no such option
  memoryDataStore({ nope: 1 });
  const made: SqliteTables = tables;
  anyStore(await sqliteDataStore(database, { tables: made }));
}

interface Product {
  item: string;
  title: string;
  details?: { weight: number };
}
interface Rating {
  user: string;
  item: string;
  value: number;
  stars: number;
}
interface Click {
  user: string;
  type: 'click';
  item: string;
  timestamp: number;
}
declare const products: Product[];
declare const ratings: AsyncIterable<Rating>;
declare const click: Click;

export async function rowsOfInterfaces(): Promise<void> {
  for (const data of [memoryDataStore(), await sqliteDataStore(database)]) {
    await data.products.putMany(products);
    await data.products.putMany(new Set(products));
    await data.interactions.putMany(ratings, { unknownProducts: 'stub' });
    await data.interactions.putMany(Interactions.fromColumns({ users: ['u'], items: ['i'] }));
    await data.events.append(click);
    await data.events.append({ user: 7, type: 'buy', timestamp: new Date(), basket: ['B01'] });
    await data.events.appendMany([click]);
    await data.events.appendMany(new Set([click]));
    const typed: ProductInput = { item: 'B01', anything: true };
    await data.products.putMany([typed]);
    // @ts-expect-error no user
    await data.events.append({ type: 'click' });
    const [event] = await data.events.ofUser(7);
    is<Equal<typeof event.timestamp, number>>();
  }
  const declared = memoryDataStore({ tables: { products: { columns: { title: 'TEXT', details: 'JSON' } } } });
  await declared.products.putMany(products);
  await declared.interactions.putMany(Interactions.fromColumns({ users: ['u'], items: ['i'] }));
}

export async function idsAreTextOrNumbers(data: DataStore): Promise<void> {
  await data.products.get(7);
  await data.products.get(7n);
  await data.products.delete([7, 'B01']);
  await data.interactions.ofUser(7);
  await data.interactions.ofItem(7);
  await data.interactions.delete({ users: [7] });
  await data.interactions.delete({ pairs: [{ user: 7, item: 'B01' }] });
}

/** What a form leaves empty is undefined. */
export async function undefinedIsNotGiven(data: DataStore): Promise<void> {
  const page: RowPageOptions = { limit: undefined, offset: undefined, after: undefined };
  const put: PutInteractionsOptions = { signal: undefined, onProgress: undefined, onConflict: undefined, unknownProducts: undefined };
  const filter: EventFilter = { type: undefined, since: undefined, until: undefined };
  await data.products.page(page);
  await data.interactions.putMany([], put);
  await data.interactions.ofUser('A1', { newestFirst: undefined, limit: undefined });
  await data.events.count(filter);
  await data.events.append({ user: 'A1', type: 'click', timestamp: undefined });
  await sqliteDataStore(database, { tables: undefined });
  await sqliteDataStore(database, { tables: { products: { name: undefined, columns: undefined }, interactions: undefined } });
  memoryDataStore({ tables: undefined });
  sqliteModelStore(database, { table: undefined });
  sqliteEmbeddingCache(database, { table: undefined });
  keyValueModelStore(memoryKeyValue());
}
