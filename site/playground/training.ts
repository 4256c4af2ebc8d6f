import {
  AlsRecommender,
  BprRecommender,
  compare,
  EaseRecommender,
  type EvaluationReport,
  evaluate,
  GraphFilterRecommender,
  Interactions,
  ItemKnnRecommender,
  PopularityRecommender,
  type Recommender,
  SemanticIndex,
  SequenceLinearRecommender,
  split,
} from 'attune';
import type { Facts, Family, Listed, Reply, Scored, Table } from './messages.ts';

const make: Record<Family, () => Recommender> = {
  popularity: () => new PopularityRecommender(),
  'item-knn': () => new ItemKnnRecommender(),
  als: () => new AlsRecommender({ factors: 32, regularization: 5, alpha: 10, seed: 1 }),
  ease: () => new EaseRecommender({ regularization: 100 }),
  'graph-filter': () => new GraphFilterRecommender(),
  bpr: () => new BprRecommender({ factors: 32, seed: 1 }),
  'sequence-linear': () => new SequenceLinearRecommender(),
};

/** Models of one table: what they score on a held-out part, and what they answer. */
export class Trained {
  readonly #titles: Record<string, string>;
  readonly #train: Interactions;
  readonly #test: Interactions;
  readonly #models = new Map<Family, Recommender>();
  readonly #index: SemanticIndex<{ id: string; text: string }>;

  private constructor(
    titles: Record<string, string>,
    { train, test }: { train: Interactions; test: Interactions },
    index: SemanticIndex<{ id: string; text: string }>,
  ) {
    this.#titles = titles;
    this.#train = train;
    this.#test = test;
    this.#index = index;
  }

  /** Reads, splits, trains each family on a part, measures it on the rest, and says so. */
  static async train(table: Table, families: readonly Family[], say: (reply: Reply) => void): Promise<Trained> {
    const timed = table.rows.some(({ timestamp }) => timestamp !== undefined);
    const data = await Interactions.from(table.rows, { duplicates: 'last' });
    const { train, test } = timed ? split(data, { strategy: 'leave-last-out' }) : split(data, { strategy: 'per-user', seed: 1 });
    const heldOut = timed ? 'the last interaction of each user' : 'a fifth of each user';
    say({ type: 'read', facts: factsOf(table.name, data, test, heldOut) });

    const rows = Array.from({ length: data.itemCount }, (_, k) => data.items.idAt(k)).map((id) => ({ id, text: table.titles[id] ?? id }));
    say({ type: 'progress', family: 'search', phase: 'indexing', part: undefined });
    const it = new Trained(table.titles, { train, test }, await SemanticIndex.build(rows));
    const reports = new Map<Family, EvaluationReport>();
    const scored: Scored[] = [];
    for (const family of families) {
      try {
        const began = performance.now();
        const model = await make[family]().fit(train, {
          onProgress: ({ phase, done, total }) => say({ type: 'progress', family, phase, part: total ? done / total : undefined }),
        });
        const seconds = (performance.now() - began) / 1000;
        it.#models.set(family, model);
        say({ type: 'progress', family, phase: 'evaluating', part: undefined });
        const report = await evaluate(model, { train, test, metrics: ['ndcg', 'recall', 'coverage'], k: 10 });
        reports.set(family, report);
        scored.push({
          family,
          seconds,
          ndcg: report.get('ndcg', 10),
          recall: report.get('recall', 10),
          coverage: report.get('coverage', 10).mean,
        });
      } catch (error) {
        const nothing = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
        scored.push({ family, seconds: 0, ndcg: nothing, recall: nothing, coverage: Number.NaN, failed: messageOf(error) });
      }
      say({ type: 'scored', scored: ranked(scored, reports) });
    }
    say({ type: 'ready' });
    return it;
  }

  /** The list of a user, or of a history; what each item is there for where the model can say. */
  ask(family: Family, user: string | undefined, history: readonly string[]): { list: Listed[]; had: Listed[] } {
    const model = this.#models.get(family);
    if (!model) return { list: [], had: [] };
    const had = user === undefined ? history : itemsOf(this.#train, user);
    const heldOut = new Set(user === undefined ? [] : itemsOf(this.#test, user));
    const options = { n: 10, onUnknown: 'empty' as const };
    const list = user === undefined ? model.recommendFor([...history], options) : model.recommend(user, options);
    const because = this.#because(
      model,
      user,
      history,
      list.map(({ item }) => item),
    );
    return {
      list: list.map(({ item, score }, k) => ({ ...this.#listed(item, score, because[k]), hit: heldOut.has(item) })),
      had: had.map((item) => this.#listed(item)),
    };
  }

  async search(query: string): Promise<Listed[]> {
    return (await this.#index.search(query, { n: 8 })).map(({ item, score }) => this.#listed(item, score));
  }

  #listed(item: string, score = 0, because: string[] = []): Listed {
    return { item, title: this.#titles[item] ?? item, score, because, hit: false };
  }

  /** What of the user's, or of the history, speaks for each item of a list. */
  #because(model: Recommender, user: string | undefined, history: readonly string[], items: readonly string[]): string[][] {
    if (items.length === 0) return [];
    const explained =
      user === undefined
        ? history.length > 1 && model.explainFor?.([...history], items, { n: 2 })
        : model.explain && items.map((item) => model.explain?.(user, item, { n: 2 }));
    return (explained || []).map((one) => one?.contributions.map(({ item }) => this.#titles[item] ?? item) ?? []);
  }
}

function itemsOf({ byUser, users, items }: Interactions, user: string): string[] {
  const row = users.indexOf(user);
  return row < 0 ? [] : Array.from(byUser.indices.subarray(byUser.offsets[row], byUser.offsets[row + 1]), (k) => items.idAt(k));
}

function factsOf(name: string, data: Interactions, test: Interactions, heldOut: string): Facts {
  const someUsers = Array.from({ length: Math.min(200, data.userCount) }, (_, k) => data.users.idAt(k));
  return { name, rows: data.size, users: data.userCount, items: data.itemCount, heldOut, tested: test.userCount, someUsers };
}

/** The best first, each with the paired test against the best. */
function ranked(scored: readonly Scored[], reports: ReadonlyMap<Family, EvaluationReport>): Scored[] {
  const sorted = [...scored].sort(
    (a, b) => (Number.isNaN(b.ndcg.mean) ? -1 : b.ndcg.mean) - (Number.isNaN(a.ndcg.mean) ? -1 : a.ndcg.mean),
  );
  const best = reports.get(sorted[0].family);
  return sorted.map((row, k) => {
    const report = reports.get(row.family);
    return k > 0 && best && report ? { ...row, pBest: compare(best, report, 'ndcg@10').pValue } : row;
  });
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
