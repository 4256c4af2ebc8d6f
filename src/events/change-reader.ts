import type { ModelStore } from '../contracts/model-store.ts';
import { AttuneError } from '../errors.ts';
import { changesFromBytes, changesName } from './changes.ts';
import type { Delta } from './store-batch.ts';

/** How often the list of changes is looked at where the next one does not come: it may have been deleted, or never been finished. */
const listEveryMs = 2000;
/** The same while none has come yet. */
const firstEveryMs = 250;
/** What was passed over is looked for again for so long, and so many of them: whoever writes it may be slower than the others. */
const lateMs = 10_000;
const mostLate = 20;

/**
 * Reads the changes of a model in the order of their versions, from the oldest that is there. Numbers may be missing: of changes that were
 * deleted before they were read, of a process that was killed while it wrote, and, for a while, of one that writes slowly.
 */
export class ChangeReader {
  readonly #store: ModelStore;
  readonly #name: string;
  readonly #late = new Map<number, number>();
  #next = 0;
  #listed = Number.NEGATIVE_INFINITY;

  constructor(store: ModelStore, model: string) {
    this.#store = store;
    this.#name = changesName(model);
  }

  /** Changes that were not read yet, or undefined while there are none. @throws ERR_BAD_FILE for damaged ones, behind which the next call goes on */
  async read(): Promise<Delta[] | undefined> {
    if (performance.now() - this.#listed > (this.#next > 0 ? listEveryMs : firstEveryMs)) await this.#look();
    const { version, next } = { version: this.#next, next: this.#next + 1 };
    const found = version > 0 ? await this.#get(version, () => this.#goOn(next)) : undefined;
    if (found) return found;
    for (const [version, until] of this.#late) {
      const found = await this.#get(version, () => this.#late.delete(version));
      if (found) return found;
      if (performance.now() > until) this.#late.delete(version);
    }
    return undefined;
  }

  #goOn(next: number): void {
    this.#next = next;
    this.#listed = performance.now();
  }

  async #look(): Promise<void> {
    const first = (await this.#store.list(this.#name)).find(({ version }) => version >= this.#next)?.version;
    const until = performance.now() + lateMs;
    if (first !== undefined && this.#next > 0)
      for (let version = Math.max(this.#next, first - mostLate); version < first; version++) this.#late.set(version, until);
    this.#goOn(first ?? this.#next);
  }

  /** @param done called when the version is there, whether or not it can be read */
  async #get(version: number, done: () => void): Promise<Delta[] | undefined> {
    try {
      const { bytes } = await this.#store.get(`${this.#name}@${version}`);
      done();
      return changesFromBytes(bytes);
    } catch (error) {
      const code = error instanceof AttuneError ? error.code : undefined;
      if (code === 'ERR_NOT_FOUND') return undefined;
      if (code === 'ERR_BAD_FILE') done();
      throw error;
    }
  }
}
