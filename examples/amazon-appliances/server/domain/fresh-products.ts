import type { AlsRecommender, AnsweringSource, PopularityRecommender, SemanticIndex } from 'attune';
import { type ContentBridge, contentBridge } from 'attune/cold-start';

/** Products to learn from how contents become factors, the most popular ones: enough for good factors, and done in a moment. */
const learnedFrom = 1500;
/** A new product is compared with so many of those. */
const comparedWith = 150;

/** Products that came after the factors were learned, ranked by the factors that their contents foretell. */
export class FreshProducts {
  readonly #als: AlsRecommender;
  readonly #bridge: ContentBridge;
  readonly #compared: readonly string[];
  #ids: readonly string[];
  /** Whether the bridge knows other products than these. */
  #isOutdated = false;

  /** @throws ERR_EMPTY when there is too little to learn from */
  constructor(als: AlsRecommender, search: SemanticIndex, popular: PopularityRecommender, ids: readonly string[]) {
    const known = popular
      .recommendFor([], { n: learnedFrom })
      .map(({ item }) => item)
      .filter((item) => als.items.has(item) && search.has(item));
    this.#als = als;
    this.#ids = ids;
    this.#compared = known.slice(0, comparedWith);
    this.#bridge = contentBridge({ recommender: part(als, known), vectors: this.#contents(search, known), maxItems: learnedFrom });
  }

  /** Takes in others instead, when it is asked next: an administrator may change many one by one. */
  replace(ids: readonly string[]): void {
    this.#ids = ids;
    this.#isOutdated = true;
  }

  /** As a source of a ranker. Popular products are ranked with them, so that the scale is the same. */
  get source(): AnsweringSource {
    return {
      role: 'content',
      canAnswer: ({ user, history }) => history.length > 0 || (user !== undefined && this.#als.users.has(user)),
      answer: (request) => {
        if (this.#isOutdated) this.#bridge.refresh();
        this.#isOutdated = false;
        return this.#bridge.answer({ ...request, only: [...this.#compared, ...this.#ids] });
      },
    };
  }

  #contents(search: SemanticIndex, known: readonly string[]) {
    const self = this;
    return {
      get size() {
        return known.length + self.#ids.length;
      },
      get items() {
        return [...known, ...self.#ids].values();
      },
      vectorOf: (item: string) => search.vectorOf(item),
    };
  }
}

/** A model cut down to some of its items. */
function part(als: AlsRecommender, items: readonly string[]) {
  const { data, columns } = als.itemFactors;
  const rows = new Float32Array(items.length * columns);
  items.forEach((item, row) => {
    const from = als.items.indexOf(item) * columns;
    rows.set(data.subarray(from, from + columns), row * columns);
  });
  const rowOf = new Map(items.map((item, row) => [item, row]));
  return {
    itemFactors: { data: rows, rows: items.length, columns },
    items: {
      indexOf: (item: unknown) => rowOf.get(String(item)) ?? -1,
      idAt: (row: number) => items[row],
      has: (item: unknown) => rowOf.has(String(item)),
    },
    users: als.users,
    options: als.options,
    recommend: als.recommend.bind(als),
    recommendFor: als.recommendFor.bind(als),
    interactionsOf: als.interactionsOf.bind(als),
  };
}
