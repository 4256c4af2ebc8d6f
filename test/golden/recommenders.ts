import type {
  AlsFitOptions,
  AlsOptions,
  AlsRecommender,
  BprOptions,
  EaseOptions,
  EaseRecommender,
  Interactions,
  ItemKnnOptions,
  ItemKnnRecommender,
  PopularityOptions,
  Recommender,
} from 'attune';
import { type Attune, answerOf, plain } from './attune.ts';
import { type Case, caseOf, type Traits } from './case.ts';
import { type DataOptions, interactionsOf, itemId, unitVectors, userId } from './data.ts';

/** A long history, the twin of another user, a user with one item, and an id that is no ASCII. */
const someUsers = [0, 8, 9, 5].map(userId);
const someItems = [0, 3, 17].map(itemId);
const history = [{ item: itemId(1), value: 5 }, itemId(4), { item: itemId(12), value: 2 }, 'unknown'];

/** Known and new users and items, for a model that is fitted already. */
const more = (attune: Attune) => interactionsOf(attune, { seed: 9, first: 110, users: 20, items: 66 });

/** What is recorded of a method that a model does not have: the build of the golden files had one that threw. */
const refused = { throws: 'ERR_NOT_SUPPORTED' };

/** What every recommender is asked. */
function answersOf(model: Recommender): object {
  const batch = model.recommendMany(someUsers, { n: (user) => (user === userId(0) ? 4 : 2), exclude: [itemId(2)] });
  return {
    users: model.users.size,
    items: model.items.size,
    recommend: someUsers.map((user) => model.recommend(user, { n: 4 })),
    recommendSome: model.recommend(userId(0), { only: someItems, includeSeen: true }),
    recommendFor: answerOf(() => model.recommendFor(history, { n: 5 })),
    recommendForOne: answerOf(() => model.recommendFor([itemId(3)], { n: 3 })),
    recommendMany: { items: batch.items, scores: batch.scores, offsets: batch.offsets },
    score: model.score(userId(0), someItems),
    interactionsOf: model.interactionsOf(userId(5)),
    similarItems: model.similarItems ? answerOf(() => model.similarItems?.(itemId(3), { n: 4 })) : refused,
    similarItemsByDot: model.similarItems ? answerOf(() => model.similarItems?.(itemId(3), { n: 3, metric: 'dot' })) : refused,
    similarUsers: model.similarUsers ? answerOf(() => model.similarUsers?.(userId(8), { n: 3 })) : refused,
    similarUsersByDot: model.similarUsers ? answerOf(() => model.similarUsers?.(userId(9), { n: 3, metric: 'dot' })) : refused,
    explain: model.explain?.(userId(8), itemId(20), { n: 3 }),
  };
}

/** What a model with factors is asked besides. */
const trainedAnswersOf = (model: Recommender & { history: readonly { loss: number; validation?: number }[] }) => ({
  ...answersOf(model),
  history: model.history.map(({ loss, validation }) => ({ loss, validation })),
});

const alsAnswersOf = (als: AlsRecommender) => ({
  ...trainedAnswersOf(als),
  options: { ...als.options, threads: undefined }, // says nothing of the model
  userFactors: als.userFactors.data.slice(0, 4),
  itemFactors: als.itemFactors.data.slice(0, 4),
});

/** The default of the versions that wrote these files; it is left to the data since. */
const regularization: AlsOptions = { regularization: 0.1 };

/** A case of ALS; `after` does something to the fitted model. */
function alsCase(
  name: string,
  options: AlsOptions,
  {
    data,
    fitOptions,
    after,
    ...traits
  }: Traits & {
    data?: DataOptions;
    fitOptions?: (attune: Attune, train: Interactions) => AlsFitOptions | Promise<AlsFitOptions>;
    after?: (als: AlsRecommender, attune: Attune) => unknown;
  } = {},
): Case {
  return caseOf(
    `als-${name}`,
    async (attune, threads) => {
      const train = interactionsOf(attune, data);
      const als = await new attune.AlsRecommender({ factors: 12, ...regularization, ...options, threads }).fit(
        train,
        await fitOptions?.(attune, train),
      );
      await after?.(als, attune);
      return als;
    },
    (attune, bytes) => attune.AlsRecommender.fromBytes(bytes),
    alsAnswersOf,
    { parallel: true, ...traits },
  );
}

