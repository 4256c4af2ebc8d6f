import type { ModelStore } from '../contracts/model-store.ts';
import type { LoadOptions, Recommender } from '../contracts/recommender.ts';
import { kindOf } from '../data/files/model-file.ts';
import { AttuneError, shown } from '../errors.ts';
import { AlsRecommender } from './als/als.ts';
import { BprRecommender } from './bpr/bpr.ts';
import { EaseRecommender } from './ease/ease.ts';
import { FactorRecommender } from './factors/factor-recommender.ts';
import { GraphFilterRecommender } from './graph-filter/graph-filter.ts';
import { ItemKnnRecommender } from './item-knn/item-knn.ts';
import { PopularityRecommender } from './popularity/popularity.ts';
import { storedBytes } from './shared/codec.ts';

/** Readers of all families by the kind that their files name. Functions, so that a bundle without `loadRecommender` holds none of them. */
const families: Readonly<Record<string, (bytes: Uint8Array, options: LoadOptions) => Recommender>> = {
  als: (bytes, options) => AlsRecommender.fromBytes(bytes, options),
  bpr: (bytes, options) => BprRecommender.fromBytes(bytes, options),
  ease: (bytes, options) => EaseRecommender.fromBytes(bytes, options),
  factors: (bytes, options) => FactorRecommender.fromBytes(bytes, options),
  'graph-filter': (bytes, options) => GraphFilterRecommender.fromBytes(bytes, options),
  'item-knn': (bytes, options) => ItemKnnRecommender.fromBytes(bytes, options),
  popularity: (bytes, options) => PopularityRecommender.fromBytes(bytes, options),
};

/** What to do with files of attune that hold no recommender. */
const others: Readonly<Record<string, string>> = {
  'semantic-index': 'Load it with SemanticIndex.load(store, name) or SemanticIndex.fromBytes(bytes).',
  'als-checkpoint': 'Pass it to AlsRecommender.fit as resumeFrom.',
};

/**
 * Loads a model of whatever family it is.
 * @param store where it is kept
 * @param reference `name` (the newest version), `name@3`, `name@production`
 * @param options what may differ from how the model was made: `threads`, `onUnknown`
 * @throws ERR_WRONG_KIND for a file that holds no recommender; ERR_NOT_FOUND, ERR_BAD_FILE, ERR_NEWER_FORMAT, ERR_BAD_OPTION
 * @example
 * const model = await loadRecommender(store, 'appliances-als@production', { threads: 4 });
 * model.recommend('A1', { n: 10 });
 */
export async function loadRecommender(store: ModelStore, reference: string, options?: LoadOptions): Promise<Recommender>;
/**
 * The same from the bytes of a file.
 * @param bytes what `toBytes` gave
 */
export async function loadRecommender(bytes: Uint8Array, options?: LoadOptions): Promise<Recommender>;
export async function loadRecommender(
  from: ModelStore | Uint8Array,
  second?: string | LoadOptions,
  third?: LoadOptions,
): Promise<Recommender> {
  if (from instanceof Uint8Array) return fromBytes(from, (second as LoadOptions | undefined) ?? {});
  return fromBytes(await storedBytes(from, second as string), third ?? {});
}

function fromBytes(bytes: Uint8Array, options: LoadOptions): Recommender {
  const kind = kindOf(bytes);
  if (Object.hasOwn(families, kind)) return families[kind](bytes, options);
  const advice = Object.hasOwn(others, kind) ? others[kind] : 'Load it with the class it was saved from.';
  throw new AttuneError(
    'ERR_WRONG_KIND',
    `loadRecommender: expected a model of kind ${Object.keys(families).map(shown).join(', ')}, got ${shown(kind)}. ${advice}`,
  );
}
