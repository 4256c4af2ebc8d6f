/**
 * Random data for the suites, by the names of fast-check, which authors need not have installed. It does not shrink; a failure names the run,
 * and the same run gives the same data again.
 */
export type Arbitrary<T> = (random: () => number) => T;

type ValueOf<A> = A extends Arbitrary<infer T> ? T : never;

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const below = (random: () => number, limit: number) => Math.floor(random() * limit);
const letters = ['a', 'B', '0', ' ', '"', "'", '\\', '\n', '\u0000', 'é', '\u0301', '中', '😀', '{', '%', '_'];

/** What holds for any data, for {@link fc}`.assert`. */
type Property = (random: () => number) => Promise<void>;

function asyncProperty<A>(a: Arbitrary<A>, check: (a: A) => Promise<void>): Property;
function asyncProperty<A, B>(a: Arbitrary<A>, b: Arbitrary<B>, check: (a: A, b: B) => Promise<void>): Property;
function asyncProperty(...parts: unknown[]): Property {
  const check = parts.pop() as (...values: unknown[]) => Promise<void>;
  return (random) => check(...(parts as Arbitrary<unknown>[]).map((part) => part(random)));
}

export const fc = {
  asyncProperty,
  boolean: (): Arbitrary<boolean> => (random) => random() < 0.5,
  integer:
    ({ min, max }: { min: number; max: number }): Arbitrary<number> =>
    (random) =>
      min + below(random, max - min + 1),
  nat: (max: number): Arbitrary<number> => fc.integer({ min: 0, max }),
  /** Finite numbers of single precision, zeros and tiny and huge ones among them. */
  float: (): Arbitrary<number> => (random) =>
    random() < 0.2 ? [0, -0, 1e-45, 3.4028234663852886e38][below(random, 4)] : Math.fround((random() - 0.5) * 10 ** below(random, 30)),
  string:
    ({ minLength = 0 } = {}): Arbitrary<string> =>
    (random) =>
      Array.from({ length: minLength + below(random, 12) }, () => letters[below(random, letters.length)]).join(''),
  uint8Array:
    ({ minLength, maxLength }: { minLength: number; maxLength: number }): Arbitrary<Uint8Array> =>
    (random) =>
      Uint8Array.from({ length: minLength + below(random, maxLength - minLength + 1) }, () => below(random, 256)),
  constantFrom:
    <T>(...values: T[]): Arbitrary<T> =>
    (random) =>
      values[below(random, values.length)],
  option:
    <T>(value: Arbitrary<T>, { nil }: { nil: undefined }): Arbitrary<T | undefined> =>
    (random) =>
      random() < 0.2 ? nil : value(random),
  oneof:
    <A extends Arbitrary<unknown>[]>(...choices: A): Arbitrary<ValueOf<A[number]>> =>
    (random) =>
      choices[below(random, choices.length)](random) as ValueOf<A[number]>,
  record:
    <R extends Record<string, Arbitrary<unknown>>>(fields: R): Arbitrary<{ [K in keyof R]: ValueOf<R[K]> }> =>
    (random) =>
      Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field(random)])) as { [K in keyof R]: ValueOf<R[K]> },
  array:
    <T>(value: Arbitrary<T>, { minLength = 0, maxLength }: { minLength?: number; maxLength: number }): Arbitrary<T[]> =>
    (random) =>
      Array.from({ length: minLength + below(random, maxLength - minLength + 1) }, () => value(random)),
  uniqueArray:
    <T>(value: Arbitrary<T>, size: { minLength?: number; maxLength: number }): Arbitrary<T[]> =>
    (random) => [...new Set(fc.array(value, size)(random))],
  jsonValue: (depth = 3): Arbitrary<unknown> => {
    const plain: Arbitrary<unknown>[] = [fc.constantFrom<unknown>(null, true, false, 0, -1.5, 1e300), fc.string(), fc.float()];
    if (depth === 0) return fc.oneof(...plain);
    const inner = fc.jsonValue(depth - 1);
    const object: Arbitrary<unknown> = (random) =>
      Object.fromEntries(
        fc
          .array(fc.string(), { maxLength: 4 })(random)
          .map((k) => [k, inner(random)]),
      );
    return fc.oneof(...plain, fc.array(inner, { maxLength: 4 }), object);
  },
  async assert(property: Property, { numRuns }: { numRuns: number }): Promise<void> {
    for (let run = 0; run < numRuns; run++) {
      await property(randomOf(run)).catch((cause) => {
        throw new Error(`Run ${run} of ${numRuns} with random data failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
    }
  },
};
