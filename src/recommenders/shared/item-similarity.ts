import { type Csr, transpose } from '../../data/csr.ts';
import { grown } from '../../numeric/grown.ts';
import { TopK } from '../../numeric/top-k.ts';
import type { Pace } from '../../work/pace.ts';

/** How the common users of two items become a similarity; see `ItemKnnOptions`. */
export interface SimilarityOptions {
  /** What is compared. */
  similarity: 'cosine' | 'jaccard' | 'tfidf' | 'bm25';
  /** A user with n items weighs n^-userExponent. */
  userExponent: number;
  /** The norm of the recommended item is taken to this power of its square; 1/2 is the cosine. */
  popularityExponent: number;
  /** Added to the denominator. */
  shrinkage: number;
}

/** What is compared: the rows with their values weighted, both ways, and what divides the products. */
export interface ItemFeatures {
  /** Items of each user, with weighted values that already hold the user's weight. */
  byUser: Csr;
  /** Users of each item, with weighted values. */
  byItem: Csr;
  /** Sum of the squared weighted values of each item. */
  squares: Float64Array;
}

/** Weights the values. O(entries). */
export function featuresOf(rows: Csr, { similarity, userExponent }: SimilarityOptions): ItemFeatures {
  const values = Float32Array.from(rows.values, (value) => {
    if (similarity === 'cosine') return value;
    return value > 0 ? (similarity === 'jaccard' ? 1 : similarity === 'tfidf' ? Math.sqrt(value) : value) : 0;
  });
  const count = (user: number) => rows.offsets[user + 1] - rows.offsets[user];
  if (similarity === 'tfidf' || similarity === 'bm25') weightByRarity(rows, values, similarity);
  const byItem = transpose({ ...rows, values });
  const squares = new Float64Array(rows.columns);
  for (let e = 0; e < values.length; e++) squares[rows.indices[e]] += values[e] ** 2;
  const weighted = values.slice();
  for (let user = 0; user < rows.rows; user++) {
    const weight = count(user) ** -userExponent;
    for (let e = rows.offsets[user]; e < rows.offsets[user + 1]; e++) weighted[e] *= weight;
  }
  return { byUser: { ...rows, values: weighted }, byItem, squares };
}

/**
 * The products of items with one item at a time: row j of Xᵀ W X, by the users of j (Gustavson 1978). The arrays are reused from row to
 * row, which is why a row is valid until the next.
 */
export class ItemProducts {
  readonly #features: ItemFeatures;
  readonly #stamp: Int32Array;
  /** Items that share a user with the item asked, itself among them, in no order. */
  readonly touched: Int32Array;
  /** By item: its product with the item asked; only touched ones are valid. */
  readonly dots: Float64Array;

  constructor(features: ItemFeatures) {
    const { columns } = features.byUser;
    this.#features = features;
    this.#stamp = new Int32Array(columns).fill(-1);
    this.touched = new Int32Array(columns);
    this.dots = new Float64Array(columns);
  }

  /** @returns how many items were touched. */
  of(item: number): number {
    const { byUser, byItem } = this.#features;
    const { touched, dots } = this;
    const stamp = this.#stamp;
    let size = 0;
    for (let e = byItem.offsets[item]; e < byItem.offsets[item + 1]; e++) {
      const user = byItem.indices[e];
      const value = byItem.values[e];
      for (let f = byUser.offsets[user], end = byUser.offsets[user + 1]; f < end; f++) {
        const other = byUser.indices[f];
        if (stamp[other] !== item) {
          stamp[other] = item;
          touched[size++] = other;
          dots[other] = 0;
        }
        dots[other] += value * byUser.values[f];
      }
    }
    stamp[item] = -1; // so that the same item can be asked again
    for (let k = 0; k < size; k++) stamp[touched[k]] = -1;
    return size;
  }
}

/** Turns products with one item, in place, into the similarities from it to the others. */
export type ToSimilarity = (from: number, others: Int32Array, count: number, dots: Float64Array) => void;

