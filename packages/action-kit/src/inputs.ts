import { UserError } from '@interlock/model'

/** What a kind of input makes of its text; throws with what is allowed when it cannot. */
type Parse<T> = (text: string) => T

type Presence = 'optional' | 'required' | 'default'

/**
 * One input or output of an action: how its text becomes a value, and what action.yml and the README say of it.
 * Immutable: each refinement gives a new one.
 */
export class Field<T, P extends Presence = 'optional'> {
  readonly parse: Parse<T>
  /** What people read as its type: `duration`, `true or false`, `one of a, b`. */
  readonly kind: string
  readonly presence: P
  readonly defaultText: string | undefined
  readonly description: string
  readonly secret: boolean

  constructor(
    parse: Parse<T>,
    kind: string,
    presence: P,
    rest: { defaultText?: string; description?: string; secret?: boolean } = {},
  ) {
    this.parse = parse
    this.kind = kind
    this.presence = presence
    this.defaultText = rest.defaultText
    this.description = rest.description ?? ''
    this.secret = rest.secret ?? false
  }

  required(): Field<T, 'required'> {
    return new Field(this.parse, this.kind, 'required', this.#rest())
  }

  /** The default as text of the input: what action.yml shows is what is parsed. */
  default(value: string | number | boolean): Field<T, 'default'> {
    const defaultText = String(value)
    this.parse(defaultText)
    return new Field(this.parse, this.kind, 'default', { ...this.#rest(), defaultText })
  }

  describe(description: string): Field<T, P> {
    return new Field(this.parse, this.kind, this.presence, { ...this.#rest(), description })
  }

  /** Narrows a text to those that match; `expected` completes "must be ...". */
  matching(pattern: RegExp, expected: string): Field<T, P> {
    const parse: Parse<T> = (text) => {
      if (!pattern.test(text)) throw new Problem(expected)
      return this.parse(text)
    }
    return new Field(parse, expected, this.presence, this.#rest())
  }

  #rest(): { description: string; secret: boolean; defaultText?: string } {
    return {
      description: this.description,
      secret: this.secret,
      ...(this.defaultText !== undefined && { defaultText: this.defaultText }),
    }
  }
}

/** Says what is allowed; becomes one line of the error that lists all problems. */
class Problem extends Error {}

export function text(): Field<string> {
  return new Field((value) => value, 'text', 'optional')
}

/** Masked in the log before anything else happens; its value is never part of a message. */
export function secret(): Field<string> {
  return new Field((value) => value, 'secret', 'optional', { secret: true })
}

export function number(): Field<number> {
  return new Field(
    (value) => {
      const found = Number(value)
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) || !Number.isFinite(found)) throw new Problem('a number such as 1.5')
      return found
    },
    'number',
    'optional',
  )
}

export function integer({ min = 0 }: { min?: number } = {}): Field<number> {
  const expected = `a whole number of at least ${min}`
  return new Field(
    (value) => {
      if (!/^\d+$/.test(value) || Number(value) < min || !Number.isSafeInteger(Number(value)))
        throw new Problem(expected)
      return Number(value)
    },
    'whole number',
    'optional',
  )
}

/** `0.1%` or a share such as `0.001`; the value is the share, 0 to 1. */
export function percent(): Field<number> {
  return new Field(
    (value) => {
      const [, digits, sign] = /^(\d+\.?\d*|\.\d+)\s*(%?)$/.exec(value) ?? []
      const share = digits === undefined ? Number.NaN : Number(digits) / (sign ? 100 : 1)
      if (!(share >= 0 && share <= 1)) throw new Problem('a percentage such as 0.5% (0% to 100%)')
      return share
    },
    'percentage',
    'optional',
  )
}

const TRUE = new Set(['true', 'True', 'TRUE'])
const FALSE = new Set(['false', 'False', 'FALSE'])

/** The booleans of the YAML 1.2 core schema, as the toolkit takes them. */
export function boolean(): Field<boolean> {
  return new Field(
    (value) => {
      if (!TRUE.has(value) && !FALSE.has(value)) throw new Problem('true or false')
      return TRUE.has(value)
    },
    '`true` or `false`',
    'optional',
  )
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** `90s`, `15m`, `1h30m`; the value is in milliseconds. */
export function duration(): Field<number> {
  return new Field(
    (value) => {
      if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(value) || value === '')
        throw new Problem('a duration such as 90s, 15m or 1h30m')
      return [...value.matchAll(/(\d+)([hms])/g)].reduce(
        (sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0),
        0,
      )
    },
    'duration',
    'optional',
  )
}

export function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return new Field(
    (value) => {
      const found = values.find((each) => each === value)
      if (found === undefined) throw new Problem(`one of ${values.join(', ')}`)
      return found
    },
    values.map((value) => `\`${value}\``).join(', '),
    'optional',
  )
}

/** Entries separated by commas or line ends; blank ones are dropped. */
export function list(): Field<readonly string[]> {
  return new Field(
    (value) =>
      value
        .split(/[,\n]/)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    'list',
    'optional',
  )
}

export function url(): Field<string> {
  return new Field(
    (value) => {
      if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
        throw new Problem('a URL that begins with https:// or http://')
      return value
    },
    'URL',
    'optional',
  )
}

/** JSON whose shape `validate` vouches for by throwing a UserError that completes "is ...". */
export function json<T>(validate: (value: unknown) => T = (value) => value as T): Field<T> {
  return new Field(
    (value) => {
      let parsed: unknown
      try {
        parsed = JSON.parse(value)
      } catch (error) {
        throw new Problem(`JSON (${error instanceof Error ? error.message : error})`)
      }
      return validate(parsed)
    },
    'JSON',
    'optional',
  )
}

// biome-ignore lint/suspicious/noExplicitAny: any value type and any presence; a spec's own types stay exact
export type AnyField = Field<any, Presence>
export type Fields = Readonly<Record<string, AnyField>>

type ValueOf<F> = F extends Field<infer T, infer P> ? (P extends 'optional' ? T | undefined : T) : never

/** The parsed inputs of a spec, by the names that users write. */
export type Values<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> }

/** Inputs while problems are being collected: what was missing or wrong is undefined. */
export type Candidates<F extends Fields> = {
  readonly [Name in keyof F]?: Exclude<ValueOf<F[Name]>, undefined> | undefined
}

/** `INPUT_` variable of an input: upper case, blanks to underscores, dashes stay (actions/toolkit, `getInput`). */
export function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

/**
 * All inputs as values.
 *
 * @throws UserError that lists every problem: name, value received, what is allowed.
 */
export function parseInputs<F extends Fields>(
  fields: F,
  environment: Readonly<Record<string, string | undefined>>,
  check: (inputs: Candidates<F>) => readonly string[] = () => [],
): Values<F> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const given = environment[variableOf(name)]?.trim() ?? ''
    const raw = given === '' ? field.defaultText : given
    if (raw === undefined) {
      if (field.presence === 'required') problems.push(`\`${name}\` is required: ${lowerFirst(field.description)}.`)
      continue
    }
    try {
      values[name] = field.parse(raw)
    } catch (error) {
      if (!(error instanceof Problem || error instanceof UserError)) throw error
      const received = field.secret ? 'a value' : JSON.stringify(shorten(raw))
      problems.push(
        error instanceof Problem
          ? `\`${name}\` must be ${error.message}, received ${received}.`
          : `\`${name}\` is ${error.message.replace(/\.$/, '')}; received ${received}.`,
      )
    }
  }
  problems.push(...check(values as Candidates<F>))
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'One input needs' : `${problems.length} inputs need`
    throw new UserError([`${count} a change:`, ...problems.map((problem) => `- ${problem}`)].join('\n'))
  }
  return values as Values<F>
}

function shorten(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
