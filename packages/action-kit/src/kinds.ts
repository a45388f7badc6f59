import { Field, Problem } from './field.ts'

/** Any text, trimmed. */
export function text(): Field<string> {
  return new Field((value) => value, 'text', 'optional')
}

/** Masked in the log before anything else happens; its value is never part of a message. */
export function secret(): Field<string> {
  return new Field((value) => value, 'secret', 'optional', { secret: true })
}

interface Range {
  readonly min?: number
  readonly max?: number
}

/** A decimal number such as `1.5`. */
export function number({ min = -Infinity, max = Infinity }: Range = {}): Field<number> {
  const expected = `a number${rangeText({ min, max })}, such as ${Math.min(Math.max(1.5, min), max)}`
  return new Field(
    (value) => {
      const found = Number(value)
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) || !(found >= min && found <= max)) throw new Problem(expected)
      return found
    },
    'number',
    'optional',
  )
}

/** A whole number, by default 0 or more. */
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): Field<number> {
  const range = rangeText(max === Number.MAX_SAFE_INTEGER ? { min } : { min, max })
  return new Field(
    (value) => {
      const found = Number(value)
      if (!/^-?\d+$/.test(value) || !(found >= min && found <= max)) throw new Problem(`a whole number${range}`)
      return found
    },
    'whole number',
    'optional',
  )
}

/** `0.1%`, or the share `0.001`; the value is the share, 0 to 1. */
export function percent(): Field<number> {
  return new Field(
    (value) => {
      const [, digits, sign] = /^(\d+\.?\d*|\.\d+)\s*(%?)$/.exec(value) ?? []
      const share = digits === undefined ? Number.NaN : Number(digits) / (sign ? 100 : 1)
      if (!(share >= 0 && share <= 1)) throw new Problem('a percentage from 0% to 100%, such as 0.5%')
      return share
    },
    'percentage',
    'optional',
  )
}

const TRUE = new Set(['true', 'True', 'TRUE'])
const FALSE = new Set(['false', 'False', 'FALSE'])

/** The booleans of the YAML 1.2 core schema, as `getBooleanInput` of the toolkit takes them. */
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

const UNITS = { h: 3_600_000, m: 60_000, s: 1_000 } as const

/** `90s`, `15m`, `1h30m`; the value is in milliseconds. */
export function duration({ min = 0, max = Infinity }: Range = {}): Field<number> {
  const range = { ...(min > 0 && { min: durationText(min) }), ...(max < Infinity && { max: durationText(max) }) }
  const expected = `a duration${rangeText(range)}, such as 90s, 15m or 1h30m`
  return new Field(
    (value) => {
      const [whole, h = 0, m = 0, s = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value) ?? []
      const found = Number(h) * UNITS.h + Number(m) * UNITS.m + Number(s) * UNITS.s
      if (!whole || !(found >= min && found <= max)) throw new Problem(expected)
      return found
    },
    'duration',
    'optional',
  )
}

/** One of these words, exactly as written. */
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

/** Entries separated by commas or line ends; blank ones are dropped, and nothing but blank ones is a mistake. */
export function list(): Field<readonly string[]> {
  return new Field(
    (value) => {
      const entries = value
        .split(/[,\n]/)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
      if (entries.length === 0) throw new Problem('a list of names separated by commas or line ends')
      return entries
    },
    'list',
    'optional',
  )
}

/** An absolute `https://` or `http://` URL, as text. */
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

/** JSON whose shape `validate` vouches for by throwing a UserError that completes "`name` is ...". */
export function json<T>(validate: (value: unknown) => T = (value) => value as T): Field<T> {
  return new Field(
    (value) => {
      let parsed: unknown
      try {
        parsed = JSON.parse(value)
      } catch {
        // The parser's own message quotes the text, which the error does anyway, and a secret's must not.
        throw new Problem('JSON')
      }
      return validate(parsed)
    },
    'JSON',
    'optional',
  )
}

function rangeText({ min, max }: { min?: number | string; max?: number | string }): string {
  const has = (bound: number | string | undefined) => bound !== undefined && Math.abs(Number(bound)) !== Infinity
  if (has(min) && has(max)) return ` from ${min} to ${max}`
  if (has(min)) return ` of at least ${min}`
  return has(max) ? ` of at most ${max}` : ''
}

function durationText(milliseconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, each]) => milliseconds % each === 0) ?? ['s', 1_000]
  return `${milliseconds / size}${unit}`
}
