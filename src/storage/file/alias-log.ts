import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { discard, entriesOf, isMissing, syncFolder, writeSynced, writeTemporary } from './writing.ts';

/** A change of an alias: it was pointed at a version, or back to where it pointed before. */
type Change = { alias: string; version: number } | { alias: string; back: true };

/** A file of the log that has so many changes is succeeded by one that begins with what they come to. */
const mostChanges = 1000;
/** An alias can be rolled back so many times. */
const mostHistory = 1000;

/**
 * The history of the aliases of one model, one JSON line per change, append-only. So two processes cannot undo each other's
 * changes, as they could by rewriting a file, and a line cut off by a crash is a change that never happened.
 *
 * After a thousand changes the file `aliases.jsonl` is sealed by a line that says so; what stands behind that does not count. `aliases-1.jsonl`
 * succeeds it, which begins with the histories that the sealed one came to, and so on. A successor appears whole or not at all, whoever is
 * first, and all would make the same. One that is succeeded stays until the next, for those who wrote to it meanwhile to look there.
 */
export class AliasLog {
  readonly #history = new Map<string, number[]>();
  readonly #ids = new Set<string>();
  /** Number of the file. */
  readonly #number: number;
  #changes = 0;
  #isSealed = false;

  private constructor(number: number, text: string) {
    this.#number = number;
    for (const line of text.split('\n')) {
      if (!this.#isSealed) this.#apply(parsed(line));
    }
  }

  /** The aliases of a model as they are now. */
  static async read(home: string): Promise<AliasLog> {
    for (;;) {
      const number = await newestNumber(home);
      const log = await AliasLog.#readFile(home, number);
      if (log) return log;
      if (number === 0) return new AliasLog(0, '');
    }
  }

  /** Appends a change durably. */
  static async append(home: string, change: Change): Promise<void> {
    for (;;) {
      const log = await AliasLog.read(home);
      if (log.#isSealed) {
        await log.#succeed(home); // whoever sealed it was killed, or is about to do the same
        continue;
      }
      const id = randomBytes(6).toString('hex');
      await append(home, log.#number, { ...change, at: Date.now(), id });
      if (await AliasLog.#has(home, log.#number, id)) {
        if (log.#changes >= mostChanges && (await canLink(home))) await append(home, log.#number, { sealed: true });
        return;
      }
    }
  }

  /** Where an alias has pointed: the last is where it points, empty when it never did. */
  pointsAt(alias: string): number[] {
    return this.#history.get(alias) ?? [];
  }

  /** The aliases that point at a version, by name. */
  aliasesOf(version: number): string[] {
    return Array.from(this.#history.keys())
      .filter((alias) => this.pointsAt(alias).at(-1) === version)
      .sort();
  }

  /** Whether a line that was appended to a file counts: it may be behind the seal, or in a file that was removed and made anew by that. */
  static async #has(home: string, number: number, id: string): Promise<boolean> {
    const newest = await newestNumber(home);
    if (newest - number > 1) return false;
    const log = await AliasLog.#readFile(home, number);
    if (!log) return false;
    return log.#ids.has(id) && (newest === number || log.#isSealed);
  }

  static async #readFile(home: string, number: number): Promise<AliasLog | undefined> {
    try {
      return new AliasLog(number, await readFile(fileOf(home, number), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Makes the file that follows this sealed one, unless it is there. */
  async #succeed(home: string): Promise<void> {
    const lines = Array.from(this.#history, ([alias, versions]) => JSON.stringify({ alias, history: versions.slice(-mostHistory) }));
    const temporary = await writeTemporary(home, `${lines.join('\n')}\n`);
    try {
      await link(temporary, fileOf(home, this.#number + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await discard(temporary);
    }
    await syncFolder(home);
    if (this.#number > 0) await rm(fileOf(home, this.#number - 1), { force: true }).catch(() => {}); // the next one tries again
  }

  #apply(line: Record<string, unknown> | undefined): void {
    if (line?.sealed === true) this.#isSealed = true;
    if (typeof line?.alias !== 'string') return;
    const { alias, version, back, history, id } = line as Record<string, unknown> & { alias: string };
    const versions = this.pointsAt(alias);
    if (Array.isArray(history)) {
      this.#history.set(alias, history);
      return;
    }
    this.#changes++;
    if (typeof id === 'string') this.#ids.add(id);
    if (back === true) this.#history.set(alias, versions.slice(0, -1));
    else if (Number.isSafeInteger(version) && versions.at(-1) !== version) {
      if (versions.length > 0) versions.push(version as number);
      else this.#history.set(alias, [version as number]);
    }
  }
}

const fileOf = (home: string, number: number) => join(home, number === 0 ? 'aliases.jsonl' : `aliases-${number}.jsonl`);

async function newestNumber(home: string): Promise<number> {
  let newest = 0;
  for (const { name } of await entriesOf(home)) {
    const [, number] = /^aliases-([1-9]\d{0,14})\.jsonl$/.exec(name) ?? [];
    if (number) newest = Math.max(newest, Number(number));
  }
  return newest;
}

async function append(home: string, number: number, line: object): Promise<void> {
  // Starts a new line even after one that a crash cut off; a single small write, which the system does atomically.
  await writeSynced(fileOf(home, number), `\n${JSON.stringify(line)}\n`, 'a');
  await syncFolder(home);
}

/** Whether the file system can give a file a second name, which fails where that is taken. Where not, the log simply grows. */
async function canLink(home: string): Promise<boolean> {
  const temporary = await writeTemporary(home, '');
  const second = temporary.replace(/\.tmp$/, '0.tmp');
  try {
    await link(temporary, second);
    return true;
  } catch {
    return false;
  } finally {
    await rm(second, { force: true });
    await discard(temporary);
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
