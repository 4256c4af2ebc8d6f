import { AttuneError, shown } from '../errors.ts';
import { number, readOptions } from '../options.ts';

/**
 * How a page came about. `'personalized'`: a collaborative model knows the user, from at least `knownAfter` interactions.
 * `'fold-in'`: it was asked with a history, or knows the user from fewer. `'content'`: from a query, interests, or items that
 * only content knows. `'popular'`: nothing is known.
 */
export type Strategy = 'personalized' | 'fold-in' | 'content' | 'popular';

/**
 * What kind of evidence a source uses. `'collaborative'`: what others did. `'content'`: what items are. `'popular'`: the same for everybody;
 * asked when little is known, and in reserve. `'custom'`: a function of which nothing is known; it always has its full weight.
 */
export type SourceRole = 'collaborative' | 'content' | 'popular' | 'custom';

/** What one source knows of one visitor. */
export interface SourceKnowledge {
  /** What kind of evidence it uses. */
  role: SourceRole;
  /** Its weight in the fusion, from 0. */
  weight: number;
  /** How many interactions of the visitor it knows; Infinity when it knows the user, but cannot say from how many. */
  interactions: number;
  /** Whether it can answer words: a query or interests were given. */
  words: boolean;
}

/** Options of {@link coldStart}. */
export interface ColdStartOptions<Roles extends Readonly<Record<string, SourceRole>> = Readonly<Record<string, SourceRole>>> {
  /** From how many interactions on a user is known: a collaborative source then has nine tenths of its weight. From 0, default 3. */
  knownAfter?: number | undefined;
  /** From how many on a content source has nine tenths of its weight, without words. From 0, default 1. */
  contentAfter?: number | undefined;
  /** Role by name of source, where it cannot be seen from the source itself, as in a function. */
  roles?: Roles | undefined;
}

/** Who gets which sources when little is known; made by {@link coldStart}. `Name` is the type of the names in `roles`. */
// biome-ignore lint/suspicious/noExplicitAny: one whose names are not known before the program runs must go with any ranker.
export interface ColdStart<Name extends string = any> {
  /** From how many interactions on a user is known. */
  readonly knownAfter: number;
  /** Roles that were given, by name of source. */
  readonly roles: Readonly<Record<string, SourceRole>>;
  /** The names in `roles`; a ranker without one of these sources refuses it. */
  readonly sources?: readonly Name[] | undefined;
  /** How far a source can be trusted, from 0 to 1. */
  evidence(source: SourceKnowledge): number;
  /** The weight of each source for one visitor, in the order given. */
  weights(sources: readonly SourceKnowledge[]): number[];
}

/** The roles a source can have. */
const sourceRoles: readonly SourceRole[] = ['collaborative', 'content', 'popular', 'custom'];

/**
 * Blends sources by what is known of the visitor, without a step anywhere. With t the number of interactions that a source knows,
 *
 *     evidence = 1 - 0.1^(t / after)
 *
 * where `after` is `knownAfter` for collaborative and `contentAfter` for content sources, so that evidence is 0 without interactions and
 * .9 after that many. A content source that gets words (a query, interests) and a custom one have evidence 1. Then, with w the weight in
 * the fusion and E the largest evidence of a source that has a weight,
 *
 *     weight  = w * evidence                    of every other source,
 *     weight  = w * E + (1 - E) * max(w)        of a popular one.
 *
 * With the defaults a collaborative source has .54, .78, .90, .95 of its weight after 1, 2, 3, 4 interactions.
 *
 * @throws ERR_BAD_OPTION
 */
export function coldStart<Roles extends Readonly<Record<string, SourceRole>> = Record<never, SourceRole>>(
  options: ColdStartOptions<Roles> = {},
  // biome-ignore lint/suspicious/noExplicitAny: as above.
): ColdStart<string extends keyof Roles ? any : keyof Roles & string> {
  const { knownAfter, contentAfter, roles } = readOptions('coldStart', options, {
    knownAfter: number({ default: 3, min: 0 }),
    contentAfter: number({ default: 1, min: 0 }),
    roles: rolesOption,
  });
  const evidence = ({ role, words, interactions }: SourceKnowledge): number => {
    if (role === 'custom' || (role === 'content' && words)) return 1;
    if (role === 'popular') return 0;
    return trust(interactions, role === 'content' ? contentAfter : knownAfter);
  };
  return {
    knownAfter,
    roles,
    sources: Object.keys(roles) as never[],
    evidence,
    weights(sources) {
      const others = sources.filter((source) => source.role !== 'popular' && source.weight > 0);
      const best = Math.max(0, ...others.map(evidence));
      const largest = others.length === 0 ? 1 : Math.max(...others.map((source) => source.weight));
      return sources.map((source) =>
        source.role === 'popular' ? source.weight * best + (1 - best) * largest : source.weight * evidence(source),
      );
    },
  };
}

/** 1 - 0.1^(t / after); a model is never trusted without an interaction, and fully at once when `after` is 0. */
function trust(interactions: number, after: number): number {
  if (interactions <= 0) return 0;
  return after === 0 ? 1 : 1 - 0.1 ** (interactions / after);
}

function rolesOption(value: unknown, name: string): Record<string, SourceRole> {
  if (value === undefined) return {};
  const ok = typeof value === 'object' && value !== null && Object.values(value).every((role) => sourceRoles.includes(role as SourceRole));
  if (ok) return { ...(value as Record<string, SourceRole>) };
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be an object of ${sourceRoles.map(shown).join(', ')} by name of source, got ${shown(value)}.`,
  );
}
