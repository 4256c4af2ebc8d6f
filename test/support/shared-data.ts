import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const folder = resolve(root, process.env.ATTUNE_DATA ?? '../shared/data');

/** Path of a real data file under ATTUNE_DATA (default ../shared/data beside the repository), or undefined when it is not there. */
export function sharedData(file: string): string | undefined {
  const path = resolve(folder, file);
  return existsSync(path) ? path : undefined;
}
