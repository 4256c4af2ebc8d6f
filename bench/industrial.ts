import { join } from 'node:path';
import { compare, type EvaluationReport, evaluate, formatReports, Interactions, SemanticIndex, SequenceLinearRecommender } from 'attune';
import { dataFolder, fromPairs, gzLines } from './support/data.ts';

interface Case {
  user_id: string;
  /** Oldest first. */
  history: number[];
  item_id: number;
}

/** How scores are put together. */
interface Weights {
  /** Of the likeness of contents. */
  content: number;
  /** What the item that was taken last gets: supplies are bought again. */
  again: number;
}

const none: Weights = { content: 0, again: 0 };
const tried: Weights[] = [0, 0.2, 0.4, 1].flatMap((content) => [
  { content, again: 0 },
  { content, again: 1 },
]);
/** Items at the end of a history that stand for its content, and the steps after which one counts e times less. */
const read = 5;
const fading = 2;
/** Likeness counts where it is close. */
const power = 4;

/** A hybrid of a sequence model and contents on Amazon Industrial, case by case as MiniOneRec does it. */
export const industrialBench = {
  name: 'industrial',
  summary: 'A sequence model with and without contents on Amazon Industrial, by the rows of its test file and a paired test.',
  async run(): Promise<void> {
    const folder = dataFolder('amazon-industrial-2018');
    if (!folder) return;
    const lines = (name: string) => gzLines(join(folder, name));
    const [valid, test] = ['valid', 'test'].map((name) => lines(`${name}.jsonl.gz`).map((line) => JSON.parse(line) as Case));
    const products = lines('items.jsonl.gz').map((line) => JSON.parse(line) as { item_id: number; title: string; brand?: string });
    const texts = await SemanticIndex.build(products, {
      id: (row) => String(row.item_id),
      text: (row) => `${row.title} ${row.brand ?? ''}`,
    });
    const rows = lines('interactions.csv.gz').map((line) => line.split(',').slice(0, 2) as [string, string]).slice(1); // biome-ignore format: one line
    console.log('Each row of the test file is a case: all items are ranked but those of its history before the last one.');

    const later = new Set([...valid, ...test].map(pairOf));
    const chosen = new Hybrid(texts, await fitted(rows.filter((pair) => !later.has(pair.join(' ')))));
    const half = valid.filter((_, k) => k % 2 === 0);
    const scores = new Map<Weights, number>();
    for (const weights of tried) scores.set(weights, (await chosen.report(half, weights)).get('ndcg', 10).mean);
    for (const [weights, ndcg] of scores) console.log(`validation ${JSON.stringify(weights)}: NDCG@10 ${ndcg.toFixed(4)}`);
    const best = [...scores].reduce((a, b) => (b[1] > a[1] ? b : a))[0];

    const held = new Set(test.map(pairOf));
    const known = rows.filter((pair) => !held.has(pair.join(' ')));
    console.log(reachOf(known, test));
    const hybrid = new Hybrid(texts, await fitted(known));
    const reports: Record<string, EvaluationReport> = {};
    for (const [name, weights] of Object.entries({ 'sequence-linear': none, again: { ...none, again: best.again }, hybrid: best })) {
      reports[name] = await hybrid.report(test, weights, name);
    }
    console.log(formatReports(reports));
    console.log('published  GRU4Rec: 0.0999 / 0.0669, SASRec: 0.1088 / 0.0806 (MiniOneRec)');
    console.log(compare(reports.hybrid, reports['sequence-linear'], 'ndcg@10').summary);
    console.log(compare(reports.hybrid, reports.again, 'ndcg@10').summary);
  },
};

/** How much there is to learn from who took what together, and from what is popular. */
function reachOf(rows: [string, string][], cases: Case[]): string {
  const { items, byUser, byItem } = setsOf(rows);
  const top = new Set(items.slice(0, 10));
  const fresh = cases.filter(({ user_id, item_id }) => byItem.has(`${item_id}`) && !byUser.get(user_id)?.has(`${item_id}`));
  const reached = fresh.filter(({ user_id, item_id }) => {
    const takers = byItem.get(`${item_id}`);
    return [...(byUser.get(user_id) ?? [])].some((own) =>
      [...(byItem.get(own) ?? [])].some((other) => other !== user_id && takers?.has(other)),
    );
  });
  const popular = fresh.filter(({ item_id }) => top.has(`${item_id}`));
  const share = (part: Case[]) => `${((100 * part.length) / fresh.length).toFixed(1)} %`;
  return `Of ${fresh.length} cases with a known item that is new to the user, another user has it and one of this user's in ${share(reached)}; ${share(popular)} are one of the ten most popular.`;
}

