import { type Kind, type ProductType, productTypes } from './catalogue/index.ts';
import { type Maker, makers, type PartMaker, partMakers, type Tier } from './catalogue/makers.ts';
import { cumulate, Random } from './random.ts';
import { describe, type ProductText } from './wording.ts';

/** Products that belong together: one maker's model series with its parts, or accessories that fit everything. */
export interface Ecosystem {
  kind: Kind;
  /** undefined: accessories for every make. */
  maker?: Maker;
  models: string[];
  /** The one appliance that this series is. */
  appliance?: ProductType;
  products: number[];
  /** The group of accessories that owners of this series choose from. */
  accessories?: number;
}

/** A product with what decides who buys it and how they like it. */
export interface Product extends ProductText {
  asin: string;
  type: ProductType;
  ecosystem: number;
  tier: Tier;
  /** Made by the maker of the appliance. */
  genuine: boolean;
  /** How good it is, about standard normal. */
  quality: number;
  /** How often it is bought, Zipf over all products. */
  weight: number;
}

export interface Catalogue {
  products: Product[];
  ecosystems: Ecosystem[];
}

const productsInEcosystem = 34;
const zipfExponent = 0.95;

/** Makes a catalogue: series of models by maker, their parts, and accessories, each with a place in a Zipf law. */
export function makeCatalogue(size: number, seed: number): Catalogue {
  const random = new Random(seed, 'catalogue');
  const ecosystems = makeEcosystems(size, random);
  const chooseEcosystem = cumulate(ecosystems.map((it) => it.share));
  const byPlace = new Map<string, { types: ProductType[]; chances: Float64Array }>();
  const asins = new Set<string>();
  const products: Product[] = [];
  const appeal: number[] = [];
  while (products.length < size) {
    // Every ecosystem gets a few products before chance decides.
    const index = products.length < ecosystems.length * 3 ? products.length % ecosystems.length : random.weighted(chooseEcosystem);
    const ecosystem = ecosystems[index];
    const { types, chances } = typesOf(ecosystem, byPlace);
    const type = types[random.weighted(chances)];
    const genuine = ecosystem.maker !== undefined && (type.role === 'appliance' || random.chance(0.3));
    const maker = genuine ? (ecosystem.maker as Maker) : choosePartMaker(type, random);
    const text = describe(type, maker, ecosystem, genuine, random);
    ecosystem.products.push(products.length);
    products.push({
      ...text,
      asin: newAsin(asins, random),
      type,
      ecosystem: index,
      tier: maker.tier,
      genuine,
      quality: 0.35 * (maker.tier - 1) + (genuine ? 0.25 : 0) + 0.8 * random.normal(),
      weight: 0,
    });
    appeal.push(Math.log(type.demand) + Math.log(ecosystem.pull) + 1.1 * random.normal());
  }
  // Rank by appeal, then weight by rank: the head is flattened as in real shops (Zipf-Mandelbrot).
  const order = Array.from(appeal.keys()).sort((a, b) => appeal[b] - appeal[a]);
  const flat = 4 + size / 400;
  for (const [rank, index] of order.entries()) products[index].weight = (rank + 1 + flat) ** -zipfExponent;
  return { products, ecosystems };
}

/** The bigger the catalogue, the more series each maker has; a series keeps its size. */
function makeEcosystems(size: number, random: Random) {
  const ecosystems: (Ecosystem & { share: number; pull: number })[] = [];
  const kinds = [...new Set(productTypes.map((type) => type.kind))];
  const shareOf = (kind: Kind, universal: boolean) =>
    sum(productTypes.filter((type) => type.kind === kind && (type.role === 'universal') === universal).map((type) => type.share));
  const total = sum(productTypes.map((type) => type.share));
  for (const kind of kinds) {
    const groups = Math.ceil((size * shareOf(kind, true)) / total / productsInEcosystem);
    const first = ecosystems.length;
    for (let g = 0; g < groups; g++) ecosystems.push({ kind, models: [], products: [], share: shareOf(kind, true) / groups, pull: 1 });
    const ofKind = makers.filter((maker) => maker.kinds[kind]);
    const weights = sum(ofKind.map((maker) => maker.kinds[kind]?.weight ?? 0));
    for (const maker of ofKind) {
      const { weight, models } = maker.kinds[kind] as { weight: number; models: string[] };
      const share = (shareOf(kind, false) * weight) / weights;
      const series = Math.max(1, Math.round((size * share) / total / productsInEcosystem));
      for (let s = 0; s < series; s++) {
        const numbers = Array.from({ length: 4 }, () => random.pattern(random.pick(models)));
        const accessories = groups > 0 ? first + random.below(groups) : undefined;
        const appliances = appliancesOf(kind, maker);
        const appliance = appliances[random.weighted(cumulate(appliances.map((type) => type.share)))];
        ecosystems.push({
          kind,
          maker,
          models: numbers,
          appliance,
          products: [],
          accessories,
          share: share / series,
          pull: Math.exp(0.5 * random.normal()),
        });
      }
    }
  }
  return ecosystems;
}

/** The big makers build large appliances, the small ones small ones, where a kind has both. */
function appliancesOf(kind: Kind, maker: Maker): ProductType[] {
  const all = productTypes.filter((type) => type.kind === kind && type.role === 'appliance');
  const own = all.filter((type) => (type.topic === 'small') === (maker.compact ?? false));
  return own.length > 0 ? own : all;
}

/** What an ecosystem holds: its appliance and parts for it, or accessories. */
function typesOf({ kind, maker, appliance }: Ecosystem, cache: Map<string, { types: ProductType[]; chances: Float64Array }>) {
  const place = `${kind}/${appliance?.noun}`;
  let found = cache.get(place);
  if (!found) {
    const types = productTypes.filter(
      (type) => type.kind === kind && (maker ? type === appliance || type.role === 'part' : type.role === 'universal'),
    );
    found = { types, chances: cumulate(types.map((type) => (type === appliance ? Math.max(type.share, 1.2) : type.share))) };
    cache.set(place, found);
  }
  return found;
}

function choosePartMaker(type: ProductType, random: Random): PartMaker {
  const able = partMakers.filter((maker) => (maker.topics?.includes(type.topic) ?? true) && (maker.kinds?.includes(type.kind) ?? true));
  // The three that come first in a list of their own sell most of one type.
  const favourite = (type.noun.length * 7 + type.noun.charCodeAt(0)) % able.length;
  return random.chance(0.35) ? able[(favourite + random.below(3)) % able.length] : random.pick(able);
}

function newAsin(taken: Set<string>, random: Random): string {
  for (;;) {
    let asin = 'B0';
    for (let i = 0; i < 8; i++) asin += '0123456789BCDFGHJKLMNPQRSTVWXYZ'[random.below(31)];
    if (taken.has(asin)) continue;
    taken.add(asin);
    return asin;
  }
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
