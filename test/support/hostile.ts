import { AttuneError, errorCodes } from 'attune';

/** The error of a caller's own code, which comes out as it is. */
const own = new Error('of the caller');
const getters = () => Object.defineProperty({}, 'item', { enumerable: true, get: fails });
const fails = (): never => {
  throw own;
};

/** Values that no argument expects, made anew each time. */
const hostile: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  '-1': () => -1,
  '1.5': () => 1.5,
  Infinity: () => Number.POSITIVE_INFINITY,
  '2^53': () => 2 ** 53,
  "''": () => '',
  "'5'": () => '5',
  __proto__text: () => '__proto__',
  constructor: () => 'constructor',
  symbol: () => Symbol('s'),
  bigint: () => 10n,
  true: () => true,
  '{}': () => ({}),
  '[]': () => [],
  '[undefined]': () => [undefined],
  '[null]': () => [null],
  '[symbol]': () => [Symbol('s')],
  '[{}]': () => [{}],
  getters,
  'no prototype': () => Object.create(null),
  map: () => new Map([['a', 1]]),
  'typed array': () => new Uint16Array([1, 2, 3]),
  'fails midway': () => ({
    *[Symbol.iterator]() {
      yield 'i1';
      fails();
    },
  }),
  'long text': () => 'x'.repeat(5000),
  NUL: () => '\0',
  promise: () => Promise.resolve(1),
};

type Path = (string | number)[];

/** Every place in the arguments: each one, each field, each first entry of a list, and the end of each list. */
function* places(value: unknown, at: Path = []): Generator<Path> {
  if (at.length > 0) yield at;
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (Array.isArray(value)) {
    const listed = at.length === 0 ? value.keys() : value.slice(0, 1).keys();
    for (const k of listed) yield* places(value[k], [...at, k]);
    if (at.length > 0) yield [...at, value.length];
  } else if (isPlain) for (const key of Object.keys(value)) yield* places((value as Record<string, unknown>)[key], [...at, key]);
}

function put(args: unknown[], path: Path, value: unknown): void {
  let holder = args as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
  holder[path.at(-1) as string | number] = value;
}

/** A result, waited for, and read where it is read piece by piece. */
async function settled(result: unknown): Promise<unknown> {
  const value = (await result) as AsyncGenerator<unknown> | undefined;
  if (typeof value === 'object' && typeof value?.next === 'function') for (let k = 0; k < 20 && !(await value.next()).done; k++);
  return value;
}

/** What is wrong with how an error came out; undefined for the caller's own and for one with a code and a message that shows no `[object Object]`. */
function fault(error: unknown): string | undefined {
  if (error === own || (error as Error | undefined)?.cause === own) return undefined;
  if (!(error instanceof AttuneError)) return String((error as Error | undefined)?.stack ?? error).slice(0, 300);
  return error.code in errorCodes && !/\[object|is not a function|Cannot read/.test(error.message) ? undefined : error.message;
}

/**
 * Calls a function with valid arguments, and again with each place in them replaced by each hostile value in turn.
 * @param args makes the arguments
 * @returns the calls that ended neither in a result nor in a coded error
 */
export async function hostileCalls<A extends unknown[]>(args: () => A, call: (...args: A) => unknown): Promise<string[]> {
  await settled(call(...args())); // the example itself is valid
  const faults: string[] = [];
  for (const path of places(args())) {
    for (const [name, make] of Object.entries(hostile)) {
      const given = args();
      put(given, path, make());
      try {
        await settled(call(...given));
      } catch (error) {
        const wrong = fault(error);
        if (wrong !== undefined) faults.push(`${path.join('.')} = ${name}: ${wrong}`);
      }
    }
  }
  return faults;
}