/** Who took what, both ways, and the items, the most popular first. */
function setsOf(rows: [string, string][]) {
  const byUser = new Map<string, Set<string>>();
  const byItem = new Map<string, Set<string>>();
  for (const [user, item] of rows) {
    byUser.set(user, (byUser.get(user) ?? new Set()).add(item));
    byItem.set(item, (byItem.get(item) ?? new Set()).add(user));
  }
  const items = [...byItem].sort((a, b) => b[1].size - a[1].size).map(([item]) => item);
  return { items, byUser, byItem };
}

const pairOf = ({ user_id, item_id }: Case) => `${user_id} ${item_id}`;
const fitted = (rows: [string, string][]) => new SequenceLinearRecommender({ regularization: 20 }).fit(fromPairs(rows));

/** Ranks items for a history by the sum of what a model says, how alike contents are, and whether it was the last one. */
class Hybrid {
  readonly #next: SequenceLinearRecommender;
  readonly #ids: string[];
  readonly #placeOf: Map<string, number>;
  /** items x dimensions */
  readonly #vectors: Float32Array;
  readonly #dimensions: number;
  /** What does not depend on weights, by case. */
  readonly #parts = new Map<Case, { model: Float32Array; alike: Float32Array }>();

  constructor(texts: SemanticIndex, next: SequenceLinearRecommender) {
    this.#next = next;
    this.#ids = [...texts.items];
    this.#placeOf = new Map(this.#ids.map((id, place) => [id, place]));
    this.#dimensions = texts.dimensions;
    this.#vectors = new Float32Array(this.#ids.length * texts.dimensions);
    this.#ids.forEach((id, place) => {
      this.#vectors.set(Float32Array.from(texts.vectorOf(id) ?? []), place * texts.dimensions);
    });
  }

  report(cases: Case[], weights: Weights, name = 'hybrid'): Promise<EvaluationReport> {
    const test = Interactions.fromColumns({ users: cases.map((_, k) => `${k}`), items: cases.map(({ item_id }) => `${item_id}`) });
    const list = (user: string, { n }: { n: number }) => this.#list(cases[Number(user)], n, weights);
    return evaluate(list, { test, metrics: ['hitRate', 'ndcg'], k: 10, candidates: 'all', name });
  }

  #list(one: Case, n: number, { content, again }: Weights): string[] {
    const { model, alike } = this.#partsOf(one);
    const scores = model.map((score, place) => score + content * alike[place]);
    for (const item of one.history) scores[this.#placeOf.get(`${item}`) as number] = Number.NEGATIVE_INFINITY;
    if (again > 0) scores[this.#placeOf.get(`${one.history[one.history.length - 1]}`) as number] = again;
    const best: number[] = [];
    for (let place = 0; place < scores.length; place++) {
      if (best.length === n && !(scores[place] > scores[best[n - 1]])) continue;
      let at = Math.min(best.length, n - 1);
      for (; at > 0 && scores[best[at - 1]] < scores[place]; at--) best[at] = best[at - 1];
      best[at] = place;
    }
    return best.map((place) => this.#ids[place]);
  }

  #partsOf(one: Case) {
    const known = this.#parts.get(one);
    if (known) return known;
    const history = one.history.map(String);
    const model = new Float32Array(this.#ids.length);
    const list = this.#next.recommendFor(history, { n: model.length, includeSeen: true, onUnknown: 'empty' });
    for (const { item, score } of list) model[this.#placeOf.get(item) as number] = score;
    const mean = this.#meanOf(history);
    const alike = model.map((_, place) => {
      let sum = 0;
      for (let e = 0, at = place * mean.length; e < mean.length; e++) sum += mean[e] * this.#vectors[at + e];
      return Math.max(0, sum) ** power;
    });
    this.#parts.set(one, { model, alike });
    return { model, alike };
  }

  /** The contents of the last items, of length 1. */
  #meanOf(history: string[]): Float64Array {
    const mean = new Float64Array(this.#dimensions);
    for (const [k, id] of history.slice(-read).reverse().entries()) {
      const from = (this.#placeOf.get(id) as number) * mean.length;
      for (let e = 0; e < mean.length; e++) mean[e] += Math.exp(-k / fading) * this.#vectors[from + e];
    }
    const length = Math.hypot(...mean) || 1;
    return mean.map((value) => value / length);
  }
}
