/**
 * The workflow commands that an action needs before it is worth loading the toolkit (60 ms): same text as
 * `@actions/core` prints, which a test compares.
 */
export function command(name: 'group' | 'endgroup' | 'add-mask' | 'debug', message = ''): string {
  return `::${name}::${escapeData(message)}\n`
}

/** One line of the log; a line that happens to look like a workflow command is defused, since it may be foreign text. */
export function plainLine(message: string): string {
  return `${message.replaceAll(/^(\s*)(::|##\[)/gm, '$1\u200b$2')}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
