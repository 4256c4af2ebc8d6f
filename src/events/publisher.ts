import type { ModelInfo, ModelStore } from '../contracts/model-store.ts';
import type { Recommender } from '../contracts/recommender.ts';
import { Interactions } from '../data/interactions.ts';
import { AttuneError } from '../errors.ts';
import { Background } from '../work/background.ts';
import { type Delta, PairSums } from './store-batch.ts';

/** Positions that a model knows of, by source; metadata of its version. */
type Positions = Record<string, number>;

/** A model that learns events, as versions in a store. */
export type StreamRecommender = Recommender & Required<Pick<Recommender, 'partialFit'>>;

/** Deltas that are taken at once. */
const together = 500;
/** So many deltas are kept, to be applied again to a version that somebody else made from before them. */
const mostKept = 1_000_000;

/**
 * Teaches a model what events add, and publishes it. A version says in its metadata how far it knows each partition. Before each
 * version it looks for a newer one, of another process or a new fit, and goes on from that with what it lacks; so several processes that
 * share the partitions of a topic can teach one model, and no version goes back behind another.
 */
export class ModelPublisher {
  readonly #models: ModelStore;
  readonly #name: string;
  readonly #alias: string | undefined;
  #recommender: StreamRecommender;
  #positions: Positions = {};
  #version: number | undefined;
  /** What this process added of late, in the order of the stream. */
  #kept: Delta[] = [];

  constructor({
    models,
    name,
    alias,
    recommender,
  }: { models: ModelStore; name: string; alias?: string | undefined; recommender: StreamRecommender }) {
    this.#models = models;
    this.#name = name;
    this.#alias = alias;
    this.#recommender = recommender;
  }

  get recommender(): StreamRecommender {
    return this.#recommender;
  }

  get version(): number | undefined {
    return this.#version;
  }

  /** Takes the newest version, or publishes the model that was given as the first. */
  async start(positions: Positions): Promise<void> {
    const newest = (await this.#models.list(this.#name)).at(-1);
    if (newest) {
      await this.#take(newest, positions);
      // Whoever put it may have been killed before it got its alias.
      if (this.#alias !== undefined && !newest.aliases.includes(this.#alias))
        await this.#models.promote(this.#name, newest.version, this.#alias);
      return;
    }
    if (Object.keys(positions).length > 0 && Object.values(positions).some((next) => next > 0))
      throw unknownPositions(`The model '${this.#name}'`);
    this.#version = (await this.#put()).version;
  }

  /**
   * Learns and publishes; resolves when the version is there. Returns the number of versions that were put.
   * @param background gives way to more urgent work
   */
  async publish(deltas: readonly Delta[], positions: Positions, background = new Background(0)): Promise<number> {
    for (const delta of deltas) this.#kept.push(delta);
    if (this.#kept.length > mostKept) this.#kept = this.#kept.slice(-mostKept / 2);
    await this.#learn(deltas, background);
    advance(this.#positions, positions);
    for (let puts = 0; puts < 100; puts++) {
      const newest = (await this.#models.list(this.#name)).at(-1);
      if (newest && newest.version !== this.#version) {
        await this.#take(newest, {});
        await this.#learn(this.#kept, background);
        advance(this.#positions, positions);
      }
      const expected = (this.#version ?? 0) + 1;
      const { version } = await this.#put();
      this.#version = version;
      if (version === expected) return puts + 1;
      // Another process put one in between, which this one does not know: go on from that.
      const between = (await this.#models.list(this.#name)).find((info) => info.version === version - 1);
      if (between) {
        await this.#take(between, {});
        this.#version = version;
        await this.#learn(this.#kept, background);
        advance(this.#positions, positions);
      }
    }
    throw new AttuneError('ERR_STORE', `The model '${this.#name}' is put by others all the time. Let one process publish it.`);
  }

  /** Applies what the model does not know yet. */
  async #learn(deltas: readonly Delta[], background: Background): Promise<void> {
    // The same event may be there twice: as it was stored, and as it came again after a rebalance.
    const taken = new Map<string, Set<number>>();
    const sums = new PairSums();
    for (const delta of deltas) {
      const { source, offset } = delta;
      const offsets = taken.get(source) ?? new Set<number>();
      taken.set(source, offsets);
      if (offset < (this.#positions[source] ?? 0) || offsets.has(offset)) continue;
      offsets.add(offset);
      sums.add(delta);
      if (offsets.size % together === 0) await background.rest();
    }
    if (sums.size === 0) return;
    const knownValue = valuesOf(this.#recommender);
    const columns = { users: [] as string[], items: [] as string[], values: [] as number[], timestamps: [] as number[] };
    for (const { user, item, value, timestamp } of sums.values()) {
      columns.users.push(user);
      columns.items.push(item);
      columns.values.push(value + knownValue(user, item));
      if (columns.timestamps.push(timestamp) % together === 0) await background.rest();
    }
    await this.#recommender.partialFit(Interactions.fromColumns(columns), { onProgress: () => background.rest() });
    for (const [source, offsets] of taken)
      for (const offset of offsets) this.#positions[source] = Math.max(this.#positions[source] ?? 0, offset + 1);
  }

  async #put(): Promise<ModelInfo> {
    const info = await this.#recommender.save(this.#models, this.#name, { positions: { ...this.#positions } });
    if (this.#alias !== undefined) await this.#models.promote(this.#name, info.version, this.#alias);
    return info;
  }

  async #take(info: ModelInfo, stored: Positions): Promise<void> {
    const positions = info.metadata.positions as Positions | undefined;
    if (!positions && Object.keys(stored).length > 0) throw unknownPositions(`Version ${info.version} of '${this.#name}'`);
    const { bytes } = await this.#models.get(`${this.#name}@${info.version}`);
    const family = this.#recommender.constructor as unknown as { fromBytes(bytes: Uint8Array): StreamRecommender };
    this.#recommender = family.fromBytes(bytes);
    this.#positions = { ...positions };
    this.#version = info.version;
  }
}

/** What models of this library have besides: what a known user did, in dense indices. */
interface DenseRows {
  rowOfUser(user: number): { items: Int32Array; values: Float32Array };
}

/** What a model knows of pairs, 0 for unknown ones. Models of this library are asked in dense indices: a list of a history is made of strings. */
function valuesOf(recommender: StreamRecommender): (user: string, item: string) => number {
  const { users, items } = recommender;
  const dense = recommender as Partial<DenseRows>;
  if (dense.rowOfUser) {
    return (user, item) => {
      const [u, i] = [users.indexOf(user), items.indexOf(item)];
      if (u < 0 || i < 0) return 0;
      const row = (dense as DenseRows).rowOfUser(u);
      const at = row.items.indexOf(i);
      return at < 0 ? 0 : row.values[at];
    };
  }
  const known = new Map<string, Map<string, number>>();
  return (user, item) => {
    let row = known.get(user);
    if (!row) {
      row = new Map(users.indexOf(user) < 0 ? [] : recommender.interactionsOf(user).map((each) => [each.item, each.value]));
      known.set(user, row);
    }
    return row.get(item) ?? 0;
  };
}

function advance(positions: Positions, to: Positions): void {
  for (const [source, next] of Object.entries(to)) positions[source] = Math.max(positions[source] ?? 0, next);
}

function unknownPositions(what: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_OPTION',
    `streamProcessor: ${what} does not say which events it knows, and the store has some. Fit it on \`storedInteractions(data)\` and save it with their positions: \`als.save(models, name, { positions })\`.`,
  );
}