/** How products become similarities. The cosine without shrinkage is one multiplication, because there are tens of millions of them. */
export function similarityOf({ squares }: ItemFeatures, options: SimilarityOptions): ToSimilarity {
  const { similarity, popularityExponent, shrinkage } = options;
  if (similarity === 'jaccard') {
    return (from, others, count, dots) => {
      for (let k = 0; k < count; k++) dots[others[k]] /= squares[from] + squares[others[k]] - dots[others[k]] + shrinkage;
    };
  }
  const powers = squares.map((square) => square ** popularityExponent);
  if (shrinkage > 0) {
    return (from, others, count, dots) => {
      const root = Math.sqrt(squares[from]);
      for (let k = 0; k < count; k++) dots[others[k]] /= root * powers[others[k]] + shrinkage;
    };
  }
  const inverse = powers.map((power) => (power > 0 ? 1 / power : 0));
  return (from, others, count, dots) => {
    const own = squares[from] > 0 ? 1 / Math.sqrt(squares[from]) : 0;
    for (let k = 0; k < count; k++) dots[others[k]] *= own * inverse[others[k]];
  };
}

/** The `count` most similar items of each item, ascending by index within a row; items with similarity 0 are not among them. */
export async function nearestItems(features: ItemFeatures, options: SimilarityOptions, count: number, pace: Pace): Promise<Csr> {
  const items = features.byUser.columns;
  const toSimilarity = similarityOf(features, options);
  const products = new ItemProducts(features);
  const { touched, dots } = products;
  const best = new TopK(Math.min(count, items));
  const offsets = new Int32Array(items + 1);
  let indices = new Int32Array(1024);
  let values = new Float32Array(1024);
  for (let item = 0; item < items; item++) {
    if (pace.due) await pace.rest(item);
    const found = products.of(item);
    toSimilarity(item, touched, found, dots);
    let least = best.threshold;
    for (let k = 0; k < found; k++) {
      const other = touched[k];
      // The heap rounds to 32 bits and knows about ties; this only skips what is clearly too small.
      if (other === item || dots[other] === 0 || dots[other] < least - 1e-6 * Math.abs(least)) continue;
      best.offer(other, dots[other]);
      least = best.threshold;
    }
    const row = best.take();
    const end = offsets[item] + row.indices.length;
    if (end > indices.length) {
      indices = grown(indices, end);
      values = grown(values, end);
    }
    const order = row.indices.map((_, k) => k).sort((a, b) => row.indices[a] - row.indices[b]);
    order.forEach((k, at) => {
      indices[offsets[item] + at] = row.indices[k];
      values[offsets[item] + at] = row.scores[k];
    });
    offsets[item + 1] = end;
  }
  const end = offsets[items];
  return { rows: items, columns: items, offsets, indices: indices.slice(0, end), values: values.slice(0, end) };
}

/** TF-IDF and Okapi BM25 (k1 = 1.2, b = 0.75) with items as documents and users as words: a user with few items says more. */
function weightByRarity(rows: Csr, values: Float32Array, similarity: 'tfidf' | 'bm25'): void {
  const lengths = new Float64Array(rows.columns);
  for (let e = 0; e < values.length; e++) lengths[rows.indices[e]] += values[e];
  const average = lengths.reduce((a, b) => a + b, 0) / rows.columns;
  for (let user = 0; user < rows.rows; user++) {
    const count = rows.offsets[user + 1] - rows.offsets[user];
    const rarity = Math.log(1 + rows.columns / (1 + count));
    for (let e = rows.offsets[user]; e < rows.offsets[user + 1]; e++) {
      const length = average > 0 ? lengths[rows.indices[e]] / average : 1;
      values[e] = similarity === 'tfidf' ? values[e] * rarity : (values[e] * 2.2 * rarity) / (values[e] + 1.2 * (0.25 + 0.75 * length));
    }
  }
}
