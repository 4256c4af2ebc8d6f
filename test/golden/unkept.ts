import type { Interactions } from 'attune';
import { type Attune, plain } from './attune.ts';
import { interactionsOf, itemId, productsOf, userId } from './data.ts';
import { ownEmbedder } from './embedder.ts';
import { fields } from './search.ts';

/** Answers that must stay although nothing is written for them. */
export interface UnkeptCase {
  name: string;
  ask(attune: Attune): Promise<unknown>;
}

/** A bridge is made from a model and an index, which have files of their own. */
const bridgeCase = (method: 'neighbours' | 'ridge'): UnkeptCase => ({
  name: `bridge-${method}`,
  async ask(attune) {
    const train = interactionsOf(attune);
    const bridge = attune.contentBridge({
      recommender: await new attune.AlsRecommender({ factors: 8, regularization: 0.1, threads: 1 }).fit(train),
      vectors: await attune.SemanticIndex.build(productsOf(90), { ...fields, embedder: ownEmbedder() }),
      counts: train,
      method,
    });
    return plain({
      explained: bridge.explained,
      penalty: bridge.penalty,
      recommend: bridge.recommend(userId(0), { n: 4 }),
      recommendNew: bridge.recommend(userId(5), { n: 4, only: [70, 75, 80, 85].map(itemId) }),
      recommendFor: bridge.recommendFor([itemId(3), itemId(77)], { n: 4 }),
      interests: await bridge.recommendForInterests('quiet dishwasher', { n: 4 }),
      score: bridge.score(userId(0), [itemId(1), itemId(80), 'unknown']),
    });
  },
});

/** A user keeps the variant, whatever version divides the users. */
const variants: UnkeptCase = {
  name: 'experiment-variants',
  async ask({ experiment }) {
    const test = experiment({ name: 'lists', variants: { control: 0.5, blend: 0.3, new: 0.2 }, traffic: 0.8 });
    return plain(Array.from({ length: 60 }, (_, k) => test.variantOf(userId(k)) ?? null));
  },
};

/** A seed gives the same parts, or figures of two versions could not be compared. */
const splits: UnkeptCase = {
  name: 'splits',
  async ask(attune) {
    const data = interactionsOf(attune, { users: 30 });
    const rows = (part: Interactions) => Array.from(part, ({ user, item }) => `${user} ${item}`);
    return plain({
      random: rows(attune.split(data, { strategy: 'random', seed: 3 }).test),
      perUser: rows(attune.split(data, { strategy: 'per-user', seed: 3 }).test),
      byTime: rows(attune.split(data, { strategy: 'by-time' }).test),
      leaveLastOut: rows(attune.split(data, { strategy: 'leave-last-out' }).test),
      folds: attune.split(data, { strategy: 'folds', folds: 3, seed: 3 }).map(({ test }) => rows(test)),
      coldItems: rows(attune.split(data, { strategy: 'cold-items', seed: 3 }).test),
      coldUsers: rows(attune.split(data, { strategy: 'cold-users', seed: 3 }).test),
    });
  },
};

export const unkeptCases: UnkeptCase[] = [bridgeCase('neighbours'), bridgeCase('ridge'), variants, splits];
