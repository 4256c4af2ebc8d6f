/** Where lists come from: factors, contents, products that are new, what everybody likes; and for a product what is bought with it or like it. */
export const placementSources = ['als', 'semantic', 'fresh', 'popular', 'together', 'alike'] as const;
export type PlacementSource = (typeof placementSources)[number];

type Condition = Record<string, unknown>;

/** A rule as an administrator writes it. */
export type PlacementRule =
  | { type: 'pin'; items: string[]; position?: number }
  | { type: 'boost' | 'bury'; where?: Condition; items?: string[]; factor?: number }
  | { type: 'exclude'; where?: Condition; items?: string[] }
  | { type: 'filter'; where: Condition }
  | { type: 'limit'; per: string; max: number };

/** How a list is made. */
export interface Recipe {
  /** Weights; a source with 0 only fills up what the others leave. */
  sources: Partial<Record<PlacementSource, number>>;
  rules: PlacementRule[];
  /** What an event says about a product, on the scale of the stars. */
  event_weights: Partial<Record<'like' | 'purchase' | 'click_product', number>>;
  /** Products that were shown here to the same person in the last so many hours are not shown again; 0 = they may be. */
  no_repeats_hours: number;
  /** Every so many minutes other products of nearly the same score come first; 0 = never. */
  rotation_minutes: number;
}

/** A named slot of a page. */
export interface PlacementDefinition extends Recipe {
  /** Shares of visitors by variant, together 1, and what is different for those of a variant. */
  experiment?: { name: string; variants: Record<string, { share: number; recipe?: Partial<Recipe> }> };
}

const plain = { rules: [], event_weights: {}, no_repeats_hours: 0, rotation_minutes: 0 };

/** Placements that a new shop has. */
export const givenPlacements: Record<string, PlacementDefinition> = {
  home: { ...plain, sources: { als: 0.7, semantic: 0.3, fresh: 0.5, popular: 0 } },
  product: { ...plain, sources: { together: 0.5, alike: 0.5 } },
  cart: { ...plain, sources: { als: 1, popular: 0 }, rules: [{ type: 'limit', per: 'category', max: 3 }] },
};

/** How lists are made for those of a variant. */
export function recipeOf({ experiment, ...recipe }: PlacementDefinition, variant: string | undefined): Recipe {
  return { ...recipe, ...(variant === undefined ? undefined : experiment?.variants[variant]?.recipe) };
}
