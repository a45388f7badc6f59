type Command = 'group' | 'endgroup' | 'add-mask' | 'debug' | 'notice' | 'warning' | 'error'

/**
 * A workflow command as a line. Not the toolkit's, because loading that takes 60 ms and commands are printed before the
 * first call to AWS; the text is the same, which a test holds against `@actions/core`.
 */
export function command(
  name: Command,
  message = '',
  properties: Readonly<Record<string, string | number>> = {},
): string {
  const listed = Object.entries(properties)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
    .join(',')
  return `::${name}${listed && ` ${listed}`}::${escapeData(message)}\n`
}

/**
 * One line of the log. Text that the runner would take for a workflow command is defused by a zero-width space, since it
 * may be foreign: the runner reads `::` at the start of a line, behind white space, and `##[` anywhere
 * (actions/runner, `ActionCommand.TryParseV2` and `TryParse`).
 */
export function plainLine(message: string): string {
  return `${message.replaceAll(/^([\s\u0085]*)::/gm, '$1\u200b::').replaceAll('##[', '#\u200b#[')}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
