import type { Strategy } from '../cold-start/strategy.ts';
import { readOptions } from '../options.ts';
import { bestFirst, cleanAnswer } from './answer.ts';
import { askAll, reasonOf } from './deadline.ts';
import type { SourceList } from './fusion.ts';
import { type HybridRankerOptions, type RankerSettings, readRankerOptions } from './ranker-options.ts';
import { type Reason, reasoner } from './reasons.ts';
import { type RankOptions, type RankRequest, type ReadRequest, rankChecks, readHistory, readRequest } from './request.ts';
import { type Rules, rulesFor } from './rules/apply.ts';
import type { Candidate, Exploration, SourceScore } from './rules/reranker.ts';
import type { Source, SourceStanding, Visitor, Want } from './sources.ts';
import { strategyOf } from './strategy-of.ts';

/** One item of a page. */
export interface RankedItem {
  /** Item id. */
  item: string;
  /** Fused score after rules; larger is better. Falls along the page but for pinned, diversified, calibrated and explored items. */
  score: number;
  /** What each source said of it: place from 1 among the candidates that it scored, and its own score. */
  sources: Record<string, SourceScore>;
  /** Why it is here, the weightiest first. Never empty. */
  reasons: Reason[];
  /** Only where `exploration` put the item: how its bandit came to choose it, to be logged with what came of it. */
  exploration?: Exploration;
}

/** Something that could not be used. */
export interface Skipped {
  /** Name of the source; `'history'` for the option of that name, `'rerank: <kind>'` for a rule. */
  source: string;
  /** What was wrong, in words. When only part of an answer was, the rest of it was used. */
  reason: string;
}

/** What {@link HybridRanker.rank} answers. */
export interface RankedPage {
  /** Best first, each item once, at most `n`. */
  items: RankedItem[];
  /** How the page came about. */
  strategy: Strategy;
  /** What failed on the way: sources that threw, were late, or answered with something unusable. Empty when all went well. */
  skipped: Skipped[];
}

/**
 * Makes one page out of several sources: asks them at once, each no longer than its deadline, weighs them by what is known of the visitor,
 * fuses their lists, applies rules, and says why. A source that fails never breaks the page.
 *
 * @example
 * const ranker = new HybridRanker({ sources: { als, semantic: index, popular }, fusion: weighted({ als: 0.7, semantic: 0.3 }) });
 * const page = await ranker.rank({ user: 'A1' }, { n: 20 });
 */
export class HybridRanker {
  readonly #settings: RankerSettings;

  /**
   * @throws ERR_BAD_OPTION, also for weights, roles or deadlines of sources that are not there, for rules that contradict each other, and
   *   for rules that need attributes when there are none.
   */
  constructor(options: HybridRankerOptions) {
    this.#settings = readRankerOptions(options);
  }

  /**
   * Ranks for a user, a visitor with a history, interests or a query, or for nobody in particular. When no source with a weight has an
   * answer, those without one are asked, then popular ones serve: the page is empty only when no source has anything.
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT, ERR_BAD_VALUE for a malformed request; the reason of `signal` when that aborts.
   */
  async rank(request: RankRequest = {}, options: RankOptions = {}): Promise<RankedPage> {
    const read = readRequest(request);
    const { n, includeSeen, signal } = readOptions('HybridRanker.rank', options, rankChecks);
    signal?.throwIfAborted();
    const skipped: Skipped[] = [];
    const visitor = await this.#visitor(read, signal, skipped);
    const rules = rulesFor(this.#settings, read, visitor, { n, includeSeen });
    const standing = this.#standing(visitor, skipped);
    const lists = await this.#lists(standing, visitor, rules, signal, skipped);
    const scores = this.#settings.fusion.fuse(lists);
    const candidates = rules.apply(candidatesOf(scores, lists), skipped).slice(0, n);
    const reasons = reasoner({ visitor, sources: this.#settings.sources, lists, attributesOf: rules.context.attributesOf });
    return {
      items: candidates.map((candidate) => ({
        item: candidate.item,
        score: candidate.score,
        sources: { ...candidate.sources },
        reasons: reasons(candidate),
        ...(candidate.exploration && { exploration: candidate.exploration }),
      })),
      strategy: strategyOf(lists, standing, visitor, this.#settings.coldStart),
      skipped,
    };
  }

  /** What is known of who asks: what is stored, and on top what the request says. */
  async #visitor(read: ReadRequest, signal: AbortSignal | undefined, skipped: Skipped[]): Promise<Visitor> {
    const { user, interests, query, context, history: given } = read;
    const stored = user === undefined ? undefined : await this.#stored(user, signal, skipped);
    const known = new Set(stored?.map(({ item }) => item));
    return {
      user,
      history: readHistory([...(stored ?? []), ...given]),
      isStoredKnown: stored !== undefined,
      isFresh: given.some(({ item }) => !known.has(item)),
      interests,
      query,
      context,
    };
  }

  async #stored(user: string, signal: AbortSignal | undefined, skipped: Skipped[]) {
    const { history, sources, timeoutOf } = this.#settings;
    if (history) {
      const run = async (aborted: AbortSignal) => readHistory(await history(user, { signal: aborted }));
      const [{ value, failure }] = await askAll([{ run, timeoutMs: timeoutOf('history') }], signal);
      if (failure === undefined) return value as ReturnType<typeof readHistory>;
      skipped.push({ source: 'history', reason: failure });
    }
    for (const source of sources.values()) {
      try {
        const entries = source.interactionsOf?.(user);
        if (entries) return entries;
      } catch {
        // Whatever is wrong with it shows when it is asked for a list.
      }
    }
    return undefined;
  }

  /** What each source knows of the visitor, by name; a source that cannot even say that is left out. */
  #standing(visitor: Visitor, skipped: Skipped[]): Map<string, Standing> {
    const { sources, weights, coldStart } = this.#settings;
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
      able.map(({ source: { role, name }, interactions, words }) => ({ role, weight: weights.get(name) ?? 0, interactions, words })),
    );
    able.forEach((one, at) => {
      one.weight = blended[at];
    });
    return standing;
  }

