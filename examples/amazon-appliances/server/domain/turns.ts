/** Rows that are worked on before others have a turn: some ten milliseconds, also of products that are embedded. */
export const rowsPerTurn = 100;

/** Lets requests that wait be answered. What a database in this process answers comes at once, so that waiting for it lets nobody in. */
export const nextTurn = () => new Promise<void>((done) => setImmediate(done));
