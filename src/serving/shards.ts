import type { Factors, Recommendation, Recommender } from '../contracts/recommender.ts';
import type { IdMap } from '../data/id-map.ts';
import { Interactions } from '../data/interactions.ts';
import { AttuneError, shown, shownWhole } from '../errors.ts';
import { checkIterable, integer } from '../options.ts';
import { FactorRecommender } from '../recommenders/factors/factor-recommender.ts';

/** A fitted model whose scores are inner products of factors. */
export type FactorModelLike = Recommender & {
  /** users x factors. */
  readonly userFactors: Factors;
  /** items x factors. */
  readonly itemFactors: Factors;
};

/**
 * A model in parts by item, for several processes that each hold one: every part knows all users and answers for its own items, about
 * `1 / count` of them. Item k is in part `k % count`, so parts share popular items alike. Lists of the parts are put together by
 * {@link mergeShards}; visitors without an account are folded in by a `ShardFoldIn`.
 *
 * @param model fitted, with factors: `AlsRecommender`, `BprRecommender`, `LightGcnRecommender`, `FactorRecommender`; without biases
 * @param count number of parts, 1 to 1,024
 * @throws ERR_BAD_ARGUMENT; ERR_NOT_FITTED; ERR_NOT_SUPPORTED for a model whose scores are more than inner products
 * @example
 * const parts = shardByItem(als, 4);
 * await Promise.all(parts.map((part, k) => part.save(store, `als-part-${k}`)));
 */
export function shardByItem(model: FactorModelLike, count: number): FactorRecommender[] {
  const parts = integer({ min: 1, max: 1024 })(count, 'shardByItem: number of parts');
  if (!model?.itemFactors?.data || !model.userFactors?.data) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `shardByItem: expected a fitted model with factors of users and items, got ${shown(model)}.`);
  }
  checkProducts(model);
  const { users, items, userFactors, itemFactors } = model;
  const histories = historiesOf(model);
  return Array.from({ length: Math.min(parts, items.size) }, (_, part) => {
    const own = Int32Array.from({ length: Math.ceil((items.size - part) / parts) }, (_, k) => part + k * parts);
    const f = itemFactors.columns;
    const data = new Float32Array(own.length * f);
    for (const [k, item] of own.entries()) data.set(itemFactors.data.subarray(item * f, (item + 1) * f), k * f);
    const itemIds = items.subset(own);
    const history = Interactions.fromColumns(partOf(histories, itemIds));
    return FactorRecommender.from({
      userIds: users,
      itemIds,
      userFactors,
      itemFactors: { data, rows: own.length, columns: f },
      ...(history.size > 0 ? { history } : {}),
    });
  });
}

/**
 * The best of the lists of all parts, as the whole model would list them: by score, and of equal scores the item first that comes first in
 * the whole model.
 *
 * @param lists one list per part, each at least `n` long where its part has so many
 * @param n length of the result
 * @param items ids of the whole model, for the order of equal scores; default: by part and place in it
 */
export function mergeShards(lists: readonly (readonly Recommendation[])[], n: number, items?: Pick<IdMap, 'indexOf'>): Recommendation[] {
  const length = integer({ min: 0 })(n, 'mergeShards: n');
  const all = Array.from(checkIterable('mergeShards', 'lists', lists), (list) => [...checkIterable('mergeShards', 'entries', list)]).flat();
  for (const entry of all) {
    if (typeof entry?.item === 'string' && typeof entry.score === 'number' && !Number.isNaN(entry.score)) continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `mergeShards: expected { item, score } as entries, got ${shownWhole(entry)}.`);
  }
  if (items !== undefined && typeof items?.indexOf !== 'function')
    throw new AttuneError('ERR_BAD_ARGUMENT', `mergeShards: expected the items of the whole model, got ${shown(items)}.`);
  if (!items) return all.sort((a, b) => b.score - a.score).slice(0, length);
  const places = new Map(all.map((entry) => [entry, items.indexOf(entry.item)]));
  return all.sort((a, b) => b.score - a.score || (places.get(a) as number) - (places.get(b) as number)).slice(0, length);
}

interface Histories {
  users: string[];
  items: string[];
  values: number[];
}

function historiesOf(model: FactorModelLike): Histories {
  const histories: Histories = { users: [], items: [], values: [] };
  for (const user of model.users) {
    for (const { item, value } of model.interactionsOf(user)) {
      histories.users.push(user);
      histories.items.push(item);
      histories.values.push(value);
    }
  }
  return histories;
}

function partOf({ users, items, values }: Histories, own: Pick<IdMap, 'indexOf'>): Histories {
  const part: Histories = { users: [], items: [], values: [] };
  items.forEach((item, k) => {
    if (own.indexOf(item) < 0) return;
    part.users.push(users[k]);
    part.items.push(item);
    part.values.push(values[k]);
  });
  return part;
}

/** Whether scores are inner products and nothing else; biases are not. @throws ERR_NOT_SUPPORTED */
function checkProducts(model: FactorModelLike): void {
  const { users, items, userFactors, itemFactors } = model;
  const f = itemFactors.columns;
  for (let u = 0; u < users.size; u += Math.ceil(users.size / 8)) {
    const asked = Array.from({ length: Math.min(8, items.size) }, (_, k) => Math.floor((k * items.size) / Math.min(8, items.size)));
    const scores = model.score(
      users.idAt(u),
      asked.map((i) => items.idAt(i)),
    );
    asked.forEach((item, k) => {
      let sum = 0;
      for (let q = 0; q < f; q++) sum += userFactors.data[u * f + q] * itemFactors.data[item * f + q];
      if (Math.abs(sum - scores[k]) <= 1e-4 * Math.max(1, Math.abs(sum))) return;
      throw new AttuneError(
        'ERR_NOT_SUPPORTED',
        `Expected a model whose scores are inner products of its factors, but user ${shown(users.idAt(u))} scores ${scores[k]} and not ${sum}. Fit it without biases.`,
      );
    });
  }
}
