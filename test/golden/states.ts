import type { Attune } from './attune.ts';
import { type Case, caseOf } from './case.ts';
import { drawing, interactionsOf, itemId, productsOf, unitVectors, userId } from './data.ts';
import { ownEmbedder } from './embedder.ts';
import { fields } from './search.ts';

/** A case of something that is kept as JSON. */
const jsonCase = <State>(
  name: string,
  make: (attune: Attune) => State | Promise<State>,
  ask: (attune: Attune, state: State) => unknown,
): Case =>
  caseOf<{ state: State; toBytes(): Uint8Array }>(
    name,
    async (attune) => {
      const text = JSON.stringify(await make(attune));
      return { state: JSON.parse(text), toBytes: () => new TextEncoder().encode(text) };
    },
    (_, bytes) => ({ state: JSON.parse(new TextDecoder().decode(bytes)), toBytes: () => bytes }),
    ({ state }, attune) => ask(attune, state),
  );

const arms = [0, 1, 2, 3].map(itemId);

/** What a program keeps as JSON. */
export const stateCases: Case[] = [
  jsonCase(
    'bandit-thompson',
    ({ thompsonSampling }) => {
      const bandit = thompsonSampling({ priorFailures: 3, seed: 7 });
      for (let k = 0; k < 30; k++) bandit.update(bandit.choose(arms)[0].item, (k % 4) / 3);
      return bandit.toJSON();
    },
    ({ thompsonSampling }, state) => {
      const bandit = thompsonSampling({ priorFailures: 3, state });
      return [bandit.choose(arms, { n: 3 }), bandit.choose(arms, { propensities: true }), bandit.toJSON()];
    },
  ),
  jsonCase(
    'bandit-epsilon-greedy',
    ({ epsilonGreedy }) => {
      const bandit = epsilonGreedy({ epsilon: 0.3, seed: 7 });
      for (let k = 0; k < 30; k++) bandit.update(bandit.choose(arms)[0].item, (k % 4) / 3);
      return bandit.toJSON();
    },
    ({ epsilonGreedy }, state) => {
      const bandit = epsilonGreedy({ epsilon: 0.3, state });
      return [bandit.choose(arms, { n: 3 }), bandit.choose(arms), bandit.toJSON()];
    },
  ),
  jsonCase(
    'bandit-lin-ucb',
    ({ linUcb }) => {
      const bandit = linUcb({ dimensions: 3, alpha: 0.5 });
      for (let k = 0; k < 30; k++) {
        const context = unitVectors(1, 3, k);
        bandit.update(bandit.choose(arms, { context })[0].item, (k % 4) / 3, { context });
      }
      return bandit.toJSON();
    },
    ({ linUcb }, state) => {
      const bandit = linUcb({ dimensions: 3, alpha: 0.5, state });
      return [bandit.choose(arms, { n: 3, context: [1, 0, -0.5] }), bandit.toJSON()];
    },
  ),
  jsonCase(
    'learned-fusion',
    async (attune) => attune.fitFusion({ sources: await sourcesOf(attune), events: fusionEvents }),
    async (attune, model) => {
      const ranker = new attune.HybridRanker({ sources: await sourcesOf(attune), fusion: attune.learnedFusion(model) });
      return [await ranker.rank({ user: userId(0) }, { n: 4 }), await ranker.rank({ history: arms.slice(0, 2) }, { n: 4 })];
    },
  ),
];

/** Three sources for a ranker. */
async function sourcesOf(attune: Attune) {
  const train = interactionsOf(attune);
  return {
    knn: await new attune.ItemKnnRecommender({ neighbors: 12 }).fit(train),
    popular: await new attune.PopularityRecommender().fit(train),
    semantic: await attune.SemanticIndex.build(productsOf(60), { ...fields, embedder: ownEmbedder() }),
  };
}

const draw = drawing(11);
const fusionEvents = Array.from({ length: 20 }, (_, k) => ({ request: { user: userId(k) }, items: [itemId(draw(12)), itemId(draw(40))] }));
