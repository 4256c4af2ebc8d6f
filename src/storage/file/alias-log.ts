import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, syncFolder, writeSynced } from './writing.ts';

/** One line of the log: an alias was pointed at a version, or back to where it pointed before. */
type Entry = { alias: string; version: number } | { alias: string; back: true };

/**
 * The history of the aliases of one model, one JSON line per change, append-only. So two processes cannot undo each other's
 * changes, as they could by rewriting a file, and a line cut off by a crash is a change that never happened.
 */
export class AliasLog {
  readonly #history = new Map<string, number[]>();

  /** The aliases of a model as they are now. */
  static async read(home: string): Promise<AliasLog> {
    const text = await readFile(join(home, 'aliases.jsonl'), 'utf8').catch((error) => {
      if (isMissing(error)) return '';
      throw error;
    });
    const log = new AliasLog();
    for (const line of text.split('\n')) log.#apply(parsed(line));
    return log;
  }

  /** Appends a change durably. */
  static async append(home: string, entry: Entry): Promise<void> {
    // Starts a new line even after one that a crash cut off; a single small write, which the system does atomically.
    await writeSynced(join(home, 'aliases.jsonl'), `\n${JSON.stringify({ ...entry, at: Date.now() })}\n`, 'a');
    await syncFolder(home);
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

  #apply(entry: Partial<{ alias: string; version: number; back: boolean }> | undefined): void {
    if (typeof entry?.alias !== 'string') return;
    const versions = this.pointsAt(entry.alias);
    if (entry.back === true) this.#history.set(entry.alias, versions.slice(0, -1));
    else if (Number.isSafeInteger(entry.version) && versions.at(-1) !== entry.version) {
      this.#history.set(entry.alias, [...versions, entry.version as number]);
    }
  }
}

function parsed(line: string): Entry | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
