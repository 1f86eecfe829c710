import type { Command } from 'commander'
import { fail } from '../../base/errors.ts'

/**
 * A static completion script for a shell, made from the command tree.
 * @throws DaybookError CLI_USAGE for another shell
 */
export function completionScript(shell: string, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    about: command.summary() || command.description(),
    options: [...command.options, ...program.options].flatMap((option) => option.long ?? []),
  }))
  const names = commands.map(({ name }) => name).join(' ')
  switch (shell) {
    case 'bash':
      return `_daybook() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names}" -- "$word")); return; fi
  case "$word" in
    -*) case "\${COMP_WORDS[1]}" in
${commands.map(({ name, options }) => `      ${name}) COMPREPLY=($(compgen -W "${options.join(' ')}" -- "$word")) ;;`).join('\n')}
    esac ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _daybook daybook
`
    case 'zsh':
      return `#compdef daybook
_daybook() {
  local -a commands
  commands=(
${commands.map(({ name, about }) => `    '${name}:${about.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "$words[2]" in
${commands.map(({ name, options }) => `    ${name}) compadd -- ${options.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _daybook daybook
`
    case 'fish':
      return `${commands
        .map(({ name, about, options }) =>
          [
            `complete -c daybook -n __fish_use_subcommand -f -a ${name} -d '${about.replaceAll("'", "\\'")}'`,
            ...options.map(
              (option) => `complete -c daybook -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
            ),
          ].join('\n'),
        )
        .join('\n')}
`
    default:
      throw fail('CLI_USAGE', { reason: `there is no completion for \`${shell}\`` }, { hint: 'Use bash, zsh or fish.' })
  }
}
