/**
 * Who may touch a store now. Work that spans several ticks holds it, everything else waits for the end of that; so nobody reads
 * half a transaction, and no two are open on one connection.
 */
export class Mutex {
  #held: Promise<void> | undefined;

  /** Runs synchronous work as soon as nobody holds the store. */
  async run<T>(work: () => T): Promise<T> {
    while (this.#held) await this.#held; // no await between the check and the work
    return work();
  }

  /** Holds the store until the work is done. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held) await this.#held;
    let release = () => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    try {
      return await work();
    } finally {
      this.#held = undefined;
      release();
    }
  }
}
