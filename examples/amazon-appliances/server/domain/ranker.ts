import { diversify, HybridRanker, type HybridSource, type RerankerLike, type SourceFunction, weighted } from 'attune';
import type { Catalogue } from './catalogue.ts';
import { notReady } from './errors.ts';
import type { LiveModels } from './live-models.ts';
import type { PlacementSource, Recipe } from './placements/definition.ts';

export const modelNames = ['hybrid', 'als', 'semantic', 'popular'] as const;
export type ModelName = (typeof modelNames)[number];

export const sides = ['both', 'content', 'behaviour'] as const;
export type Side = (typeof sides)[number];

/** Pages up to this size are mixed so that not every product is like the one before; longer lists are for machines. */
const longestMixedPage = 100;

/**
 * How many products each source names for such a page, three times those of a row of cards, and how many of the best are mixed together. With
 * more of them pages are as diverse, and find held-out products as often within the error of such a count, but ranking takes longer.
 */
const candidates = 30;
const mixed = 40;

/** The same for placements, whose rules leave some out. */
const placementCandidates = 100;

/** The same for what is like one product. */
const similarCandidates = 40;

/** How much behaviour counts against content, where both have something to say. */
const weights = { als: 0.7, semantic: 0.3, fresh: 0.5 };

/** The rankers of the models that are loaded now, made once for each kind of page. */
export class Rankers {
  readonly #live: LiveModels;
  readonly #catalogue: Catalogue;
  readonly #made = new Map<string, HybridRanker>();
  #version = -1;

  constructor(live: LiveModels, catalogue: Catalogue) {
    this.#live = live;
    this.#catalogue = catalogue;
  }

  /** Ranks for people. All models together, or one of them with what everybody likes behind it. */
  for(model: ModelName, n: number): HybridRanker {
    const isMixed = n <= longestMixedPage;
    return this.#once(`${model} ${isMixed}`, () => this.#forPeople(model, isMixed));
  }

  /** Ranks what is like one product, `context.item`: by who likes it, by what it says of itself, or both. */
  similarity(side: Side): HybridRanker {
    return this.#once(`similar ${side}`, () => this.#similarity(side));
  }

  /** Ranks for a placement. @param key names the recipe, so that each is prepared once */
  placement(key: string, { sources: weights }: Recipe, rules: () => RerankerLike[]): HybridRanker {
    return this.#once(`placement ${key}`, () => {
      const { als, popularList, neighbours, fresh } = this.#live;
      const all = { als, semantic: neighbours, fresh: fresh?.source, popular: popularList, together: this.#together, alike: this.#alike };
      const named = Object.fromEntries(Object.keys(weights).map((name) => [name, all[name as PlacementSource]]));
      // A shop without new products has no source of them, and a placement of nothing else shows what everybody likes.
      const sources = present(Object.values(named).some((it) => it !== undefined) ? named : { popular: popularList });
      const theirs = Object.entries(weights).filter(([name, weight]) => name in sources && weight > 0);
      return new HybridRanker({
        sources,
        attributes: (item) => this.#attributesOf(item),
        fusion: theirs.length > 0 ? weighted(Object.fromEntries(theirs)) : weighted(),
        candidates: placementCandidates,
        rerank: [...rules(), ...(neighbours ? [diversify({ lambda: 0.8, by: neighbours })] : [])],
      });
    });
  }

  #once(name: string, make: () => HybridRanker): HybridRanker {
    if (this.#version !== this.#live.version) {
      this.#made.clear();
      this.#version = this.#live.version;
    }
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made;
  }

  #forPeople(model: ModelName, isMixed: boolean): HybridRanker {
    const { als, popularList: popular, neighbours: search, fresh } = this.#live;
    const sources = present({
      als: model === 'hybrid' || model === 'als' ? als : undefined,
      semantic: model === 'hybrid' || model === 'semantic' ? search : undefined,
      fresh: model === 'hybrid' ? fresh?.source : undefined,
      popular,
    });
    return new HybridRanker({
      sources,
      attributes: (item) => this.#catalogue.get(item) as Record<string, unknown> | undefined,
      fusion: fusionOf(sources),
      candidates: isMixed ? candidates : undefined,
      rerank: search && isMixed ? [diversify({ lambda: 0.8, by: search, depth: mixed })] : [],
    });
  }

  /** What the same people like. */
  readonly #together: SourceFunction = (request) => {
    const options = { n: request.n, exclude: request.exclude, onUnknown: 'empty' } as const;
    return explained(this.#live.als?.similarItems(productOf(request), options) ?? [], 'Liked by the same people');
  };

  /** What is described alike. */
  readonly #alike: SourceFunction = (request) =>
    explained(this.#live.neighbours?.near(productOf(request), request.n, request.exclude) ?? [], 'Alike in what it is');

  /** What rules look at. */
  #attributesOf(item: string): Record<string, unknown> | undefined {
    const card = this.#catalogue.get(item);
    return card && { ...card, brand: card.store };
  }

  #similarity(side: Side): HybridRanker {
    const { als, neighbours } = this.#live;
    return new HybridRanker({
      sources: present({
        behaviour: als && side !== 'content' ? this.#together : undefined,
        content: neighbours && side !== 'behaviour' ? this.#alike : undefined,
      }),
      attributes: (item) => this.#catalogue.get(item) as Record<string, unknown> | undefined,
      candidates: similarCandidates,
    });
  }
}

/** The product that a list is about. */
const productOf = ({ context }: Parameters<SourceFunction>[0]) => (typeof context.item === 'string' ? context.item : '');

function fusionOf(sources: Record<string, HybridSource>) {
  const theirs = Object.entries(weights).filter(([name]) => name in sources);
  return theirs.length > 0 ? weighted(Object.fromEntries(theirs)) : weighted();
}

const explained = <T>(list: readonly T[], reason: string) => list.map((entry) => ({ ...entry, reason }));

function present(sources: Partial<Record<string, HybridSource>>): Record<string, HybridSource> {
  const there = Object.entries(sources).filter((it): it is [string, HybridSource] => it[1] !== undefined);
  if (there.length === 0) throw notReady('model for this');
  return Object.fromEntries(there);
}
