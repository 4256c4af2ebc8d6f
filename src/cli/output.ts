import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flagOf, UsageError } from './command.ts';

/**
 * Checks, before the work begins, that files can be written where they are wanted: what takes an hour should not fail at its end.
 * @param files paths by the name of their option; undefined where nothing is to be written
 */
export async function checkOutputs(files: Record<string, string | undefined>): Promise<void> {
  for (const [option, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const flag = `--${flagOf(option)}`;
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new UsageError(`${flag}: '${file}' is a folder. Name a file in it.`);
    if (there && !there.isFile()) throw new UsageError(`${flag}: '${file}' is a device or a socket. Name a plain file.`);
    const folder = await stat(dirname(file)).catch(() => undefined);
    if (!folder?.isDirectory())
      throw new UsageError(`${flag}: there is no folder '${dirname(file)}'. Make it first, or name a file elsewhere.`);
  }
}
