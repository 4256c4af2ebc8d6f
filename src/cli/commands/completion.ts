import { command, flagOf, type OptionSpec, UsageError } from '../command.ts';
import { commandNames, loadCommand } from '../commands.ts';
import { print } from '../terminal.ts';

const shells = ['bash', 'zsh', 'fish'];

/** A flag of a command, with the words that may follow it. */
type Flag = [flag: string, choices: readonly string[]];

export default command({
  summary: 'Prints a completion script.',
  usage: `<${shells.join('|')}>`,
  more: 'bash: eval "$(attune completion bash)"    zsh: eval "$(attune completion zsh)"    fish: attune completion fish | source',
  options: {},
  async run([shell]) {
    const flags = new Map<string, Flag[]>();
    for (const name of commandNames) flags.set(name, Object.entries((await loadCommand(name)).options).map(flagWithChoices));
    if (shell === 'fish') return print(fish(flags));
    if (shell === 'bash') return print(bash(flags));
    if (shell === 'zsh') return print(`autoload -U +X bashcompinit && bashcompinit\n${bash(flags)}`);
    throw new UsageError(`attune completion: expected ${shells.join(', ')}, got '${shell}'.`);
  },
});

const flagWithChoices = ([key, { choices = [] }]: [string, OptionSpec]): Flag => [`--${flagOf(key)}`, choices];

function bash(flags: Map<string, Flag[]>): string {
  const cases = [...flags].map(([name, own]) => `    ${name}) words="${[...own.map(([flag]) => flag), '--help'].join(' ')}" ;;`);
  const choices = [...flags].flatMap(([name, own]) =>
    own.filter(([, words]) => words.length > 0).map(([flag, words]) => `    "${name} ${flag}") among="${words.join(' ')}" ;;`),
  );
  return `_attune() {
  local current=\${COMP_WORDS[COMP_CWORD]} words among
  case \${COMP_CWORD} in 1) COMPREPLY=($(compgen -W "${[...flags.keys()].join(' ')} --help --version" -- "$current")); return ;; esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD-1]}" in
    "completion completion") among="${shells.join(' ')}" ;;
${choices.join('\n')}
  esac
  case $among in ?*) COMPREPLY=($(compgen -W "$among" -- "$current")); return ;; esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $current in -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;; *) COMPREPLY=($(compgen -f -- "$current")) ;; esac
}
complete -o filenames -F _attune attune`;
}

function fish(flags: Map<string, Flag[]>): string {
  const names = `complete -c attune -n __fish_use_subcommand -f -a '${[...flags.keys()].join(' ')}'`;
  const ofCommand = (name: string) => `complete -c attune -n '__fish_seen_subcommand_from ${name}'`;
  const own = [...flags].flatMap(([name, list]) =>
    list.map(([flag, words]) => `${ofCommand(name)} -l ${flag.slice(2)}${words.length > 0 ? ` -x -a '${words.join(' ')}'` : ''}`),
  );
  return [names, `${ofCommand('completion')} -f -a '${shells.join(' ')}'`, ...own].join('\n');
}
