/** What the conformance suites need of a test runner. Those of vitest, jest and bun fit as they are. */
export interface TestRunner {
  /** Groups tests. */
  describe(name: string, body: () => void): unknown;
  /** Declares a test; one whose promise rejects has failed. */
  it(name: string, body: () => unknown, timeoutMs?: number): unknown;
  /** Runs before the tests of a group. Called `before` in node:test. */
  beforeAll(body: () => unknown): unknown;
  /** Compares; of vitest, jest, bun:test or the package `expect`. */
  expect: Expect;
}

/** The part of `expect` that the suites use. */
export interface Expect {
  /** Looks at a value. */
  (actual: unknown): Matchers;
  /** Equals every value of a class. */
  any(type: unknown): unknown;
  /** Equals what has these properties among others. */
  objectContaining(expected: object): unknown;
  /** Equals a list with these elements among others. */
  arrayContaining(expected: unknown[]): unknown;
  /** Equals a text with this one in it. */
  stringContaining(expected: string): unknown;
  /** Equals a text that matches. */
  stringMatching(expected: RegExp): unknown;
}

/** Comparisons; they throw when they do not hold. After `rejects` they give promises. */
// biome-ignore lint/suspicious/noExplicitAny: a promise after `rejects`, nothing otherwise
export interface Matchers extends Record<Matcher, (...expected: any[]) => any> {
  /** Turns the comparison round. */
  not: Matchers;
  /** Compares what a promise is rejected with. */
  rejects: Matchers;
  /** Compares what a promise is resolved with. */
  resolves: Matchers;
}

/** Names of comparisons. */
export type Matcher =
  | 'toBe'
  | 'toBeCloseTo'
  | 'toBeDefined'
  | 'toBeGreaterThan'
  | 'toBeGreaterThanOrEqual'
  | 'toBeInstanceOf'
  | 'toBeLessThan'
  | 'toBeLessThanOrEqual'
  | 'toBeNaN'
  | 'toBeUndefined'
  | 'toContain'
  | 'toContainEqual'
  | 'toEqual'
  | 'toHaveLength'
  | 'toHaveProperty'
  | 'toMatch'
  | 'toMatchObject'
  | 'toThrow';

/** A runner whose `it` and `describe` have `runIf`, and `code('ERR_...')`, which equals an AttuneError with that code. */
export function suiteOf({ describe, it, beforeAll, expect }: TestRunner) {
  const never = () => {};
  return {
    describe: Object.assign((name: string, body: () => void) => describe(name, body), {
      runIf: (wanted: unknown) => (wanted ? (name: string, body: () => void) => describe(name, body) : never),
    }),
    it: Object.assign((name: string, body: () => unknown, timeoutMs?: number) => it(name, body, timeoutMs), {
      runIf: (wanted: unknown) => (wanted ? (name: string, body: () => unknown, timeoutMs?: number) => it(name, body, timeoutMs) : never),
    }),
    beforeAll,
    expect,
    code: (wanted: string) => expect.objectContaining({ name: 'AttuneError', code: wanted }),
  };
}
