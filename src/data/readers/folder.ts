import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One file of a folder. */
export interface Part {
  path: string;
  /** Columns that its folders name, as Hive and Spark do: `year=2014/part-0.parquet`. */
  partition: Record<string, string | null>;
}

/** The files below a folder in the order of their paths, without what begins with `_` or `.`, which Spark writes beside its data. */
export async function partsOf(root: string): Promise<Part[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return paths
    .filter(
      (path) =>
        !relative(root, path)
          .split(sep)
          .some((name) => /^[_.]/.test(name)),
    )
    .sort()
    .map((path) => ({ path, partition: partitionOf(relative(root, path).split(sep).slice(0, -1)) }));
}

function partitionOf(folders: string[]): Record<string, string | null> {
  const partition: Record<string, string | null> = {};
  for (const folder of folders) {
    const at = folder.indexOf('=');
    if (at <= 0) continue;
    const value = folder.slice(at + 1);
    const text = value === '__HIVE_DEFAULT_PARTITION__' ? null : unescaped(value);
    Object.defineProperty(partition, unescaped(folder.slice(0, at)), { value: text, enumerable: true, configurable: true, writable: true });
  }
  return partition;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is meant as one
  }
}
