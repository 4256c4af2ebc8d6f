import type { IdMap } from '../../../data/id-map.ts';
import { availableThreads } from '../../../engine/threads/runtime.ts';
import { AttuneError } from '../../../errors.ts';
import type { AlsSettings } from '../options.ts';
import { memoryOf, shapeOf } from '../solver/memory.ts';
import { routesOf, scratchBytes } from '../solver/plan.ts';
import type { AlsProblem } from '../solver/problem.ts';

/** What the runtime and the code take. */
const baseBytes = 80 * 2 ** 20;
/** A dense index of an id, its hash and its text, as `IdMap` keeps them, for ids of about 12 letters. */
const idBytes = 32;
/** Offsets, multiplicities, regularization, rows and groups, per user. */
const userBytes = 80;

/** Checks that a fit keeps to its bound. @throws ERR_OUT_OF_MEMORY */
export function checkBound(
  owner: string,
  fit: { problem: AlsProblem; settings: AlsSettings; users: IdMap; items: IdMap; entries: number },
  maxBytes: number,
): void {
  const { problem, settings: s, users, items, entries } = fit;
  const routes = routesOf(s);
  const shape = shapeOf(problem, s, routes);
  const engine = memoryOf(problem, s, shape).bytes;
  const threads = s.threads === 'auto' ? availableThreads() : s.threads;
  const scratch = threads * scratchBytes(shape.width, shape.longest, routes.finalRoute.dualMax);
  const result = 4 * s.factors * (shape.userCount + shape.itemCount);
  const ids = idBytes * (users.size + items.size) + userBytes * users.size;
  const needed = baseBytes + engine + scratch + result + ids + 8 * entries;
  if (needed <= maxBytes) return;
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new AttuneError(
    'ERR_OUT_OF_MEMORY',
    `${owner}: expected option 'maxMemoryBytes' of at least ${needed} (${mib(needed)}) for ${users.size} users, ${items.size} items and ${s.factors} factors${entries > 0 ? ` with ${entries} rows of history` : ''}, got ${mib(maxBytes)}. Raise it, use fewer factors${entries > 0 ? ', or leave the history out with history: false' : ''}.`,
  );
}
