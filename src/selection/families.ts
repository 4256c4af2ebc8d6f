import type { Recommender, UnknownPolicy } from '../contracts/recommender.ts';
import { AttuneError, shown } from '../errors.ts';
import { isRecord } from '../options.ts';
import { AlsRecommender } from '../recommenders/als/als.ts';
import { BprRecommender } from '../recommenders/bpr/bpr.ts';
import { EaseRecommender } from '../recommenders/ease/ease.ts';
import { GraphFilterRecommender } from '../recommenders/graph-filter/graph-filter.ts';
import { ItemKnnRecommender } from '../recommenders/item-knn/item-knn.ts';
import { LightGcnRecommender } from '../recommenders/light-gcn/light-gcn.ts';
import { NcfRecommender } from '../recommenders/ncf/ncf.ts';
import { PopularityRecommender } from '../recommenders/popularity/popularity.ts';
import { SasRecRecommender } from '../recommenders/sasrec/sasrec.ts';
import { SequenceLinearRecommender } from '../recommenders/sequence-linear/sequence-linear.ts';

/** A family to choose from: how a model of it is made, and what is tried. */
export interface ModelFamily {
  /** Name in trials. */
  name: string;
  /** Makes a model that is not fitted. */
  make(parameters: object): Recommender;
  /** What is tried, the best guess first. */
  settings: readonly object[];
}

/** The size of the data that is to be chosen for. */
export interface DataShape {
  /** Number of users. */
  users: number;
  /** Number of items. */
  items: number;
  /** Number of interactions. */
  rows: number;
  /** Whether the order of a user's interactions means something. */
  ordered: boolean;
  /** Whether values are to be predicted, rather than items to be ranked. */
  values: boolean;
  /** What the whole choice may take. */
  seconds: number;
}

/** What all models of one choice are told. */
export interface SharedSettings {
  /** Seed. */
  seed: number | string;
  /** Threads. */
  threads: number | 'auto';
  /** What happens on unknown ids. */
  onUnknown: UnknownPolicy;
}

/** How a family of attune is tried; the settings depend on the data. */
interface OwnFamily {
  make(parameters: object): Recommender;
  settings(shape: DataShape): readonly object[];
}

const frequency = { regularizationScaling: 'frequency' } as const;
const root = { ...frequency, regularizationExponent: 0.5 } as const;

/**
 * Of implicit feedback: the first two groups are what small dense and large sparse sets want (Rendle et al. 2021, and the measurements in
 * docs/benchmarks.md).
 */
const alsSettings = ({ items, rows }: DataShape) => {
  const dense = [
    { factors: 128, alpha: 10, regularization: 3, iterations: 8, ...root },
    { factors: 32, alpha: 10, regularization: 0.5, iterations: 12, ...frequency },
    { factors: 256, alpha: 10, regularization: 4, iterations: 8, ...root },
    { factors: 64, alpha: 10, regularization: 10, iterations: 10 },
    { factors: 128, alpha: 30, regularization: 6, iterations: 8, ...root },
    { factors: 64, alpha: 1, regularization: 10, iterations: 10 },
  ];
  const sparse = [
    { factors: 128, alpha: 60, regularization: 50, iterations: 6 },
    { factors: 128, alpha: 60, regularization: 3, regularizationScaling: 'count', iterations: 3 },
    { factors: 64, alpha: 40, regularization: 10, iterations: 6 },
  ];
  return items > 15_000 || rows < 20 * items ? [sparse[0], dense[0], ...sparse.slice(1), ...dense.slice(1)] : [...dense, sparse[2]];
};

/** Of ratings. */
const ratingSettings = [0.1, 0.05, 0.2].flatMap((regularization) =>
  [32, 8].map((factors) => ({
    feedback: 'explicit',
    biases: true,
    regularizationScaling: 'count',
    factors,
    regularization,
    iterations: 12,
  })),
);

