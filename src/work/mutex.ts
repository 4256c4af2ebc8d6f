/**
 * A mutex: runs one piece of work at a time, in the order of the calls, so that no caller sees a partial transaction and no two
 * transactions are open on one connection.
 */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs work once everything queued before it has settled. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.then(ignore, ignore);
    return done;
  }
}

function ignore(): void {}
