import { ShapeError } from './aws-error.ts'
import { requiredMembers, type Schema } from './shape.ts'

/**
 * The value that a JSON or CBOR body gives for a shape. Stricter than AWS: an unknown member is an error, since in a
 * lab it means that somebody relies on something that is not there.
 */
export function decode(schema: Schema, value: unknown, path = ''): unknown {
  if (value === null || value === undefined) return undefined
  if (schema.isStructSchema()) return decodeStruct(schema, value, path)
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(path, 'a list', value)
    return value.map((entry, at) => decodeEntry(schema.getValueSchema(), entry, `${path}[${at}]`))
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) throw wrong(path, 'a map', value)
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, decodeEntry(schema.getValueSchema(), entry, `${path}.${key}`)]),
    )
  }
  return decodeScalar(schema, value, path)
}

/** Of a list or a map: null is no entry. */
function decodeEntry(schema: Schema, value: unknown, path: string): unknown {
  const entry = decode(schema, value, path)
  if (entry === undefined) throw wrong(path, 'a value', null)
  return entry
}

/** The value of a shape in a form body of AWS's query protocol: `Actions.member.1.Type=forward`. */
export function decodeForm(schema: Schema, form: URLSearchParams): unknown {
  const tree: Tree = { children: new Map() }
  for (const [name, text] of form) {
    if (name === 'Action' || name === 'Version') continue
    let node = tree
    for (const part of name.split('.')) {
      const child: Tree = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, child)
      node = child
    }
    node.text = text
  }
  return decode(schema, plain(schema, tree, ''))
}

interface Tree {
  text?: string
  readonly children: Map<string, Tree>
}

/** The tree as plain objects, lists and scalars, so that one decoder checks all protocols. */
function plain(schema: Schema, { text, children }: Tree, path: string): unknown {
  if (schema.isStructSchema()) {
    const members = new Map(Object.entries(schema.getMemberSchemas()))
    return Object.fromEntries(
      [...children].map(([name, child]) => [
        name,
        members.get(name) ? plain(members.get(name) as Schema, child, `${path}.${name}`) : (child.text ?? {}),
      ]),
    )
  }
  if (schema.isListSchema()) {
    // An empty list is sent as `Name=`.
    if (children.size === 0 && !text) return []
    if (children.size === 0) throw new ShapeError(`${path.slice(1)} must be a list, got text`)
    const entries = children.get('member')?.children ?? children
    return [...entries]
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([at, child]) => {
        if (!/^\d+$/.test(at)) throw new ShapeError(`${path.slice(1)} is a list, it has no member ${at}`)
        return plain(schema.getValueSchema(), child, `${path}[${at}]`)
      })
  }
  if (children.size > 0) throw new ShapeError(`${path.slice(1)} has no members`)
  if (schema.isBooleanSchema()) return text === 'true' ? true : text === 'false' ? false : text
  if (schema.isNumericSchema()) return text === undefined || text.trim() === '' ? text : Number(text)
  return text
}

function decodeStruct(schema: Schema, value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw wrong(path, 'a structure', value)
  const members = schema.getMemberSchemas()
  const result: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(value)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined
    if (!member) throw new ShapeError(`${schema.getName()} has no member ${path ? `${path}.` : ''}${name}`)
    const decoded = decode(member, given, path ? `${path}.${name}` : name)
    if (decoded !== undefined) result[name] = decoded
  }
  for (const name of requiredMembers(schema)) {
    if (result[name] === undefined)
      throw new ShapeError(`${path ? `${path}.` : ''}${name} is required in ${schema.getName()}`)
  }
  return result
}

function decodeScalar(schema: Schema, value: unknown, path: string): unknown {
  if (schema.isTimestampSchema()) return decodeTime(value, path)
  if (schema.isBooleanSchema()) {
    if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
    return value
  }
  if (schema.isNumericSchema()) {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(path, 'a number', value)
    return value
  }
  if (schema.isStringSchema()) {
    if (typeof value !== 'string') throw wrong(path, 'text', value)
    return value
  }
  return value
}

/** Seconds since the epoch (JSON), ISO 8601 (query) or a CBOR time. */
function decodeTime(value: unknown, path: string): Date {
  const seconds = isObject(value) && value['tag'] === 1 ? value['value'] : value
  const time =
    seconds instanceof Date
      ? seconds
      : typeof seconds === 'number'
        ? new Date(seconds * 1000)
        : new Date(String(seconds))
  if (Number.isNaN(time.getTime())) throw wrong(path, 'a time', value)
  return time
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(path: string, expected: string, value: unknown): ShapeError {
  return new ShapeError(
    `${path || 'The body'} must be ${expected}, got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`,
  )
}