/** The checkpoints of a fit, by iteration. */
async function checkpointsOf(attune: Attune, train: Interactions, options: AlsOptions, iterations: number): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  const als = new attune.AlsRecommender({ ...options, iterations });
  await als.fit(train, { checkpoint: { write: (bytes) => void files.push(bytes.slice()) } });
  return files;
}

const resumed: AlsOptions = { factors: 20, iterations: 6, seed: 3, ...regularization };

/** A checkpoint holds how long iterations took, so its bytes differ; the model that a fit from it ends with does not. */
const checkpointCase: Case = {
  name: 'als-checkpoint',
  keep: 'file',
  repeatable: false,
  parallel: false,
  async make(attune) {
    const bytes = (await checkpointsOf(attune, interactionsOf(attune), resumed, 4))[2];
    return { bytes, answers: await checkpointCase.load(attune, bytes) };
  },
  async load(attune, bytes) {
    const als = await new attune.AlsRecommender(resumed).fit(interactionsOf(attune), { resumeFrom: bytes });
    return plain({ ...alsAnswersOf(als), itemFactors: als.itemFactors.data });
  },
};

const explicit: AlsOptions = { feedback: 'explicit' };

const alsCases: Case[] = [
  alsCase('default', { factors: undefined }),
  alsCase('textbook', { acceleration: false, solver: 'exact' }),
  alsCase('dislikes', { seed: 'a text' }, { data: { value: (stars) => stars - 2.5 } }),
  alsCase('stopped-by-tolerance', { tolerance: 0.01, onUnknown: 'empty', alpha: 3 }),
  alsCase('explicit', { ...explicit, seed: 2 }),
  alsCase('explicit-biases', { ...explicit, biases: true }),
  alsCase('count', { regularizationScaling: 'count', regularization: 1 }),
  alsCase('explicit-count', { ...explicit, regularizationScaling: 'count', biases: true }),
  alsCase('frequency', { regularizationScaling: 'frequency', regularizationExponent: 0.5, alpha: 40, regularization: 3 }),
  alsCase('float16', { storage: 'float16' }),
  alsCase('user-weights', {}, { fitOptions: () => ({ userWeights: (user) => (user.length % 3) / 2 }) }),
  alsCase(
    'initial-factors',
    { factors: 5, acceleration: false, iterations: 3 },
    {
      fitOptions: (_, train) => ({
        initialUserFactors: unitVectors(train.userCount, 5),
        initialItemFactors: unitVectors(train.itemCount, 5, 2),
      }),
    },
  ),
  alsCase(
    'warm-start',
    { iterations: 2 },
    {
      data: { items: 70, seed: 2 },
      fitOptions: async (attune) => ({
        warmStart: await new attune.AlsRecommender({ factors: 12, ...regularization, threads: 1 }).fit(interactionsOf(attune)),
      }),
    },
  ),
  alsCase('validated', { iterations: 12 }, { fitOptions: () => ({ validate: (als) => -Math.abs(als.history.length - 4), patience: 2 }) }),
  alsCase('partial-fit', {}, { after: (als, attune) => als.partialFit(more(attune)) }),
  alsCase('explicit-partial-fit', { ...explicit, biases: true }, { after: (als, attune) => als.partialFit(more(attune)) }),
  alsCase('forget', { storage: 'float16' }, { after: (als) => als.forget([userId(1), userId(18), userId(29)]) }),
  checkpointCase,
  // Wide enough for rows of all kinds: in their dual, by conjugate gradients, and from a step of the power method.
  alsCase(
    'large',
    { factors: 32, iterations: 5, regularization: 5 },
    { data: { users: 2000, items: 500, longest: 40, seed: 4 }, keep: 'hash' },
  ),
  alsCase(
    'large-count',
    { factors: 40, iterations: 3, regularization: 1, regularizationScaling: 'count' },
    { data: { users: 1500, items: 400, longest: 40, seed: 5 }, keep: 'hash' },
  ),
];

