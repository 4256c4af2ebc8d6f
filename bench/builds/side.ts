/** One side of a race of builds, a process of its own: prepares a task, then runs it on request. */
import { pathToFileURL } from 'node:url';
import { timed } from '../support/clock.ts';
import { buildTasks } from './tasks.ts';

const [entry, scale] = process.argv.slice(2);
const build = await import(pathToFileURL(entry).href);
let run: (() => unknown) | undefined;

process.on('message', async (message: { prepare?: string }) => {
  try {
    if (message.prepare === undefined) {
      const { wall, cpu } = await timed(() => run?.());
      process.send?.({ wall, cpu });
    } else {
      run = await buildTasks.find(({ name }) => name === message.prepare)?.prepare(build, Number(scale));
      process.send?.({ ready: run !== undefined });
    }
  } catch (error) {
    process.send?.({ error: String((error as Error).stack) });
  }
});
process.send?.({ ready: true });