const own: Record<string, OwnFamily> = {
  popularity: { make: (p) => new PopularityRecommender(p), settings: ({ values }) => (values ? [] : [{}]) },
  als: { make: (p) => new AlsRecommender(p), settings: (shape) => (shape.values ? ratingSettings : alsSettings(shape)) },
  'item-knn': {
    make: (p) => new ItemKnnRecommender(p),
    settings: ({ values }) =>
      values
        ? []
        : [{}, { popularityExponent: 0.3 }, { popularityExponent: 0.5 }, { neighbors: 300 }, { neighbors: 300, popularityExponent: 0.3 }],
  },
  'sequence-linear': {
    make: (p) => new SequenceLinearRecommender(p),
    settings: ({ ordered, values }) =>
      !ordered || values
        ? []
        : [
            {},
            { regularization: 150 },
            { historyDecay: 8, pastDecay: 8, futureDecay: 8 },
            { regularization: 20 },
            { sessionWeight: 0.5 },
            { historyDecay: 5 },
          ],
  },
  'graph-filter': {
    make: (p) => new GraphFilterRecommender(p),
    settings: ({ values }) => {
      if (values) return [];
      const wider = [0.3, 0.5].map((popularityExponent) => ({ popularityExponent }));
      return [{}, { filter: 'linear' }, { filter: 'low-pass' }, ...wider, { lowPassWeight: 0.4 }, { rank: 256 }];
    },
  },
  ease: {
    make: (p) => new EaseRecommender(p),
    settings: ({ items, values, seconds }) => {
      if (values || items > mostItemsOfEase || easeSeconds(items) > seconds / 10) return [];
      return [250, 60, 1000, 500].map((regularization) => ({ regularization, ...(items > 6000 && { weightsPerItem: 500 }) }));
    },
  },
  bpr: {
    make: (p) => new BprRecommender(p),
    settings: ({ values }) =>
      values
        ? []
        : [
            { candidates: 4, iterations: 60 },
            { candidates: 4, iterations: 60, regularization: 0.03 },
          ],
  },
  'light-gcn': { make: (p) => new LightGcnRecommender(p), settings: ({ values }) => (values ? [] : [{}, { temperature: 0.15 }]) },
  sasrec: { make: (p) => new SasRecRecommender(p), settings: ({ ordered, values }) => (!ordered || values ? [] : [{}]) },
  ncf: {
    make: (p) => new NcfRecommender(p),
    settings: ({ values }) => (values ? [{ feedback: 'explicit' }] : [{}, { variant: 'gmf' }]),
  },
};

/** Beyond it a fit takes minutes. */
const mostItemsOfEase = 16_000;
/** What a fit takes on two cores, of which 6,300 items take 11 seconds; a trial that is sure to be stopped takes the time of others. */
const easeSeconds = (items: number) => 11 * (items / 6300) ** 3;

/** The names of the families that `chooseModel` knows, in the order in which they are tried: what is good for its cost first. */
export type FamilyName =
  | 'popularity'
  | 'als'
  | 'item-knn'
  | 'sequence-linear'
  | 'graph-filter'
  | 'ease'
  | 'bpr'
  | 'light-gcn'
  | 'sasrec'
  | 'ncf';

/** All of them. */
export const familyNames = Object.keys(own) as FamilyName[];

/** The families to choose from on data of this shape, in their order. A family without a setting for such data is left out. */
export function familiesFor(
  wanted: readonly (FamilyName | ModelFamily)[],
  shape: DataShape,
  { seed, threads, onUnknown }: SharedSettings,
): ModelFamily[] {
  const shared = { seed, threads, onUnknown };
  const families = wanted.map((family): ModelFamily => {
    if (typeof family !== 'string') return family;
    const { make, settings } = own[family];
    return { name: family, make: (parameters) => make({ ...parameters, ...shared }), settings: settings(shape) };
  });
  return families.filter(({ settings }) => settings.length > 0);
}

/** Checks which families are asked for. @throws ERR_BAD_OPTION */
export function readFamilies(value: unknown, name: string): readonly (FamilyName | ModelFamily)[] {
  if (value === undefined) return familyNames;
  const families: unknown[] = Array.isArray(value) ? value : [];
  const names = families.map((family) => (typeof family === 'string' ? family : (family as ModelFamily | null)?.name));
  if (families.length > 0 && families.every(isFamily) && new Set(names).size === names.length) return families;
  const wrong = families.find((family) => !isFamily(family));
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be different families out of ${familyNames.map(shown).join(', ')}, or { name, make, settings } of your own, got ${shown(wrong ?? value)}.`,
  );
}

function isFamily(value: unknown): value is FamilyName | ModelFamily {
  if (typeof value === 'string') return Object.hasOwn(own, value);
  const { name, make, settings } = (value ?? {}) as Partial<ModelFamily>;
  return (
    typeof name === 'string' &&
    name !== '' &&
    typeof make === 'function' &&
    Array.isArray(settings) &&
    settings.length > 0 &&
    [...settings].every(isRecord)
  );
}
