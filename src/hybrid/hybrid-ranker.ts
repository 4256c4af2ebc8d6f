import type { Strategy } from '../cold-start/strategy.ts';
import { type Id, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { isVector } from '../numeric/is-vector.ts';
import { readOptions } from '../options.ts';
import { CandidateSearch, findsQuery, type Standing } from './candidate-search.ts';
import { reasonOf } from './deadline.ts';
import type { SourceList } from './fusion.ts';
import { type HybridRankerOptions, type HybridSources, type RankerSettings, readRankerOptions } from './ranker-options.ts';
import { type Reason, reasonsOf } from './reasons.ts';
import { type RankOptions, type RankRequest, rankChecks, readRequest } from './request.ts';
import { type Rules, rulesFor } from './rules/apply.ts';
import type { Candidate, Exploration, SourceScore } from './rules/reranker.ts';
import { candidatesOf } from './scoring.ts';
import type { Skipped } from './skipped.ts';
import type { Visitor } from './sources.ts';
import { strategyOf } from './strategy-of.ts';
import { visitorOf } from './visitor.ts';
import { type MissingItem, type RankedWhyNot, whyNotOf } from './why-not.ts';

/** One item of a page. */
export interface RankedItem {
  /** Item id. */
  item: string;
  /**
   * Fused score after rules; larger is better. Falls along the page but for pinned, diversified, calibrated and explored items. With a query
   * it lies in the band of the item's relevance. What only fills up the page, or was found when more candidates were asked for, has scores below 0.
   */
  score: number;
  /** What each source said of it: place from 1 among the candidates that it scored, and its own score. */
  sources: Record<string, SourceScore>;
  /** Why it is here, the weightiest first. Never empty, unless reasons were not wanted. */
  reasons: Reason[];
  /** Only where `exploration` put the item: how its bandit came to choose it, to be logged with the outcome. */
  exploration?: Exploration;
}

/** What {@link HybridRanker.rank} answers. */
export interface RankedPage {
  /** Best first, each item once, at most `n`. */
  items: RankedItem[];
  /** How the page came about. */
  strategy: Strategy;
  /**
   * What failed on the way: sources that threw, were late, answered with something unusable, or could not be asked for as many candidates
   * as a full page would have needed. Empty when all went well.
   */
  skipped: Skipped[];
}

/** A page on its way. */
interface Draft {
  visitor: Visitor;
  rules: Rules;
  standing: ReadonlyMap<string, Standing>;
  search: CandidateSearch;
  n: number;
  /** What was found, best kind of source first. */
  tiers: SourceList[][];
  /** What could be on the page, before rules. */
  candidates: Candidate[];
  /** Those of them that go before whatever is found later. */
  settled: Candidate[];
  /** The same after rules; the page is its beginning. */
  ranked: Candidate[];
  skipped: Skipped[];
}

/**
 * Makes one page out of several sources: asks them at once, each no longer than its deadline, weighs them by what is known of the visitor,
 * fuses their lists, applies rules, and says why. A source that fails never breaks the page. When too few of the candidates are left for the
 * page, sources are asked for more until it is full or they are exhausted; what they bring then comes behind, so that a page is the
 * beginning of every longer one.
 *
 * @example
 * const ranker = new HybridRanker({ sources: { als, semantic: index, popular }, fusion: weighted({ als: 0.7, semantic: 0.3 }) });
 * const page = await ranker.rank({ user: 'A1' }, { n: 20 });
 */
export class HybridRanker<const Sources extends HybridSources = HybridSources> {
  readonly #settings: RankerSettings;

  /**
   * @throws ERR_BAD_OPTION, also for weights, roles or deadlines of sources that are not there, for rules that contradict each other, and
   *   for rules that need attributes when there are none.
   */
  constructor(options: HybridRankerOptions<Sources>) {
    this.#settings = readRankerOptions(options);
  }

  /**
   * Ranks for a user, a visitor with a history, interests or a query, or for an anonymous visitor. What sources with a weight leave of the
   * page is filled up by those without one, then by popular ones: it is short only when no source has anything else that may be shown.
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT, ERR_BAD_VALUE, ERR_BAD_ID for a malformed request; the reason of `signal` when that aborts.
   */
  async rank(request: RankRequest = {}, options: RankOptions = {}): Promise<RankedPage> {
    const o = readOptions('HybridRanker.rank', options, rankChecks);
    const draft = await this.#draft(request, o);
    const { visitor, rules, standing, tiers, skipped } = draft;
    const page = draft.ranked.slice(0, o.n);
    const { sources, coldStart } = this.#settings;
    const context = { visitor, sources, lists: tiers.flat(), attributesOf: rules.context.attributesOf };
    const reasons = (o.reasons ?? this.#settings.reasons) ? reasonsOf(page, context) : undefined;
    return {
      items: page.map(({ item, score, sources: said, exploration }, at) => ({
        item,
        score,
        sources: { ...said },
        reasons: reasons ? reasons[at] : [],
        ...(exploration && { exploration }),
      })),
      strategy: strategyOf(tiers[0] ?? [], standing, visitor, coldStart),
      skipped,
    };
  }

  /**
   * Says why an item is not on the page that `rank` would make of the same request: because the visitor has seen it, because the request or
   * a rule keeps it out, because no source has it, or because it stands further down; or that it is on the page. Sources are asked for more
   * until one has the item, so that it takes longer than a page.
   *
   * @throws as `rank`; ERR_BAD_ID when the item is no id.
   */
  async whyNot(request: RankRequest, item: Id, options: RankOptions = {}): Promise<RankedWhyNot> {
    const id = readId(item, 'HybridRanker.whyNot: item');
    const o = readOptions('HybridRanker.whyNot', options, rankChecks);
    const draft = await this.#draft(request, o);
    const missing: MissingItem = { id, n: o.n, isListed: draft.ranked.slice(0, o.n).some((one) => one.item === id) };
    const has = () => draft.candidates.some((one) => one.item === id);
    if (!missing.isListed && draft.rules.isAllowed(id)) while (!has() && (await this.#further(draft)));
    return whyNotOf(missing, { ...draft, read: readRequest(request), settings: this.#settings });
  }

  /** Looks for candidates until the page is full, or no source has more. */
  async #draft(request: RankRequest, o: { n: number; includeSeen: boolean; signal: AbortSignal | undefined }): Promise<Draft> {
    const read = readRequest(request);
    o.signal?.throwIfAborted();
    const skipped: Skipped[] = [];
    const visitor = await visitorOf(this.#settings, read, o.signal, skipped);
    const rules = rulesFor(this.#settings, read, visitor, o);
    const standing = this.#standing(visitor, skipped);
    const search = new CandidateSearch({ settings: this.#settings, standing, visitor, rules, signal: o.signal, skipped });
    await search.start();
    const draft: Draft = { visitor, rules, standing, search, n: o.n, tiers: [], candidates: [], settled: [], ranked: [], skipped };
    let failed: Skipped[] | undefined = this.#redraft(draft);
    let last = failed;
    while (failed && (!isFull(draft) || !search.isSettled)) {
      last = failed;
      failed = await this.#further(draft);
    }
    skipped.push(...(failed ?? last));
    return draft;
  }

  /** Looks for further candidates, whose places are behind those there are. Gives the rules that failed, or undefined when nothing is left. */
  async #further(draft: Draft): Promise<Skipped[] | undefined> {
    const { search, rules, candidates } = draft;
    if (search.isSettled) {
      const front = frontOf(draft);
      draft.settled = front ? candidates.filter(({ item }) => front.has(item)) : candidates;
      rules.settle(draft.settled);
    }
    return (await search.more()) ? this.#redraft(draft) : undefined;
  }

  /** Fuses what has been found and applies the rules. What was settled before keeps its places. Gives the rules that failed. */
  #redraft(draft: Draft): Skipped[] {
    const { search, standing, visitor, rules } = draft;
    const { fusion, relevanceBand } = this.#settings;
    draft.tiers = search.tiers();
    const scoring = { fusion, relevanceBand, leads: leadsIn(draft.tiers[0] ?? [], standing, visitor) };
    draft.candidates = candidatesOf(draft.tiers, scoring, draft.settled);
    const failed: Skipped[] = [];
    draft.ranked = rules.apply(draft.candidates, failed);
    return failed;
  }

  /** What each source knows of the visitor, by name; a source that cannot even say that is left out. */
  #standing(visitor: Visitor, skipped: Skipped[]): Map<string, Standing> {
    const { sources, weightOf, coldStart } = this.#settings;
    const standing = new Map<string, Standing>();
    for (const [name, source] of sources) {
      try {
        standing.set(name, { source, ...source.standing(visitor), weight: 0 });
      } catch (error) {
        skipped.push({ source: name, reason: reasonOf(error) });
      }
    }
    const able = [...standing.values()].filter(({ isAble }) => isAble);
    const blended = coldStart.weights(
      able.map(({ source, interactions, words }) => ({ role: source.role, weight: weightOf(source, words), interactions, words })),
    );
    if (!isVector(blended, able.length)) {
      const message = `HybridRanker: expected the cold start to give a weight for each of ${able.length} sources, got ${shown(blended)}.`;
      throw new AttuneError('ERR_BAD_VALUE', message);
    }
    able.forEach((one, at) => {
      one.weight = blended[at];
    });
    return standing;
  }
}

/** What nothing that is found later can come before: the tiers up to the first that may grow. Undefined: all of it. */
function frontOf({ tiers, search }: Draft): ReadonlySet<string> | undefined {
  const open = tiers.findIndex((lists) => lists.some(({ source }) => search.isOpen(source)));
  if (open < 0 || open === tiers.length - 1) return undefined;
  const lists = tiers.slice(0, open + 1).flat();
  return new Set(lists.flatMap(({ items }) => items.map(({ item }) => item)));
}

/** Whether the page is full of what keeps its place, so that a longer page would begin like it. */
function isFull(draft: Draft): boolean {
  const { ranked, candidates, n } = draft;
  const front = ranked.length >= n ? frontOf(draft) : undefined;
  if (!front) return ranked.length >= n;
  const behind = new Set(candidates.map(({ item }) => item).filter((item) => !front.has(item)));
  return ranked.filter(({ item }) => !behind.has(item)).length >= n;
}

/** Which lists say how relevant an item is to the query: those of contents, or where there are none those of functions. */
function leadsIn(lists: readonly SourceList[], standing: ReadonlyMap<string, Standing>, { query }: Visitor): (list: SourceList) => boolean {
  if (query === undefined) return () => false;
  const of = ({ source }: SourceList) => standing.get(source) as Standing;
  if (lists.some((list) => findsQuery(of(list)))) return (list) => findsQuery(of(list));
  return (list) => of(list).source.role === 'custom';
}
