import { type Command, flagOf, type OptionSpec } from './command.ts';
import type { CommandName } from './commands.ts';

/** The list of commands. */
export function generalHelp(summaries: Record<CommandName, string>, version: string): string {
  const width = Math.max(...Object.keys(summaries).map((name) => name.length));
  return [
    `attune ${version}: recommendations and search from the command line`,
    '',
    'Usage: attune <command> [options]',
    '',
    ...Object.entries(summaries).map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'From a file of ratings to an answer:',
    '  attune fit ratings.csv --out model.attune',
    '  attune recommend model.attune --user 42',
    '',
    'attune <command> --help lists the options of a command.',
  ].join('\n');
}

/** One command with its options and their defaults. */
export function commandHelp(name: string, it: Command): string {
  const keys = Object.keys(it.options);
  const left = keys.map(
    (key) => `${it.options[key].short ? `-${it.options[key].short}, ` : ''}--${flagOf(key)}${placeholder(it.options[key])}`,
  );
  const width = Math.max(...left.map((text) => text.length));
  const lines = keys.map((key, k) => `  ${left[k].padEnd(width)}  ${it.options[key].help}${shownDefault(it.options[key])}`);
  return [it.summary, '', `Usage: attune ${name} ${it.usage} [options]`, '', ...lines, ...(it.more ? ['', it.more] : [])].join('\n');
}

function placeholder({ type }: OptionSpec): string {
  return { text: ' <text>', texts: ' <text>', integer: ' <n>', integers: ' <n,n,...>', number: ' <number>', flag: '' }[type];
}

function shownDefault({ default: value, choices }: OptionSpec): string {
  const words = choices ? `: ${choices.join(', ')}` : '';
  return `${words}${value === undefined || value === false ? '' : ` (default ${Array.isArray(value) ? value.join(',') : value})`}`;
}
