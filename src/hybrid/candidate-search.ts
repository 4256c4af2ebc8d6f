import { bestFirst, cleanAnswer } from './answer.ts';
import { askAll, reasonOf } from './deadline.ts';
import type { SourceList } from './fusion.ts';
import { isInformative } from './informative.ts';
import type { RankerSettings } from './ranker-options.ts';
import type { Rules } from './rules/apply.ts';
import type { Skipped } from './skipped.ts';
import type { Source, SourceStanding, Visitor, Want } from './sources.ts';

/** A source, what it knows about the visitor, and its weight. */
export interface Standing extends SourceStanding {
  source: Source;
  weight: number;
}

/** What one source has answered so far. */
interface Answered {
  one: Standing;
  /** Allowed items, best first. */
  items: SourceList['items'];
  /** How many it was asked for. */
  asked: number;
  /** Whether it has no further items. */
  isExhausted: boolean;
  /** Whether what it knows supports any of its items. */
  informed: boolean;
  /** What of a list longer than asked for waits for the next round. */
  rest: SourceList['items'] | undefined;
  /** What was said of entries that cannot be used. */
  noted: Skipped | undefined;
}

/** What a search needs. */
export interface SearchContext {
  settings: RankerSettings;
  standing: ReadonlyMap<string, Standing>;
  visitor: Visitor;
  rules: Rules;
  signal: AbortSignal | undefined;
  skipped: Skipped[];
}

/** Each round asks for four times as many, so that all rounds together take a third more than the last. */
const growth = 4;
/** No source is asked for more; whatever is behind that is named as not looked at. */
const mostCandidates = 2 ** 20;

/**
 * Asks sources for candidates: first those that have a weight, all together. When rules leave too few of what they have, {@link more} asks
 * them for four times as many, again and again until they have no more, then sources without a weight, then popular ones.
 */
export class CandidateSearch {
  readonly #context: SearchContext;
  readonly #answered: Answered[] = [];
  /** Sources still to be asked, in order; removed when asked. */
  readonly #waiting: Standing[][];
  readonly #want: Omit<Want, 'n'>;
  readonly #first: number;

