/** A command of the example; the list of commands is the help. */
export interface Command<O extends OptionSpecs = OptionSpecs> {
  name: string;
  summary: string;
  /** What stands after the name in the usage line, such as `<user>`; required ones in angle brackets. */
  arguments?: string;
  options: O;
  run(options: OptionValues<O>, positionals: string[]): Promise<void>;
}

/** An option `--some-name`; the environment variable is `APPLIANCES_SOME_NAME`. */
export interface OptionSpec {
  type: 'text' | 'number' | 'integer' | 'flag' | 'choice' | 'integers';
  help: string;
  default?: unknown;
  /** Bounds of a number, both inclusive. */
  min?: number;
  max?: number;
  /** The words of a choice. */
  choices?: readonly string[];
}

export type OptionSpecs = Record<string, OptionSpec>;

type Parsed = { text: string; number: number; integer: number; flag: boolean; choice: string; integers: number[] };

type ValueOf<S extends OptionSpec> = S extends { choices: readonly (infer C)[] } ? C : Parsed[S['type']];

/** An option with a default always has a value; one without may be undefined. */
export type OptionValues<O extends OptionSpecs> = {
  [K in keyof O]: O[K] extends { default: infer D }
    ? undefined extends D
      ? ValueOf<O[K]> | undefined
      : ValueOf<O[K]>
    : ValueOf<O[K]> | undefined;
};

/** Keeps the types of the options for `run`. */
export function command<const O extends OptionSpecs>(it: Command<O>): AnyCommand {
  return it as unknown as AnyCommand;
}

/** A command among others, which no longer knows the types of its options; `parseOptions` keeps to them. */
export type AnyCommand = Omit<Command, 'run'> & { run(options: Record<string, unknown>, positionals: string[]): Promise<void> };

/** `minInteractions` in code is `--min-interactions` on the command line. */
export const flagName = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * And `APPLIANCES_MIN_INTERACTIONS` in the environment; the prefix, because others set names such as MODE. The four that every server knows go
 * without, and the database is where every host puts it.
 */
export function environmentName(key: string): string {
  if (key === 'database') return 'DATABASE_URL';
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return ['PORT', 'HOST', 'DATA_DIR', 'ADMIN_PASSWORD'].includes(name) ? name : `APPLIANCES_${name}`;
}