  /** The lists to fuse: of the sources with a weight, or when they have nothing, of those without, popular ones last. */
  async #lists(
    standing: Map<string, Standing>,
    visitor: Visitor,
    rules: Rules,
    signal: AbortSignal | undefined,
    skipped: Skipped[],
  ): Promise<SourceList[]> {
    const able = [...standing.values()].filter(({ isAble }) => isAble);
    const isReserve = ({ weight, source }: Standing) => !(weight > 0) && source.role !== 'popular';
    const want = this.#want(rules);
    const first = await this.#ask(
      able.filter((one) => !isReserve(one)),
      visitor,
      want,
      rules,
      signal,
      skipped,
    );
    const counting = first.filter(({ weight, items }) => weight > 0 && items.length > 0);
    if (counting.some(({ source }) => standing.get(source)?.source.role !== 'popular')) {
      return this.#complete(found(counting, standing, visitor), standing, visitor, want, rules);
    }
    const second = await this.#ask(able.filter(isReserve), visitor, want, rules, signal, skipped);
    const answers = [second, counting, first].map((lists) => lists.filter(({ items }) => items.length > 0));
    return (answers.find((lists) => lists.length > 0) ?? []).map((list) => ({ ...list, weight: list.weight || 1 }));
  }

  #want({ forbidden, only, context, includeSeen }: Rules): Want {
    const n = Math.max(this.#settings.candidates, 2 * context.n);
    return { n, exclude: [...forbidden], only: only && [...only], includeSeen };
  }

  async #ask(
    asked: Standing[],
    visitor: Visitor,
    want: Want,
    { isAllowed }: Rules,
    signal: AbortSignal | undefined,
    skipped: Skipped[],
  ): Promise<SourceList[]> {
    const outcomes = await askAll(
      asked.map(({ source }) => ({
        run: (aborted: AbortSignal) => source.ask(visitor, want, aborted),
        timeoutMs: this.#settings.timeoutOf(source.name),
      })),
      signal,
    );
    return asked.map(({ source: { name }, weight }, at): SourceList => {
      try {
        if (outcomes[at].failure !== undefined) throw outcomes[at].failure;
        const { items, complaint } = cleanAnswer(outcomes[at].value, isAllowed);
        if (complaint) skipped.push({ source: name, reason: complaint });
        return { source: name, weight, items: items.slice(0, want.n) };
      } catch (error) {
        skipped.push({ source: name, reason: reasonOf(error) });
        return { source: name, weight, items: [] };
      }
    });
  }

  /** Asks for the scores of candidates that only other sources found. What does not answer at once is done without. */
  #complete(lists: SourceList[], standing: Map<string, Standing>, visitor: Visitor, want: Want, { isAllowed }: Rules): SourceList[] {
    if (!this.#settings.completeScores || lists.length < 2) return lists;
    const all = new Set(lists.flatMap(({ items }) => items.map(({ item }) => item)));
    return lists.map((list) => {
      const { complete } = (standing.get(list.source) as Standing).source;
      const own = new Set(list.items.map(({ item }) => item));
      const missing = new Set([...all].filter((item) => !own.has(item)));
      if (!complete || missing.size === 0) return list;
      try {
        const answer = complete(visitor, { ...want, n: missing.size, only: [...missing] });
        if (answer instanceof Promise) answer.catch(() => {});
        const more = cleanAnswer(answer, (item) => missing.has(item) && isAllowed(item)).items;
        return { ...list, items: [...list.items, ...more].sort(bestFirst) };
      } catch {
        return list; // it has answered once, and that is enough
      }
    });
  }
}

/** A source with what it knows of the visitor, and what it counts. */
export interface Standing extends SourceStanding {
  source: Source;
  weight: number;
}

/** Of a query only what content or custom sources found may come; the others help to order it. */
function found(lists: SourceList[], standing: Map<string, Standing>, visitor: Visitor): SourceList[] {
  if (visitor.query === undefined) return lists;
  const finds = ({ source }: SourceList) => ['content', 'custom'].includes((standing.get(source) as Standing).source.role);
  const matching = new Set(lists.filter(finds).flatMap(({ items }) => items.map(({ item }) => item)));
  if (matching.size === 0) return lists;
  return lists.map((list) => ({ ...list, items: list.items.filter(({ item }) => matching.has(item)) }));
}

/** Candidates best first, with what each source said of them. */
function candidatesOf(scores: Map<string, number>, lists: readonly SourceList[]): Candidate[] {
  const said = new Map<string, [string, SourceScore][]>();
  for (const { source, items } of lists) {
    items.forEach(({ item, score }, at) => {
      const entries = said.get(item);
      if (entries) entries.push([source, { rank: at + 1, score }]);
      else said.set(item, [[source, { rank: at + 1, score }]]);
    });
  }
  return Array.from(scores, ([item, score]): Candidate => ({ item, score, sources: Object.fromEntries(said.get(item) ?? []) }))
    .filter(({ score }) => Number.isFinite(score))
    .sort(bestFirst);
}
