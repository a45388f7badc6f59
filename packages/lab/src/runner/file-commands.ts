/**
 * Names and values of a GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV file: lines `name=value`, or `name<<delimiter`, the
 * lines of the value, `delimiter`. A later setting of the same name wins.
 *
 * @throws Error on a line of neither form and on a value without its end, as the runner fails the step
 * (actions/runner, FileCommandManager.cs).
 */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
    } else if (heredoc > 0 && heredoc + 2 < line.length) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1)
      if (end < 0) throw new Error(`Matching delimiter not found '${line.slice(heredoc + 2)}'`)
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n')
      at = end
    } else {
      throw new Error(`Invalid format '${line}'`)
    }
  }
  return values
}
