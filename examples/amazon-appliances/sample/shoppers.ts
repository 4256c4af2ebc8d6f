import type { Catalogue, Product } from './products.ts';
import { cumulate, Random } from './random.ts';

/** One rating before it has words. */
export interface Purchase {
  product: number;
  rating: 1 | 2 | 3 | 4 | 5;
  timestamp: number;
}

/** What a household likes: a price band, and original parts or replacements. */
interface Taste {
  tier: 0 | 1 | 2;
  genuine: boolean;
}

const tastes: Taste[] = ([0, 1, 2] as const).flatMap((tier) => [
  { tier, genuine: false },
  { tier, genuine: true },
]);
const tasteShares = cumulate([0.27, 0.08, 0.28, 0.16, 0.07, 0.14]);

/** Shares of one star to five, as in the real set: mean 4.23. */
const starShares = [0.108, 0.041, 0.057, 0.102, 0.692];

const firstDay = Date.UTC(2004, 0, 1);
const lastDay = Date.UTC(2023, 8, 12);
const day = 86_400_000;

/**
 * Makes households one after the other. Most rate one thing; the others come back for what goes with it: parts for the
 * same series, an accessory, the same make for another room, and now and then anything.
 */
export class Shoppers {
  readonly #catalogue: Catalogue;
  readonly #random: Random;
  readonly #everything: Float64Array[];
  readonly #inEcosystem: (Float64Array | undefined)[][];
  readonly #sameMaker = new Map<string, number[]>();
  readonly #thresholds: number[];

  constructor(catalogue: Catalogue, seed: number) {
    this.#catalogue = catalogue;
    this.#random = new Random(seed, 'shoppers');
    this.#everything = tastes.map((taste) => cumulate(catalogue.products.map((product) => product.weight * liking(taste, product))));
    this.#inEcosystem = tastes.map(() => new Array(catalogue.ecosystems.length));
    for (const [index, { maker }] of catalogue.ecosystems.entries()) {
      if (maker) this.#sameMaker.set(maker.name, [...(this.#sameMaker.get(maker.name) ?? []), index]);
    }
    this.#thresholds = this.#calibrate();
  }

  /** The ratings of one more household, in the order of time. */
  next(): Purchase[] {
    const random = this.#random;
    const taste = random.weighted(tasteShares);
    const wanted = householdSize(random);
    const first = random.weighted(this.#everything[taste]);
    let home = this.#catalogue.products[first].ecosystem;
    const bought = [first];
    for (let tries = 0; bought.length < wanted && tries < wanted * 6; tries++) {
      // Somebody who came for an accessory has an appliance, too.
      if (!this.#catalogue.ecosystems[home].maker) home = this.#seriesWith(home) ?? home;
      const product = this.#another(taste, home);
      if (!bought.includes(product)) bought.push(product);
    }
    // Few in the first years, most in the last ones.
    let time = lastDay - (lastDay - firstDay) * Math.min(1, Math.abs(random.normal()) * 0.31);
    const steps = bought.map((_, k) => (k === 0 ? 0 : Math.ceil(-Math.log(1 - random.next()) * 55 * day)));
    // Late starters would run past the end of the set: they start earlier instead.
    const span = steps.reduce((a, b) => a + b, 0);
    time = Math.max(firstDay, Math.min(time, lastDay - span));
    return bought.map((product, k) => {
      time = Math.min(lastDay, time + steps[k]);
      return {
        product,
        rating: this.#stars(this.#delight(taste, product)),
        timestamp: Math.floor(time + (k === 0 ? random.next() * day : random.next() * 3600_000)),
      };
    });
  }

  #another(taste: number, home: number): number {
    const { accessories, maker } = this.#catalogue.ecosystems[home];
    const random = this.#random;
    const place = random.next();
    if (place < 0.64) return this.#from(taste, home);
    if (place < 0.82 && accessories !== undefined) return this.#from(taste, accessories);
    if (place < 0.92 && maker) return this.#from(taste, random.pick(this.#sameMaker.get(maker.name) ?? [home]));
    return random.weighted(this.#everything[taste]);
  }

  #from(taste: number, ecosystem: number): number {
    const { products } = this.#catalogue.ecosystems[ecosystem];
    this.#inEcosystem[taste][ecosystem] ??= cumulate(
      products.map((index) => this.#catalogue.products[index].weight * liking(tastes[taste], this.#catalogue.products[index])),
    );
    return products[this.#random.weighted(this.#inEcosystem[taste][ecosystem] as Float64Array)];
  }

  #seriesWith(accessories: number): number | undefined {
    const owners = this.#catalogue.ecosystems.flatMap((it, index) => (it.accessories === accessories ? [index] : []));
    return owners.length > 0 ? this.#random.pick(owners) : undefined;
  }

  /** Half the product, a little the match with the taste, half luck. */
  #delight(taste: number, product: number): number {
    const it = this.#catalogue.products[product];
    const match = it.tier === tastes[taste].tier ? 0.25 : it.tier > tastes[taste].tier ? -0.1 : -0.3;
    return 0.55 * it.quality + match + this.#random.normal();
  }

  #stars(delight: number): 1 | 2 | 3 | 4 | 5 {
    let stars = 1;
    while (stars < 5 && delight > this.#thresholds[stars - 1]) stars++;
    return stars as 1 | 2 | 3 | 4 | 5;
  }

  /** Where delight turns into one star more, so that the shares come out right. */
  #calibrate(): number[] {
    const delights = Float64Array.from({ length: 20_000 }, () => {
      const taste = this.#random.weighted(tasteShares);
      return this.#delight(taste, this.#random.weighted(this.#everything[taste]));
    }).sort();
    const below = cumulate(starShares);
    return [0, 1, 2, 3].map((k) => delights[Math.floor(below[k] * delights.length)]);
  }
}

/** How much more likely a household with this taste buys this product. */
function liking(taste: Taste, product: Product): number {
  const sameBand = Math.exp(-1.3 * Math.abs(taste.tier - product.tier));
  return product.type.role === 'part' && taste.genuine !== product.genuine ? sameBand * 0.25 : sameBand;
}

/** 1.19 ratings on average: nine of ten rate once, the others 2.9 times. */
function householdSize(random: Random): number {
  if (!random.chance(0.0985)) return 1;
  let size = 2;
  while (size < 40 && random.chance(0.475)) size++;
  return size;
}