const bprCase = (name: string, options: BprOptions, validated = false) =>
  caseOf(
    `bpr-${name}`,
    (attune, threads) =>
      new attune.BprRecommender({ factors: 12, iterations: 20, ...options, threads }).fit(
        interactionsOf(attune),
        validated ? { validate: (model) => -Math.abs(model.history.length - 4), validateEvery: 2, patience: 2 } : {},
      ),
    (attune, bytes) => attune.BprRecommender.fromBytes(bytes),
    trainedAnswersOf,
    { parallel: true },
  );

const easeCase = (name: string, options: EaseOptions, after?: (ease: EaseRecommender, attune: Attune) => unknown) =>
  caseOf(
    `ease-${name}`,
    async (attune, threads) => {
      const ease = await new attune.EaseRecommender({ regularization: 20, ...options, threads }).fit(interactionsOf(attune));
      await after?.(ease, attune);
      return ease;
    },
    (attune, bytes) => attune.EaseRecommender.fromBytes(bytes),
    answersOf,
    { parallel: options.solver !== 'direct' },
  );

const knnCase = (name: string, options: ItemKnnOptions, after?: (knn: ItemKnnRecommender, attune: Attune) => unknown) =>
  caseOf(
    `item-knn-${name}`,
    async (attune) => {
      const knn = await new attune.ItemKnnRecommender({ neighbors: 12, ...options }).fit(interactionsOf(attune));
      await after?.(knn, attune);
      return knn;
    },
    (attune, bytes) => attune.ItemKnnRecommender.fromBytes(bytes),
    answersOf,
  );

const popularityCase = (name: string, options: PopularityOptions) =>
  caseOf(
    `popularity-${name}`,
    (attune) => new attune.PopularityRecommender(options).fit(interactionsOf(attune)),
    (attune, bytes) => attune.PopularityRecommender.fromBytes(bytes),
    answersOf,
  );

export const recommenderCases: Case[] = [
  ...alsCases,
  bprCase('default', { factors: undefined, iterations: 100 }),
  bprCase('without-biases', { biases: false, seed: 'a text' }),
  bprCase('candidates', { candidates: 4, learningRate: 0.05, regularization: 0.02 }),
  bprCase('validated', { seed: 3 }, true),
  easeCase('auto', {}),
  easeCase('direct', { solver: 'direct', onUnknown: 'empty' }),
  easeCase('iterative', { solver: 'iterative' }),
  easeCase('weights-per-item', { solver: 'direct', weightsPerItem: 8 }),
  easeCase('iterative-weights-per-item', { solver: 'iterative', weightsPerItem: 8 }),
  easeCase('partial-fit', { solver: 'direct' }, (ease, attune) => ease.partialFit(more(attune))),
  knnCase('default', { neighbors: undefined }),
  knnCase('plain-cosine', { similarity: 'cosine', userExponent: 0, popularityExponent: 0.5 }),
  knnCase('jaccard', { similarity: 'jaccard', shrinkage: 0.5 }),
  knnCase('tfidf', { similarity: 'tfidf' }),
  knnCase('bm25', { similarity: 'bm25', popularityExponent: 0.3 }),
  knnCase('partial-fit', {}, (knn, attune) => knn.partialFit(more(attune))),
  popularityCase('count', {}),
  popularityCase('sum', { method: 'sum' }),
  popularityCase('bayesian-mean', { method: 'bayesian-mean', priorWeight: 4 }),
  popularityCase('decay', { method: 'decay', halfLifeDays: 7 }),
  popularityCase('decay-now', { method: 'decay', now: 1.71e12, onUnknown: 'empty' }),
];
