import { HybridRanker } from 'attune';
import { type Experiment, experiment } from 'attune/experiments';
import type { Decisions } from '../decisions.ts';
import { notFound, ShopError } from '../errors.ts';
import { givenPlacements, type PlacementDefinition, recipeOf } from './definition.ts';
import { checkRule, rulesOf } from './rules.ts';

/** A version of a placement; 0 is what a new shop has. */
export interface PlacementVersion {
  version: number;
  saved_at: string | null;
  definition: PlacementDefinition;
}

/** All placements with all their versions. What was saved is in the log of decisions; the newest version answers. */
export class Placements {
  readonly #decisions: Decisions;
  readonly #versions = new Map<string, PlacementVersion[]>();
  /** Numbers go on after a placement was removed: lists and rankers that are kept are known by them. */
  readonly #latest = new Map<string, number>();
  readonly #experiments = new Map<string, Experiment>();

  private constructor(decisions: Decisions) {
    this.#decisions = decisions;
    for (const [name, definition] of Object.entries(givenPlacements))
      this.#versions.set(name, [{ version: 0, saved_at: null, definition }]);
  }

  static async open(decisions: Decisions): Promise<Placements> {
    const placements = new Placements(decisions);
    for (const { type, placement, definition, timestamp } of await decisions.all('placement_saved', 'placement_removed')) {
      if (type === 'placement_removed') placements.#versions.delete(String(placement));
      else placements.#put(String(placement), definition as PlacementDefinition, timestamp);
    }
    return placements;
  }

  get names(): string[] {
    return [...this.#versions.keys()];
  }

  /** Oldest first. @throws when there is no such placement */
  versionsOf(name: string): readonly PlacementVersion[] {
    const versions = this.#versions.get(name);
    if (!versions) throw notFound('placement', name);
    return versions;
  }

  /** The version that answers. @throws when there is no such placement */
  get(name: string): PlacementVersion {
    return this.versionsOf(name).at(-1) as PlacementVersion;
  }

  /** Which variant somebody sees; undefined without an experiment. */
  variantOf(name: string, user: string): string | undefined {
    const { definition, version } = this.get(name);
    if (!definition.experiment) return undefined;
    const key = `${name} ${version}`;
    const known = this.#experiments.get(key) ?? experimentOf(definition.experiment);
    this.#experiments.set(key, known);
    return known.variantOf(user);
  }

  /** Variants of the version that answers, in the order of its definition; none without an experiment. */
  variantsOf(name: string): string[] {
    return Object.keys(this.get(name).definition.experiment?.variants ?? {});
  }

  /** @throws when the definition cannot be followed; then nothing is changed */
  async save(name: string, definition: PlacementDefinition): Promise<PlacementVersion> {
    checkDefinition(definition);
    const { timestamp } = await this.#decisions.add('placement_saved', { placement: name, definition });
    return this.#put(name, definition, timestamp);
  }

  async remove(name: string): Promise<void> {
    this.versionsOf(name);
    await this.#decisions.add('placement_removed', { placement: name });
    this.#versions.delete(name);
  }

  #put(name: string, definition: PlacementDefinition, savedAt: number): PlacementVersion {
    const versions = this.#versions.get(name) ?? [];
    const version = (this.#latest.get(name) ?? 0) + 1;
    const saved = { version, saved_at: new Date(savedAt).toISOString(), definition };
    this.#versions.set(name, [...versions, saved]);
    this.#latest.set(name, version);
    return saved;
  }
}

function experimentOf({ name, variants }: NonNullable<PlacementDefinition['experiment']>): Experiment {
  return experiment({ name, variants: Object.fromEntries(Object.entries(variants).map(([variant, { share }]) => [variant, share])) });
}

/** Tries everything that a definition says, so that a mistake is told to the one who makes it and not to visitors. @throws when it cannot be followed */
export function checkDefinition(definition: PlacementDefinition): void {
  if (definition.experiment) experimentOf(definition.experiment);
  for (const variant of [undefined, ...Object.keys(definition.experiment?.variants ?? {})]) {
    const recipe = recipeOf(definition, variant);
    for (const rule of recipe.rules) checkRule(rule);
    // Rules that contradict each other are refused by the ranker.
    new HybridRanker({ sources: { none: () => [] }, attributes: () => undefined, rerank: rulesOf(recipe, 0) });
    if (Object.values(recipe.sources).every((weight) => !weight)) {
      throw new ShopError('ERR_VALIDATION', 'sources: at least one needs a weight above 0.');
    }
  }
}
