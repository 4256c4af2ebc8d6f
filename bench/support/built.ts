import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Attune from 'attune';

/** A built package, whichever build it is. */
export type Build = typeof Attune;

/** @throws Error when the checkout was not built */
export function entryOf(checkout: string): string {
  const entry = resolve(checkout, 'dist/index.js');
  if (!existsSync(entry)) throw new Error(`Expected ${entry}. Run npm run build in ${resolve(checkout)} first.`);
  return entry;
}

/**
 * The package as it is published. What runs from source is slower: tsx names every inner function anew at each call.
 * @param checkout default this one
 */
export async function builtPackage(checkout: string = join(import.meta.dirname, '../..')): Promise<Build> {
  return await import(pathToFileURL(entryOf(checkout)).href);
}
