import type { HistoryEntry } from '../request.ts';

/** What one source said of an item. */
export interface SourceScore {
  /** Its place among the candidates that this source scored, from 1. */
  rank: number;
  /** The source's own score, comparable within this source only. */
  score: number;
}

/** An item on its way to the page. */
export interface Candidate {
  /** Item id. */
  item: string;
  /** Fused score, as rules have changed it; larger is better. */
  score: number;
  /** What each source said of it. */
  sources: Readonly<Record<string, SourceScore>>;
  /** Whether a rule put it at its place. */
  isPinned?: boolean | undefined;
  /** What rules say of it on the page. */
  notes?: readonly RuleNote[] | undefined;
  /** How a bandit came to choose it. */
  exploration?: Exploration | undefined;
}

/** A reason that a rule gives. */
export interface RuleNote {
  /** A sentence for the page. */
  text: string;
  /** `'calibrated'` or `'explored'`. */
  kind: 'calibrated' | 'explored';
}

/** How a bandit came to choose an item: what a log needs so that other policies can be judged by it. */
export interface Exploration {
  /** Kind of the bandit, such as `'thompson'`. */
  bandit: string;
  /** The probability of this choice among the arms that were left; undefined when the bandit cannot tell, as `linUcb`. */
  propensity: number | undefined;
  /** What could be chosen. */
  arms: readonly string[];
}

/** What a rule looks at in an item, such as `{ brand: 'GE' }`; undefined when nothing is known of it. */
export type ItemAttributes = Readonly<Record<string, unknown>>;

/** What re-rankers may know. */
export interface RerankContext {
  /** Maximum number of items on the page. */
  n: number;
  /** User id. */
  user: string | undefined;
  /** What the visitor did. */
  history: readonly HistoryEntry[];
  /** What was searched for. */
  query: string | undefined;
  /** The request's context. */
  context: Readonly<Record<string, unknown>>;
  /** Items that will be pinned later. */
  pinned: readonly string[];
  /** What is known of an item. */
  attributesOf(item: string): ItemAttributes | undefined;
  /** Whether an item may be on this page at all. */
  isAllowed(item: string): boolean;
}

/** When a rule acts: it filters, changes scores, chooses and orders, puts items at places, or explores around those. */
export type RerankPhase = 'filter' | 'score' | 'select' | 'place' | 'explore';

/** A rule of the page. Rules act by phase, within a phase in the order in which they were given. */
export interface Reranker {
  /** Short name, such as `'boost'`. */
  readonly kind: string;
  /** When it acts. Default `'select'`. */
  readonly phase?: RerankPhase | undefined;
  /** Whether it cannot work without the ranker's `attributes`. */
  readonly needsAttributes?: boolean | undefined;
  /** What the rule says, by which contradictions are found. */
  readonly says?: RuleClaim | undefined;
  /** Candidates come best first. After the phase `'score'` they are sorted again. */
  rerank(candidates: readonly Candidate[], context: RerankContext): Candidate[];
}

/** What a rule claims about items, in comparable form. */
export interface RuleClaim {
  /** Items it names. */
  items?: readonly string[] | undefined;
  /** Its condition as text; equal texts are equal conditions. */
  where?: string | undefined;
  /** It limits this attribute. */
  limits?: string | undefined;
  /** It puts its items at this position and the ones behind. */
  position?: number | undefined;
  /** It puts items at these positions. */
  positions?: readonly number[] | undefined;
  /** It orders the page by this attribute. */
  orders?: string | undefined;
}

/** Rules of this package that give back the candidates they were given and write to none, so that copies and checks would find nothing. */
export const trustedRules = new WeakSet<Reranker>();

/** A re-ranker, or a function that is one. */
export type RerankerLike = Reranker | Reranker['rerank'];
