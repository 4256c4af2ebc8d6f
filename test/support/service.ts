import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../.services');

/** Where a service listens that `npm run test:integration` or `npm run services` has started. */
export function serviceUrl(name: string): string {
  return readFileSync(join(folder, name, 'url.txt'), 'utf8').trim();
}

/** Why a service could not be had here, in words; undefined when it is there. */
export function skippedService(name: string): string | undefined {
  const file = join(folder, name, 'skipped.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
