import { AttuneError, shown } from '../errors.ts';
import type { Interactions } from './interactions.ts';

/** By shape, not by class: a program may have loaded both the ESM and the CommonJS build. */
export function isInteractions(value: unknown): value is Interactions {
  const given = value as Interactions | null | undefined;
  return given?.userIndices instanceof Int32Array && given.itemIndices instanceof Int32Array && typeof given.select === 'function';
}

/** @throws ERR_BAD_ARGUMENT for anything else */
export function checkIsInteractions(owner: string, value: Interactions): void {
  if (isInteractions(value)) return;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `${owner}: expected Interactions, got ${shown(value)}. Make them with Interactions.from(rows) or Interactions.fromColumns(columns).`,
  );
}
