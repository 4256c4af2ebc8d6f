import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of a folder, or an empty one, that may be written to. */
export function copyOf(folder?: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'attune-golden-'));
  if (folder) cpSync(folder, path, { recursive: true });
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
