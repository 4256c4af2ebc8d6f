import type { Command } from './command.ts';

/** Modules are loaded when their command runs, so that `attune --help` answers at once. */
const modules = {
  describe: {
    summary: 'what is in a file of interactions: size, activity, long tail, values, drift',
    load: () => import('./commands/describe.ts'),
  },
  fit: { summary: 'train a model on a file and write it', load: () => import('./commands/fit.ts') },
  recommend: { summary: 'recommendations for a user, a history, or everybody', load: () => import('./commands/recommend.ts') },
  similar: { summary: 'items similar to an item', load: () => import('./commands/similar.ts') },
  evaluate: { summary: 'train on a part of a file, measure on the rest, compare models', load: () => import('./commands/evaluate.ts') },
  compare: { summary: 'which of two models is better on a test file, by a paired test', load: () => import('./commands/compare.ts') },
  search: { summary: 'search a catalogue by words and meaning', load: () => import('./commands/search.ts') },
  serve: { summary: 'a small HTTP server for a model and a catalogue', load: () => import('./commands/serve.ts') },
  export: { summary: 'factors or lists as Parquet, CSV or safetensors', load: () => import('./commands/export.ts') },
  completion: { summary: 'a completion script for bash, zsh or fish', load: () => import('./commands/completion.ts') },
} satisfies Record<string, { summary: string; load(): Promise<{ default: Command }> }>;

export type CommandName = keyof typeof modules;

export const commandNames = Object.keys(modules) as CommandName[];

export const summaries = Object.fromEntries(commandNames.map((name) => [name, modules[name].summary])) as Record<CommandName, string>;

export const isCommand = (name: string): name is CommandName => Object.hasOwn(modules, name);

export const loadCommand = async (name: CommandName): Promise<Command> => (await modules[name].load()).default;
