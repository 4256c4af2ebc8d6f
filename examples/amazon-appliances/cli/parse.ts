import { parseArgs } from 'node:util';
import { type AnyCommand, environmentName, flagName, type OptionSpec } from './command.ts';

/** A mistake on the command line: printed as one line, exit code 2. */
export class UsageError extends Error {}

/** Reads options: the command line first, then the environment, then the defaults. */
export function parseOptions(
  it: AnyCommand,
  args: string[],
  environment: NodeJS.ProcessEnv,
): { options: Record<string, unknown>; positionals: string[] } {
  const keys = Object.keys(it.options);
  const specs = Object.fromEntries(
    keys.map((key) => [flagName(key).slice(2), { type: it.options[key].type === 'flag' ? 'boolean' : 'string' } as const]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options: specs, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    throw new UsageError(`${it.name}: ${firstSentence((error as Error).message)} ${known(it)}`);
  }
  const options: Record<string, unknown> = {};
  for (const key of keys) {
    const spec = it.options[key];
    const given = parsed.values[flagName(key).slice(2)] as string | boolean | undefined;
    const fromEnvironment = environment[environmentName(key)];
    if (given !== undefined) options[key] = readValue(given, spec, flagName(key));
    else if (fromEnvironment !== undefined && fromEnvironment !== '') options[key] = readValue(fromEnvironment, spec, environmentName(key));
    else options[key] = spec.default;
  }
  const most = it.arguments ? it.arguments.split(' ').length : 0;
  const least = it.arguments ? it.arguments.split(' ').filter((name) => name.startsWith('<')).length : 0;
  if (parsed.positionals.length < least) throw new UsageError(`${it.name}: expected ${it.arguments}. For example: ${usage(it)}`);
  if (parsed.positionals.length > most) {
    throw new UsageError(
      `${it.name}: unexpected argument '${parsed.positionals[most]}'. Text of several words needs quotation marks. Usage: ${usage(it)}`,
    );
  }
  return { options, positionals: parsed.positionals };
}

export const usage = (it: AnyCommand) =>
  `${it.name}${it.arguments ? ` ${it.arguments}` : ''}${Object.keys(it.options).length > 0 ? ' [options]' : ''}`;

function readValue(value: string | boolean, spec: OptionSpec, name: string): unknown {
  if (spec.type === 'flag') {
    if (typeof value === 'boolean') return value;
    if (/^(1|true|yes|on)$/i.test(value)) return true;
    if (/^(0|false|no|off)$/i.test(value)) return false;
    throw new UsageError(`${name}: expected true or false, got '${value}'.`);
  }
  const text = String(value);
  if (spec.type === 'text') {
    if (text.trim() === '') throw new UsageError(`${name}: expected a text that is not empty.`);
    return text;
  }
  if (spec.type === 'choice') {
    if (spec.choices?.includes(text)) return text;
    throw new UsageError(`${name}: expected one of ${spec.choices?.join(', ')}, got '${text}'.`);
  }
  if (spec.type === 'integers') return text.split(',').map((part) => readNumber(part.trim(), spec, name));
  return readNumber(text, spec, name);
}

function readNumber(text: string, spec: OptionSpec, name: string): number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const whole = spec.type !== 'number';
  if (Number.isFinite(number) && number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
  const range = `${min > Number.NEGATIVE_INFINITY ? ` from ${min}` : ''}${max < Number.POSITIVE_INFINITY ? ` up to ${max}` : ''}`;
  throw new UsageError(`${name}: expected a ${whole ? 'whole ' : ''}number${range}, got '${text}'.`);
}

const firstSentence = (message: string) => message.replace(/\. To specify.*$/s, '.').replace(/([^.])$/, '$1.');

function known(it: AnyCommand): string {
  const names = Object.keys(it.options).map(flagName);
  return names.length > 0 ? `It knows ${[...names, '--help'].join(', ')}.` : 'It knows --help.';
}
