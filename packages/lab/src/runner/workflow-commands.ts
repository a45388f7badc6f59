export type LineKind = 'text' | 'group' | 'endgroup' | 'debug' | 'notice' | 'warning' | 'error'

/** A line of a step's log as GitHub shows it: masked, and told apart by what it is. */
export interface LogLine {
  readonly kind: LineKind
  readonly text: string
  /** `title`, `file`, `line`, ... of an annotation. */
  readonly properties?: Readonly<Record<string, string>>
}

const SHOWN = new Set<string>(['group', 'endgroup', 'debug', 'notice', 'warning', 'error'])

/**
 * Reads a step's lines in order and returns what is shown of each; undefined for one that is only a command. Follows
 * actions/runner, ActionCommand.TryParseV2: an unknown command is text.
 */
export function createLogReader(): (line: string) => LogLine | undefined {
  const masks = new Set<string>()
  let resumeWith: string | undefined

  const hide = (text: string) => [...masks].reduce((shown, secret) => shown.replaceAll(secret, '***'), text)

  return (line) => {
    const text: LogLine = { kind: 'text', text: hide(line) }
    const [, name = '', listed = '', data = ''] =
      /^\s*::([^\s:]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line) ?? []
    if (resumeWith !== undefined) {
      if (name !== resumeWith) return text
      resumeWith = undefined
      return undefined
    }
    const value = unescapeData(data)
    if (name === 'stop-commands') {
      resumeWith = value
      return undefined
    }
    if (name === 'add-mask') {
      // A secret of several lines is hidden line by line, and as a whole.
      for (const secret of [value, ...value.split(/\r?\n/)]) if (secret.trim() !== '') masks.add(secret)
      return undefined
    }
    if (!SHOWN.has(name)) return text
    const properties = propertiesOf(listed)
    const hasProperties = Object.keys(properties).length > 0
    return { kind: name as LineKind, text: hide(value), ...(hasProperties && { properties }) }
  }
}

function propertiesOf(listed: string): Record<string, string> {
  return Object.fromEntries(
    listed.split(',').flatMap((pair) => {
      const equals = pair.indexOf('=')
      return equals > 0 ? [[pair.slice(0, equals).trim(), unescapeProperty(pair.slice(equals + 1))]] : []
    }),
  )
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
}