  constructor(context: SearchContext) {
    const { settings, standing, visitor, rules } = context;
    const able = [...standing.values()].filter(({ isAble }) => isAble);
    // A query leads, whatever the weight of what answers it.
    const isFirst = (one: Standing) => one.weight > 0 || (visitor.query !== undefined && findsQuery(one));
    const reserves = able.filter((one) => !isFirst(one));
    this.#context = context;
    this.#waiting = [
      able.filter(isFirst),
      reserves.filter(({ source }) => source.role !== 'popular'),
      reserves.filter(({ source }) => source.role === 'popular'),
    ];
    const { forbidden, only, includeSeen } = rules;
    const exclude = [...forbidden];
    const unseen = exclude.filter((item) => !visitor.seen.has(item));
    this.#want = { exclude, unseen, only: only && [...only], includeSeen };
    this.#first = settings.candidates;
  }

  /** Asks the sources that have a weight, or the first ones that have an answer. */
  async start(): Promise<void> {
    await this.#askNext();
    while (!this.#answered.some(({ one, items, isExhausted }) => one.source.role !== 'popular' && (items.length > 0 || !isExhausted))) {
      if (this.#waiting.length === 0 || this.#waiting[0].every(({ source }) => source.role === 'popular')) break;
      await this.#askNext();
    }
    if (this.#answered.length === 0) await this.#askNext();
  }

  /** Whether no pending source takes precedence over what has been found. Popular items never go before those of a source that knows the visitor. */
  get isSettled(): boolean {
    if (this.#waiting.flat().every(({ source }) => source.role === 'popular')) return true;
    return this.#answered.some(({ one, items }) => one.source.role !== 'popular' && items.length > 0);
  }

  /** Whether a source that was asked may have more. */
  isOpen(source: string): boolean {
    return this.#growing().some(({ one, isExhausted }) => one.source.name === source && !isExhausted);
  }

  /** Looks further: for more from those asked already, else from the next ones. False when no source has more. */
  async more(): Promise<boolean> {
    const open = this.#growing().filter(({ isExhausted }) => !isExhausted);
    if (open.length > 0) {
      await this.#grow(open);
      return true;
    }
    return this.#askNext();
  }

  /** The lists to fuse: what counts, then what only fills up, best kind first. With a query, what matches it. */
  tiers(): SourceList[][] {
    const found = this.#answered.filter(({ items }) => items.length > 0);
    const says = found.filter(({ one, items, informed }) => isInformative(items, informed, one.source));
    const counts = says.filter(({ one }) => one.weight > 0 || (this.#context.visitor.query !== undefined && findsQuery(one)));
    const isPopular = ({ one }: Answered) => one.source.role === 'popular';
    const rest = says.filter((answer) => !counts.includes(answer));
    const silent = found.filter((answer) => !says.includes(answer));
    const hasModel = counts.some((answer) => !isPopular(answer));
    const tiers = hasModel
      ? [counts, rest.filter((answer) => !isPopular(answer)), rest.filter(isPopular), silent]
      : [rest.filter((answer) => !isPopular(answer)), says.filter(isPopular), silent];
    const full = tiers.filter((tier) => tier.length > 0).map((tier) => this.#complete(tier.map(listOf)));
    return full.map((tier) => this.#matching(tier)).map(withWeights);
  }

  /** With a query only what content or custom sources found may come, where they found anything. */
  #matching(lists: SourceList[]): SourceList[] {
    if (this.#context.visitor.query === undefined) return lists;
    const finders = this.#answered.filter(({ one, items }) => items.length > 0 && mayFind(one));
    if (finders.length === 0) return lists;
    const matching = new Set(finders.flatMap(({ items }) => items.map(({ item }) => item)));
    return lists.map((list) => ({ ...list, items: list.items.filter(({ item }) => matching.has(item)) }));
  }

  /** Whose further candidates could be on the page. */
  #growing(): Answered[] {
    if (this.#context.visitor.query === undefined) return this.#answered;
    const finders = this.#answered.filter(({ one, items, isExhausted }) => mayFind(one) && (items.length > 0 || !isExhausted));
    return finders.length > 0 ? finders : this.#answered;
  }

  async #askNext(): Promise<boolean> {
    const finders = this.#context.visitor.query !== undefined && this.#answered.some(({ one, items }) => mayFind(one) && items.length > 0);
    let next: Standing[] | undefined;
    do next = this.#waiting.shift()?.filter((one) => !finders || mayFind(one));
    while (next && next.length === 0);
    if (!next) return false;
    const fresh = next.map(
      (one): Answered => ({ one, items: [], asked: 0, isExhausted: false, informed: true, rest: undefined, noted: undefined }),
    );
    this.#answered.push(...fresh);
    await this.#ask(fresh, this.#first);
    return true;
  }

  async #grow(open: Answered[]): Promise<void> {
    const toAsk: Answered[] = [];
    for (const answer of open) {
      if (answer.rest) {
        answer.items = answer.rest; // it gave more than it was asked for, so the source need not be asked again
        answer.rest = undefined;
        answer.isExhausted = true;
      } else if (answer.asked * growth > mostCandidates) {
        answer.isExhausted = true;
        const reason = `asked for ${answer.asked} candidates without filling the page; what comes behind them was not looked at`;
        this.#context.skipped.push({ source: answer.one.source.name, reason });
      } else toAsk.push(answer);
    }
    await this.#ask(toAsk, undefined);
  }

  async #ask(answers: Answered[], first: number | undefined): Promise<void> {
    if (answers.length === 0) return;
    const { settings, visitor, rules, signal, skipped } = this.#context;
    const wanted = answers.map(({ asked }) => first ?? asked * growth);
    const outcomes = await askAll(
      answers.map(({ one: { source } }, at) => ({
        run: (aborted: AbortSignal) => source.ask(visitor, { ...this.#want, n: wanted[at] }, aborted),
        timeoutMs: settings.timeoutOf(source.name),
      })),
      signal,
    );
    answers.forEach((answer, at) => {
      const { name } = answer.one.source;
      const n = wanted[at];
      try {
        if (outcomes[at].failure !== undefined) throw outcomes[at].failure;
        const { items, given, informed, complaint } = cleanAnswer(outcomes[at].value, rules.isAllowed, n);
        if (complaint && answer.noted)
          answer.noted.reason = complaint; // a longer list of the same source
        else if (complaint) skipped.push((answer.noted = { source: name, reason: complaint }));
        answer.rest = given > n && items.length > n ? items : undefined;
        answer.items = answer.rest ? items.slice(0, n) : items;
        answer.isExhausted = given !== n && !answer.rest;
        answer.informed = informed;
      } catch (error) {
        const before = answer.asked > 0 ? `asked for ${n} candidates to fill the page: ` : '';
        skipped.push({ source: name, reason: `${before}${reasonOf(error)}` });
        answer.isExhausted = true;
      }
      answer.asked = n;
    });
  }

  /** Asks for the scores of candidates that only other sources found. Asynchronous answers are ignored. */
  #complete(lists: SourceList[]): SourceList[] {
    const { settings, standing, visitor, rules } = this.#context;
    if (!settings.completeScores || lists.length < 2) return lists;
    return lists.map((list) => {
      const { complete } = (standing.get(list.source) as Standing).source;
      // A source that has given all it has would have given these.
      if (!complete || this.#answered.find(({ one }) => one.source.name === list.source)?.isExhausted) return list;
      const missing = missingFrom(list, lists);
      if (missing.size === 0) return list;
      try {
        const want = { ...this.#want, exclude: [], unseen: [], n: missing.size, only: [...missing] };
        const answer = complete(visitor, want, list.items);
        if (answer instanceof Promise) answer.catch(() => {});
        const more = cleanAnswer(answer, (item) => missing.has(item) && rules.isAllowed(item)).items;
        return { ...list, items: [...list.items, ...more].sort(bestFirst) };
      } catch {
        return list; // it has answered once, and that is enough
      }
    });
  }
}

/** Whether it knows what a query means. */
export function findsQuery({ source, words }: Standing): boolean {
  return source.role === 'content' && words;
}

/** Whether its items may come on a page for a query. */
function mayFind({ source }: Standing): boolean {
  return source.role === 'content' || source.role === 'custom';
}

/** The items of other lists. */
function missingFrom(list: SourceList, lists: readonly SourceList[]): Set<string> {
  const own = new Set<string>();
  for (const { item } of list.items) own.add(item);
  const missing = new Set<string>();
  for (const other of lists) if (other !== list) for (const { item } of other.items) if (!own.has(item)) missing.add(item);
  return missing;
}

function listOf({ one: { source, weight }, items }: Answered): SourceList {
  return { source: source.name, weight, items };
}

/** If no source has a weight, all count alike. */
function withWeights(lists: SourceList[]): SourceList[] {
  if (lists.some(({ weight, items }) => weight > 0 && items.length > 0)) return lists;
  return lists.map((list) => ({ ...list, weight: 1 }));
}
