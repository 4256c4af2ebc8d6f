import type { ModelStore } from '../contracts/model-store.ts';
import type { LoadOptions, Recommender } from '../contracts/recommender.ts';
import { kindOf } from '../data/files/model-file.ts';
import { AttuneError, shown } from '../errors.ts';
import { checkOptions } from '../options.ts';
import { BlendRecommender } from './blend/blend.ts';
import { familyReaders, type RecommenderClass } from './families.ts';
import { storedBytes } from './shared/codec.ts';

export type { RecommenderClass } from './families.ts';

/** What {@link loadRecommender} takes. */
export interface LoadRecommenderOptions extends LoadOptions {
  /** Classes of your own, which are asked in turn when the file is of none of attune's families. Default none. */
  families?: readonly RecommenderClass[] | undefined;
}

/** Of all families, and of models made of them. */
const families: typeof familyReaders = { ...familyReaders, blend: (bytes, options) => BlendRecommender.fromBytes(bytes, options) };

/** Advice for files of attune that hold no recommender. */
const others: Readonly<Record<string, string>> = {
  'semantic-index': 'Load it with SemanticIndex.load(store, name) or SemanticIndex.fromBytes(bytes).',
  'als-checkpoint': 'Pass it to AlsRecommender.fit as resumeFrom.',
};

/**
 * Loads a model of whatever family it is.
 * @param store where it is kept
 * @param reference `name` (the newest version), `name@3`, `name@production`
 * @param options what may differ from how the model was made, `threads` and `onUnknown`; and classes of your own, `families`
 * @throws ERR_WRONG_KIND for a file that holds no recommender; ERR_NOT_FOUND, ERR_BAD_FILE, ERR_NEWER_FORMAT, ERR_BAD_OPTION
 * @example
 * const model = await loadRecommender(store, 'appliances-als@production', { threads: 4 });
 * model.recommend('A1', { n: 10 });
 * @example
 * await loadRecommender(store, 'together', { families: [BoughtTogether] }); // a class of your own, or one of attune's
 */
export async function loadRecommender(store: ModelStore, reference: string, options?: LoadRecommenderOptions): Promise<Recommender>;
/**
 * The same from the bytes of a file.
 * @param bytes what `toBytes` gave
 */
export async function loadRecommender(bytes: Uint8Array, options?: LoadRecommenderOptions): Promise<Recommender>;
export async function loadRecommender(
  from: ModelStore | Uint8Array,
  second?: string | LoadRecommenderOptions,
  third?: LoadRecommenderOptions,
): Promise<Recommender> {
  if (from instanceof Uint8Array) return fromBytes(from, second);
  return fromBytes(await storedBytes(from, second as string), third);
}

function fromBytes(bytes: Uint8Array, given: unknown): Recommender {
  const { families: own = [], ...options } = checkOptions('loadRecommender', given) as LoadRecommenderOptions;
  if (!Array.isArray(own) || own.some((family) => typeof family?.fromBytes !== 'function')) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `loadRecommender: option 'families' must be an array of classes with a static fromBytes, got ${shown(own)}.`,
    );
  }
  const kind = kindOf(bytes);
  if (Object.hasOwn(families, kind)) return families[kind](bytes, options);
  for (const family of own) {
    try {
      return family.fromBytes(bytes, options);
    } catch (error) {
      if (!(error instanceof AttuneError && error.code === 'ERR_WRONG_KIND')) throw error;
    }
  }
  const advice = Object.hasOwn(others, kind) ? others[kind] : 'Pass the class it was saved from as families: [Class].';
  throw new AttuneError(
    'ERR_WRONG_KIND',
    `loadRecommender: expected a model of kind ${Object.keys(families).map(shown).join(', ')}, got ${shown(kind)}. ${advice}`,
  );
}
