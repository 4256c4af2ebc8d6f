import fs, { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitAlsOnDisk } from 'attune/node';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'attune-full-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const rows = Array.from({ length: 3000 }, (_, k) => ({ user: `u${k % 300}`, item: `i${(k * 7) % 50}` }));

/** Runs work on a disk that is full after some writes. */
async function withRoom<T>(writes: number, work: () => Promise<T>): Promise<T> {
  const { writeSync } = fs;
  let room = writes;
  fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
    if (room-- > 0) return writeSync(...args);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }) as typeof writeSync;
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  }
}

it('says that the disk is full, wherever that happens, and leaves nothing behind', async () => {
  let failures = 0;
  for (let writes = 0; ; writes++) {
    const fit = withRoom(writes, () => fitAlsOnDisk(rows, { folder, factors: 4, iterations: 1 }));
    const error = await fit.then(
      () => undefined,
      (error) => error,
    );
    expect(readdirSync(folder)).toEqual([]);
    if (error === undefined) break;
    expect(error).toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('no space left on device'),
      cause: { code: 'ENOSPC' },
    });
    failures++;
  }
  expect(failures).toBeGreaterThan(2);
});
