import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What the runner reads of an action.yml before it starts a JavaScript action. */
export interface ActionFile {
  readonly name: string
  /** Defaults as text, by the input's name; an input without a default is empty text, as the runner passes it. */
  readonly inputs: ReadonlyMap<string, string>
  readonly main: string
  readonly post?: string
}

/**
 * `given` names the inputs whose defaults do not matter.
 *
 * @throws Error when the file is not of a Node 24 action, or a default would have to be evaluated.
 */
export function readActionFile(folder: string, given: readonly string[] = []): ActionFile {
  const file = join(folder, 'action.yml')
  const content = objectOf(parse(readFileSync(file, 'utf8')))
  const runs = objectOf(content['runs'])
  if (runs['using'] !== 'node24') throw new Error(`${file}: only \`using: node24\` runs here, it says ${runs['using']}`)
  if (typeof runs['main'] !== 'string') throw new Error(`${file}: \`runs.main\` is missing`)
  if (runs['pre'] !== undefined) throw new Error(`${file}: \`runs.pre\` does not run here`)
  const inputs = Object.entries(objectOf(content['inputs'])).map(([name, input]) => {
    const text = String(objectOf(input)['default'] ?? '')
    if (text.includes('${{') && !given.includes(name))
      throw new Error(`${file}: the default of ${name} is an expression, which is not evaluated here`)
    return [name, text] as const
  })
  return {
    name: String(content['name'] ?? ''),
    inputs: new Map(inputs),
    main: runs['main'],
    ...(typeof runs['post'] === 'string' && { post: runs['post'] }),
  }
}

/** `INPUT_` variable of an input: upper case, spaces to underscores, hyphens kept (actions/runner, Handler.AddInputsToEnvironment). */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
