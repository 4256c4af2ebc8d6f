import type { Recommendation, Recommender } from '../../../contracts/recommender.ts';
import { AttuneError, type ErrorCode } from '../../../errors.ts';

/** Two pairs of users and four items. */
export const blocks = (): [string, string, number][] => [
  ['u1', 'a', 1], ['u1', 'b', 2], ['u2', 'a', 1], ['u2', 'b', 1], ['u3', 'c', 1], ['u3', 'd', 1], ['u4', 'd', 3], ['u4', 'c', 1], ['u5', 'a', 1], ['u5', 'c', 1],
]; // biome-ignore format: a table

export function expectRanked(model: Recommender, list: Recommendation[]): void {
  check(new Set(list.map((r) => r.item)).size === list.length, `Expected no item twice, got ${JSON.stringify(list)}`);
  for (const r of list) check(Number.isFinite(r.score), `Expected finite scores, got ${r.score} for ${r.item}`);
  for (let k = 1; k < list.length; k++) {
    const rises = list[k].score > list[k - 1].score;
    const swapped = list[k].score === list[k - 1].score && model.items.indexOf(list[k].item) < model.items.indexOf(list[k - 1].item);
    check(!rises && !swapped, `Expected the best first and equal scores in index order, got ${JSON.stringify(list.slice(k - 1, k + 1))}`);
  }
}

/** The same items with the same scores to 1e-5; items whose scores are that close may change places. */
export function expectClose(a: Recommendation[], b: Recommendation[]): void {
  const scores = new Map(b.map((r) => [r.item, r.score]));
  check(a.length === b.length, `Expected ${b.length} items, got ${a.length}`);
  a.forEach(({ item, score }, k) => {
    const size = 1e-5 * Math.max(1, Math.abs(score));
    const other = scores.get(item) ?? Number.NaN;
    check(Math.abs(score - other) <= size, `Expected ${item} with the score ${other}, got ${score}`);
    check(Math.abs(score - b[k].score) <= size, `Expected the score ${b[k].score} in place ${k}, got ${score}`);
  });
}

/** Expects an AttuneError with a code, and a text in its message. */
export function expectCode(code: ErrorCode, call: () => unknown, text = ''): void {
  let caught: unknown;
  try {
    call();
  } catch (error) {
    caught = error;
  }
  checkError(caught, code, text);
}

/** The same of a promise. */
export async function expectRejection(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  checkError(
    await promise.then(
      () => undefined,
      (error) => error,
    ),
    code,
  );
}

function checkError(caught: unknown, code: ErrorCode, text = ''): void {
  check(caught instanceof AttuneError, `Expected an AttuneError with the code ${code}, got ${caught}`);
  const { code: got, message } = caught as AttuneError;
  check(got === code && message.includes(text), `Expected ${code} with ${JSON.stringify(text)} in its message, got ${got}: ${message}`);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Expects a call, or its promise, to fail with one of these codes. */
export async function expectRefusal(codes: ErrorCode | readonly string[], call: () => unknown): Promise<void> {
  let code: string | undefined;
  try {
    await call();
  } catch (error) {
    code = (error as AttuneError).code;
  }
  const wanted = typeof codes === 'string' ? [codes] : codes;
  if (!wanted.includes(String(code))) throw new Error(`Expected an error with code ${wanted.join(' or ')}, got ${code ?? 'none'}.`);
}
