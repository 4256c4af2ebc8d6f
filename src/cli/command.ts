import { parseArgs } from 'node:util';
import { numberOfText } from '../data/number-text.ts';
import { nearestWord } from '../options.ts';

/** A mistake on the command line: one line on stderr, exit code 2. */
export class UsageError extends Error {}

/** Why work ends after Ctrl-C. */
export class Stopped extends Error {}

/** An option `--some-name <value>`. */
export interface OptionSpec {
  type: 'text' | 'texts' | 'integer' | 'integers' | 'number' | 'flag';
  help: string;
  /** One letter, for `-n 10`. */
  short?: string;
  default?: unknown;
  /** The words that are allowed. */
  choices?: readonly string[];
  /** Smallest and largest number. */
  min?: number;
  max?: number;
}

interface Values {
  text: string;
  texts: string[];
  integer: number;
  integers: number[];
  number: number;
  flag: boolean;
}

/** An option with a default always has a value; one without may be undefined. */
type OptionValues<O extends Record<string, OptionSpec>> = {
  [K in keyof O]: O[K] extends { default: unknown } ? Values[O[K]['type']] : Values[O[K]['type']] | undefined;
};

/** What every command is given besides its arguments. */
export interface Context {
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** A command; its options with their help are all there is to parse and to print. */
export interface Command {
  summary: string;
  /** What stands behind the name: `<file>` is required, `[file]` is not, `<file...>` is one or more. */
  usage: string;
  /** Longer help, and an example. */
  more?: string;
  options: Record<string, OptionSpec>;
  run(args: string[], options: Record<string, unknown>, context: Context): Promise<void>;
}

/** Keeps the types of the options for `run`. */
export function command<const O extends Record<string, OptionSpec>>(
  it: Omit<Command, 'run' | 'options'> & { options: O; run(args: string[], options: OptionValues<O>, context: Context): Promise<void> },
): Command {
  return it as unknown as Command;
}

export const flagOf = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Reads the arguments of a command. @throws UsageError */
export function parse(name: string, it: Command, argv: string[]): { args: string[]; options: Record<string, unknown> } {
  const keys = Object.keys(it.options);
  const specs = Object.fromEntries(
    keys.map((key) => {
      const { type, short } = it.options[key];
      return [
        flagOf(key),
        { type: type === 'flag' ? ('boolean' as const) : ('string' as const), multiple: type === 'texts', ...(short && { short }) },
      ];
    }),
  );
  const { values, positionals, tokens } = strictly(name, it, () =>
    parseArgs({ args: argv, options: specs, allowPositionals: true, allowNegative: true, tokens: true }),
  );
  const named = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = named.find((flag, at) => !specs[flag].multiple && named.indexOf(flag) < at);
  if (twice !== undefined)
    throw new UsageError(`attune ${name}: --${twice} is given twice. Give it once, several values separated by commas.`);
  const options = Object.fromEntries(
    keys.map((key) => {
      const given = values[flagOf(key)];
      return [key, given === undefined ? it.options[key].default : readValue(given, it.options[key], `--${flagOf(key)}`)];
    }),
  );
  const wanted = it.usage.split(' ').filter(Boolean);
  const least = wanted.filter((word) => word.startsWith('<')).length;
  const most = it.usage.includes('...') ? Number.POSITIVE_INFINITY : wanted.length;
  if (positionals.length < least) throw new UsageError(`attune ${name}: expected ${it.usage}. See attune ${name} --help.`);
  if (positionals.length > most)
    throw new UsageError(
      `attune ${name}: '${positionals[most]}' is one argument too many. Put quotation marks around text of several words.`,
    );
  return { args: positionals, options };
}

function strictly<T>(name: string, it: Command, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`attune ${name}: ${reasonOf((error as Error).message, it)}`);
  }
}

/** What Node says of arguments that it cannot read, in one line that ends with what to do. */
function reasonOf(message: string, it: Command): string {
  const [, ambiguous] = /^Option '(?:-\w, )?(--[\w-]+)(?: <\w+>)?' argument is ambiguous/.exec(message) ?? [];
  if (ambiguous) return `${ambiguous} needs a value. One that begins with a dash is written ${ambiguous}=-1.`;
  const known = [...Object.keys(it.options).map((key) => `--${flagOf(key)}`), '--help'];
  const reason = message.replace(/\.? To specify.*$/s, '');
  const near = nearestWord(/^Unknown option '(--[\w-]+)'/.exec(message)?.[1] ?? '', known);
  return near ? `${reason}. Did you mean '${near}'?` : `${reason}. It knows ${known.join(', ')}.`;
}

function readValue(given: string | boolean | (string | boolean)[], spec: OptionSpec, flag: string): unknown {
  if (spec.type === 'flag') return given;
  const texts = (Array.isArray(given) ? given : [given]).map(String);
  if (texts.some((text) => text.trim() === '')) throw new UsageError(`${flag}: expected a value that is not empty.`);
  if (spec.type === 'texts') return texts;
  if (spec.type === 'integers') return texts[0].split(',').map((text) => numberOf(text, spec, flag));
  if (spec.type !== 'text') return numberOf(texts[0], spec, flag);
  const { choices } = spec;
  const wrong = choices && texts[0].split(',').find((word) => !choices.includes(word));
  if (choices && wrong !== undefined) {
    const near = nearestWord(wrong, choices);
    throw new UsageError(`${flag}: expected ${choices.join(', ')}, got '${wrong}'.${near ? ` Did you mean '${near}'?` : ''}`);
  }
  return texts[0];
}

function numberOf(text: string, { type, min = Number.NEGATIVE_INFINITY, max = Number.MAX_VALUE }: OptionSpec, flag: string): number {
  const number = numberOfText(text) ?? Number.NaN;
  if (Number.isFinite(number) && number >= min && number <= max && (type === 'number' || Number.isInteger(number))) return number;
  const kind = type === 'number' ? 'a number' : 'a whole number';
  const range = `${min > Number.NEGATIVE_INFINITY ? ` from ${min}` : ''}${max < Number.MAX_VALUE ? ` up to ${max}` : ''}`;
  throw new UsageError(`${flag}: expected ${kind}${range}, got '${text}'.`);
}
