import {
  AlsRecommender,
  BprRecommender,
  EaseRecommender,
  type FittableRecommender,
  GraphFilterRecommender,
  ItemKnnRecommender,
  LightGcnRecommender,
  NcfRecommender,
  PopularityRecommender,
  SasRecRecommender,
  SequenceLinearRecommender,
  TwoTowerRecommender,
} from 'attune';

/** A family of models, and the settings among which the validation part chooses. */
export interface QualityModel {
  /** As in tables. */
  name: string;
  /** As on the command line. */
  key: string;
  make(setting: object): FittableRecommender;
  /** What is tried on data of this size; the first is the one without a choice. */
  settings(items: number): object[];
  /** Whether it takes minutes on data of this size, and so has to be asked for. */
  heavy?(items: number): boolean;
}

const sparse = 20_000;

const alsOnLarge = [
  { alpha: 60, regularization: 50, iterations: 6 },
  { alpha: 20, regularization: 0.75, regularizationScaling: 'count', iterations: 3 },
  { alpha: 60, regularization: 3, regularizationScaling: 'count', iterations: 3 },
].map((setting) => ({ factors: 128, ...setting }));
const alsOnSmall = [
  ...[10, 1, 40].flatMap((alpha) => [10, 1, 50].map((regularization) => ({ alpha, regularization, iterations: 10, acceleration: false }))),
  { factors: 128, alpha: 10, regularization: 3, regularizationScaling: 'frequency', regularizationExponent: 0.5, iterations: 8 },
];

/** The models, cheapest first. */
export const qualityModels: QualityModel[] = [
  { name: 'Popularity', key: 'popularity', make: () => new PopularityRecommender(), settings: () => [{}] },
  {
    name: 'Item-kNN',
    key: 'item-knn',
    make: (setting) => new ItemKnnRecommender(setting),
    settings: () => [{}, { popularityExponent: 0.3 }, { popularityExponent: 0.5 }, { neighbors: 300 }],
  },
  {
    name: 'Sequence-linear',
    key: 'sequence-linear',
    make: (setting) => new SequenceLinearRecommender(setting),
    settings: () => [
      {},
      ...[20, 150].map((regularization) => ({ regularization })),
      ...[2, 4].map((historyDecay) => ({ historyDecay })),
      { historyFloor: 0 },
    ],
  },
  {
    name: 'Graph filter',
    key: 'graph-filter',
    make: (setting) => new GraphFilterRecommender(setting),
    settings: () => [{}],
  },
  {
    name: 'EASE',
    key: 'ease',
    make: (setting) => new EaseRecommender(setting),
    settings: (items) =>
      items > sparse
        ? [{ regularization: 300, weightsPerItem: 1000 }]
        : [250, 50, 1000].map((regularization) => ({ regularization, ...(items > 5000 && { weightsPerItem: 500 }) })),
    heavy: (items) => items > sparse,
  },
  {
    name: 'BPR',
    key: 'bpr',
    make: (setting) => new BprRecommender(setting),
    settings: (items) =>
      items > sparse
        ? [{ factors: 128, candidates: 6, iterations: 40 }]
        : [{ candidates: 4, iterations: 60 }, { candidates: 4, iterations: 60, regularization: 0.03 }, { iterations: 150 }],
  },
  {
    name: 'ALS',
    key: 'als',
    make: (setting) => new AlsRecommender(setting),
    settings: (items) => (items > sparse ? alsOnLarge : alsOnSmall),
  },
  {
    name: 'LightGCN',
    key: 'light-gcn',
    make: (setting) => new LightGcnRecommender({ seed: 1, ...setting }),
    settings: (items) => (items > sparse ? [{}, { factors: 128 }] : [{}]),
    heavy: (items) => items > sparse,
  },
  {
    name: 'Two towers',
    key: 'two-tower',
    make: (setting) => new TwoTowerRecommender({ seed: 1, ...setting }),
    settings: (items) => (items > sparse ? [{}, { factors: 128 }] : [{}]),
    heavy: (items) => items > sparse,
  },
  {
    name: 'NeuMF',
    key: 'ncf',
    make: (setting) => new NcfRecommender({ seed: 1, ...setting }),
    settings: (items) => (items > sparse ? [{ popularity: 0.5 }, { loss: 'softmax', negatives: 16, popularity: 0.75 }] : [{}]),
  },
  {
    name: 'SASRec',
    key: 'sasrec',
    make: (setting) => new SasRecRecommender({ seed: 1, ...setting }),
    settings: () => [{}],
  },
];
