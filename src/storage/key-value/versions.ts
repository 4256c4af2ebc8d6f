import type { ModelInfo } from '../../contracts/model-store.ts';
import { checkBytes } from '../shared/checksum.ts';
import type { JsonKeyValue } from './json.ts';

/** The facts of an existing version. */
export type Facts = Omit<ModelInfo, 'aliases'> & { checksum?: string | undefined };

/** `claimed` by the one process that could, while it writes the model; `ready`; `deleted` permanently, so that no number is reused. */
type Stored = Facts & { state: 'claimed' | 'ready' | 'deleted' };

/** A claim of this age belongs to a process that was killed. */
const abandonedMs = 24 * 60 * 60 * 1000;

/** The versions of one model. */
export class Versions {
  readonly #store: JsonKeyValue;
  readonly #name: string;

  constructor(store: JsonKeyValue, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** An existing version, or undefined. */
  async read(version: number): Promise<Facts | undefined> {
    const facts = await this.#stored(version);
    return facts?.state === 'ready' ? facts : undefined;
  }

  /** The newest existing version. */
  async newest(): Promise<Facts | undefined> {
    for (const version of (await this.#numbers()).reverse()) {
      const facts = await this.read(version);
      if (facts) return facts;
    }
    return undefined;
  }

  /** The existing versions, oldest first. */
  async all(): Promise<Facts[]> {
    const found = await Promise.all((await this.#numbers()).map((version) => this.read(version)));
    return found.filter((facts) => facts !== undefined);
  }

  /** The model of a version; undefined when it was deleted a moment ago. @throws ERR_BAD_FILE */
  async bytes(facts: Facts): Promise<Uint8Array | undefined> {
    const key = this.#model(facts.version);
    const bytes = await this.#store.bytes(key);
    if (!bytes) return undefined;
    await checkBytes(facts, bytes, `under the key '${key}'`);
    // A client may give a view of its own buffer. A large value has one for itself, and is not copied again.
    return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : Uint8Array.from(bytes);
  }

  /** Adds the next version: claims the number, writes the model, then publishes it. Until then it is invisible. */
  async add(facts: Omit<Facts, 'version'>, bytes: Uint8Array): Promise<Facts> {
    const numbers = await this.#numbers();
    await this.#finishForTheDead(numbers);
    for (let version = (numbers.at(-1) ?? 0) + 1; ; version++) {
      const stored = { ...facts, version };
      if (!(await this.#store.setNew(this.#facts(version), { ...stored, state: 'claimed' }))) continue;
      try {
        await this.#store.setBytes(this.#model(version), bytes);
        await this.#set(stored, 'ready');
      } catch (error) {
        await this.#clear(stored).catch(() => {}); // the first failure is the one to report
        throw error;
      }
      return stored;
    }
  }

  /** Deletes a version, unless `refuseIfUsed` throws before or right after it has become invisible. */
  async remove(facts: Facts, refuseIfUsed: () => Promise<void>): Promise<void> {
    await refuseIfUsed();
    await this.#set(facts, 'deleted');
    try {
      await refuseIfUsed(); // an alias was pointed at it in between
    } catch (error) {
      await this.#set(facts, 'ready');
      throw error;
    }
    await this.#store.delete(this.#model(facts.version));
  }

  /** Removes invisible models left by a put whose process was killed. */
  async #finishForTheDead(numbers: readonly number[]): Promise<void> {
    for (const facts of await Promise.all(numbers.map((version) => this.#stored(version)))) {
      if (facts?.state === 'claimed' && Date.now() - facts.createdAt > abandonedMs) await this.#clear(facts);
    }
  }

  async #clear(facts: Facts): Promise<void> {
    await this.#set(facts, 'deleted');
    await this.#store.delete(this.#model(facts.version));
  }

  #set({ name, version, createdAt, sizeBytes, metadata, checksum }: Facts, state: Stored['state']): Promise<void> {
    return this.#store.set(this.#facts(version), { name, version, createdAt, sizeBytes, metadata, checksum, state });
  }

  async #stored(version: number): Promise<Stored | undefined> {
    return this.#store.get<Stored>(this.#facts(version));
  }

  /** Every number ever claimed, in order. */
  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    for (const key of await this.#store.keys(`${this.#name}/`)) {
      const rest = key.slice(this.#name.length + 1);
      if (/^[1-9]\d{0,14}$/.test(rest)) numbers.push(Number(rest));
    }
    return numbers.sort((a, b) => a - b);
  }

  #facts(version: number): string {
    return `${this.#name}/${version}`;
  }

  #model(version: number): string {
    return `${this.#name}/${version}/model`;
  }
}
