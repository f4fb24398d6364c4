/** `mtls-watch completion`: a script that completes verbs and options in a shell; files are completed as usual. */

import { Argument, Command } from 'commander';
import type { Output } from '../terminal/table.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A verb, or `verb nested`, with the words that may follow it. */
interface Completed {
  readonly path: readonly string[];
  readonly words: readonly string[];
}

/** @param load every verb with its options */
export function completionCommand(load: () => Promise<readonly Command[]>, output: Output = process.stdout): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'whose script to print').choices(SHELLS))
    .addHelpText(
      'after',
      '\nFor bash: eval "$(mtls-watch completion bash)" in ~/.bashrc\nFor fish: mtls-watch completion fish | source',
    )
    .action(async (shell: Shell) => {
      const verbs = await load();
      const completed = [
        { path: [], words: [...verbs.map((verb) => verb.name()), 'help'] },
        ...verbs.flatMap((verb) => [
          { path: [verb.name()], words: wordsOf(verb) },
          ...verb.commands.map((nested) => ({ path: [verb.name(), nested.name()], words: wordsOf(nested) })),
        ]),
      ];
      output.write(shell === 'fish' ? fishScript(completed) : bashScript(completed, shell));
    });
}

function wordsOf(command: Command): string[] {
  const options = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  return [...command.commands.map((nested) => nested.name()), ...options, '--help'];
}

function bashScript(completed: readonly Completed[], shell: Shell): string {
  const cases = completed
    .filter(({ path }) => path.length > 0)
    // The longer paths first, because the first that fits is taken.
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ path, words }) => `    "${path.join(' ')} "*) words="${words.join(' ')}" ;;`);
  return [
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_mtls_watch() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" words=""`,
    `  case "\${COMP_WORDS[*]:1:COMP_CWORD-1} " in`,
    `    " ") words="${completed[0]?.words.join(' ')}" ;;`,
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o bashdefault -o default -F _mtls_watch mtls-watch',
    '',
  ].join('\n');
}

function fishScript(completed: readonly Completed[]): string {
  const lines = completed.flatMap(({ path, words }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const when = path.length === 0 ? '__fish_use_subcommand' : seen;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c mtls-watch -n '${when}' -l ${word.slice(2)}`
        : `complete -c mtls-watch -n '${when}' -f -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
