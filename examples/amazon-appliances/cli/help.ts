import { isAbsolute, relative } from 'node:path';
import { type AnyCommand, environmentName, flagName } from './command.ts';
import { usage } from './parse.ts';

const run = 'npm run appliances --';

/** The list of commands. */
export function generalHelp(commands: readonly AnyCommand[]): string {
  const width = Math.max(...commands.map((it) => it.name.length));
  return [
    'The Amazon Appliances example of attune: from raw reviews to a shop that recommends.',
    '',
    `Usage: ${run} <command> [options]`,
    '',
    ...commands.map((it) => `  ${it.name.padEnd(width)}  ${it.summary}`),
    '',
    `${run} <command> --help lists the options of a command. Every option is also an environment variable,`,
    'and can be set in a file .env in the folder of the example (see .env.example).',
  ].join('\n');
}

/** One command with its options, their environment variables and defaults. */
export function commandHelp(it: AnyCommand): string {
  const lines = [it.summary, '', `Usage: ${run} ${usage(it)}`];
  const keys = Object.keys(it.options);
  if (keys.length > 0) lines.push('');
  const left = keys.map((key) => `${flagName(key)}${placeholder(it, key)}`);
  const width = Math.max(0, ...left.map((text) => text.length));
  for (const [index, key] of keys.entries()) {
    const { help, default: value } = it.options[key];
    const shown = value === undefined || value === false ? '' : ` (default ${brief(value)})`;
    lines.push(`  ${left[index].padEnd(width)}  ${help}${shown} [${environmentName(key)}]`);
  }
  return lines.join('\n');
}

/** Folders relative to the current one. */
const brief = (value: unknown) => (typeof value === 'string' && isAbsolute(value) ? relative(process.cwd(), value) || '.' : String(value));

function placeholder(it: AnyCommand, key: string): string {
  const { type, choices } = it.options[key];
  if (type === 'flag') return '';
  if (type === 'choice') return ` ${choices?.join('|')}`;
  return { text: ' <text>', number: ' <number>', integer: ' <n>', integers: ' <n,n,...>' }[type];
}
