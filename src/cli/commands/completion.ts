import { command, flagOf, UsageError } from '../command.ts';
import { commandNames, loadCommand } from '../commands.ts';
import { print } from '../terminal.ts';

export default command({
  summary: 'Prints a completion script.',
  usage: '<bash|zsh|fish>',
  more: 'bash: eval "$(attune completion bash)"    zsh: eval "$(attune completion zsh)"    fish: attune completion fish | source',
  options: {},
  async run([shell]) {
    const flags = new Map<string, string[]>();
    for (const name of commandNames)
      flags.set(
        name,
        Object.keys((await loadCommand(name)).options).map((key) => `--${flagOf(key)}`),
      );
    if (shell === 'fish') return print(fish(flags));
    if (shell === 'bash') return print(bash(flags));
    if (shell === 'zsh') return print(`autoload -U +X bashcompinit && bashcompinit\n${bash(flags)}`);
    throw new UsageError(`attune completion: expected bash, zsh or fish, got '${shell}'.`);
  },
});

function bash(flags: Map<string, string[]>): string {
  const cases = [...flags].map(([name, own]) => `    ${name}) words="${[...own, '--help'].join(' ')}" ;;`);
  return `_attune() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_CWORD} in 1) COMPREPLY=($(compgen -W "${[...flags.keys()].join(' ')} --help --version" -- "$current")); return ;; esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $current in -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;; *) COMPREPLY=($(compgen -f -- "$current")) ;; esac
}
complete -o filenames -F _attune attune`;
}

function fish(flags: Map<string, string[]>): string {
  const names = `complete -c attune -n __fish_use_subcommand -f -a '${[...flags.keys()].join(' ')}'`;
  const own = [...flags].flatMap(([name, list]) =>
    list.map((flag) => `complete -c attune -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`),
  );
  return [names, ...own].join('\n');
}
