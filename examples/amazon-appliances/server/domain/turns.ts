/** Rows that are worked on before others have a turn: some ten milliseconds, also of products that are embedded. */
export const rowsPerTurn = 100;

/** Lets requests that wait be answered. What a database in this process answers comes at once, so that waiting for it lets nobody in. */
export const nextTurn = () => new Promise<void>((done) => setImmediate(done));

/** Ids that are looked up before others have a turn: a few milliseconds. */
const idsPerTurn = 1000;

/** Those of many that pass a test, in turns. */
export async function filterInTurns<T>(all: Iterable<T>, passes: (one: T) => boolean): Promise<T[]> {
  const found: T[] = [];
  let looked = 0;
  for (const one of all) {
    if (passes(one)) found.push(one);
    if (++looked % idsPerTurn === 0) await nextTurn();
  }
  return found;
}
