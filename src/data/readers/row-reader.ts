import { AttuneError } from '../../errors.ts';
import { integer } from '../../options.ts';
import { type RecordReader, type Records, recordBatches } from '../records.ts';

/** Rows of a file, as they are read: iterate over it with `for await`, or hand it to `Interactions.from`. */
export interface RowReader<Row> extends AsyncIterable<Row> {
  /** Bad lines left out so far under `onBadLine: 'skip'`; each iteration starts at 0. */
  readonly skipped: number;
  /** Rows of the file handed on so far, those before option `from` included: where a reader with `from: position` goes on. */
  readonly position: number;
  /** The same rows some hundreds at a time, which spares a promise a row. */
  batches(): AsyncIterable<Row[]>;
}

/** A line that was left out. */
export interface SkippedLine {
  /** Number of the line in the file, from 1; of a row over several lines the first. */
  line: number;
  /** What was expected, and what came. */
  reason: string;
}

/** What the readers of lines do about bad ones. */
export interface BadLineOptions {
  /** What to do with a line that cannot be read: `'throw'` (default) ERR_BAD_ROW with its number, or `'skip'` and count it. */
  onBadLine?: 'throw' | 'skip' | undefined;
  /** Called for each line that was left out. */
  onSkip?: ((skipped: SkippedLine) => void) | undefined;
}

/** Where the readers begin. */
export interface ResumeOptions {
  /**
   * Rows to leave out at the beginning: the `position` of a reader of the same file with the same options, whose reading then goes on. They are
   * parsed once more, and bad lines among them reported once more; `readParquet` leaves out whole row groups unread. Default 0.
   */
  from?: number | undefined;
}

/** How {@link ResumeOptions} are checked. */
export const fromCheck = integer({ default: 0, min: 0 });

/** Applies the policy for bad lines and counts what it left out. */
export class BadLines {
  skipped = 0;
  /** Reader and file, for messages. */
  where: string;
  readonly #options: BadLineOptions;

  constructor(where: string, options: BadLineOptions) {
    this.where = where;
    this.#options = options;
  }

  /** @param advice what to do, where leaving lines out would not help. */
  report(line: number, reason: string, advice = "Repair the line, or pass onBadLine: 'skip'."): void {
    if (this.#options.onBadLine !== 'skip') {
      throw new AttuneError('ERR_BAD_ROW', `${this.where}, line ${line}: ${reason}. ${advice}`.trimEnd());
    }
    this.skipped++;
    this.#options.onSkip?.({ line, reason });
  }
}

/** Whether rows are wanted as such, or as {@link Records} where that can be. */
export type ReadMode = 'rows' | 'records';

/** Makes a reader of a function that starts reading from the beginning, and leaves the first rows out. */
export function rowReader<Row>(
  bad: () => BadLines,
  read: (bad: BadLines, mode: ReadMode) => AsyncGenerator<Row[]>,
  from: number,
): RowReader<Row> & RecordReader<Row> {
  let current: BadLines | undefined;
  let place: { position: number } = { position: from };
  const begin = () => {
    current = bad();
    place = { position: from };
    return rowsAfter(from, read(current, 'rows'));
  };
  return {
    get skipped() {
      return current?.skipped ?? 0;
    },
    get position() {
      return place.position;
    },
    batches() {
      const batches = begin();
      return counted(batches, place);
    },
    [recordBatches]() {
      if (from > 0) return this.batches();
      current = bad();
      place = { position: 0 };
      return counted(read(current, 'records') as AsyncGenerator<Row[] | Records>, place);
    },
    [Symbol.asyncIterator]() {
      const batches = begin();
      return oneByOne(batches, place);
    },
  };
}

async function* rowsAfter<Row>(from: number, batches: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
  let left = from;
  for await (const rows of batches) {
    if (left < rows.length) yield left > 0 ? rows.slice(left) : rows;
    left = Math.max(0, left - rows.length);
  }
}

async function* counted<Batch extends { length: number }>(
  batches: AsyncGenerator<Batch>,
  place: { position: number },
): AsyncGenerator<Batch> {
  for await (const rows of batches) {
    place.position += rows.length;
    yield rows;
  }
}

/** By hand, because a generator costs twice as much a row (230 against 110 ns measured). */
function oneByOne<Row>(batches: AsyncGenerator<Row[]>, place: { position: number }): AsyncIterator<Row> {
  let batch: Row[] = [];
  let k = 0;
  const given = (value: Row): IteratorResult<Row> => {
    place.position++;
    return { value, done: false };
  };
  const advance = async (): Promise<IteratorResult<Row>> => {
    for (;;) {
      if (k < batch.length) return given(batch[k++]);
      const next = await batches.next();
      if (next.done) return { value: undefined, done: true };
      batch = next.value;
      k = 0;
    }
  };
  return {
    next: () => (k < batch.length ? Promise.resolve(given(batch[k++])) : advance()),
    async return() {
      batch = [];
      await batches.return(undefined);
      return { value: undefined, done: true };
    },
  };
}

/**
 * Makes rows with these keys. All have one hidden class, and `__proto__` is a key like any other: it is defined on the
 * template, so copying and assigning never reach the prototype.
 */
export function rowMaker<Value>(names: readonly string[]): (values: ArrayLike<Value>) => Record<string, Value> {
  const template: Record<string, Value> = {};
  for (const name of names) {
    Object.defineProperty(template, name, { value: undefined, writable: true, enumerable: true, configurable: true });
  }
  return (values) => {
    const row = { ...template };
    for (let k = 0; k < names.length; k++) row[names[k]] = values[k];
    return row;
  };
}
