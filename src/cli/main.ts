import { readFileSync } from 'node:fs';
import { AttuneError } from '../entries/index.ts';
import { nearestWord } from '../options.ts';
import { forCommandLine } from './advice.ts';
import { parse, Stopped, UsageError } from './command.ts';
import { commandNames, isCommand, loadCommand, summaries } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';

/** Exit codes: 0 done, 1 failed, 2 a mistake on the command line, 130 stopped by Ctrl-C. */
export async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return say(generalHelp(summaries, version()));
  if (name === '--version' || name === '-v') return say(version());
  const stopped = new AbortController();
  const stop = () => stopped.abort(new Stopped('Stopped.'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    if (!isCommand(name)) throw new UsageError(`There is no command '${name}'. ${nearest(name)}`);
    const command = await loadCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) return say(commandHelp(name, command));
    const { args, options } = parse(name, command, rest);
    await command.run(args, options, { signal: stopped.signal });
    return 0;
  } catch (error) {
    if (stopped.signal.aborted) return 130;
    process.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** One line for what callers can mend; the stack only for what they cannot. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return forCommandLine(error.message);
  if (error instanceof AttuneError) return `${error.code}: ${forCommandLine(error.message)}`;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === undefined) return stack ?? String(error);
  return message.startsWith(code) ? message : `${code}: ${message}`;
}

function nearest(name: string): string {
  const close = nearestWord(name, commandNames) ?? commandNames.find((known) => known.startsWith(name.slice(0, 3)));
  return close ? `Did you mean 'attune ${close}'?` : `Commands: ${commandNames.join(', ')}.`;
}

/** Two folders up from the source as from the built command. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
