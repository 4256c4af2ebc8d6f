/**
 * Lets one piece of work touch a store at a time, in the order of the calls. So nobody reads half a transaction, and no two are open
 * on one connection.
 */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs work when all work given before it has settled. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.then(ignore, ignore);
    return done;
  }
}

function ignore(): void {}
