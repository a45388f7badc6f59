/** What a kind of field makes of its text; throws `Problem` with what is allowed when it cannot. */
export type Parse<T> = (text: string) => T

export type Presence = 'optional' | 'required' | 'default'

/** Completes "must be ..."; becomes one line of the error that lists all problems. */
export class Problem extends Error {
  override readonly name = 'Problem'
}

interface Rest {
  readonly description: string
  readonly secret: boolean
  readonly defaultText: string | undefined
  readonly context: string | undefined
}

const BLANK: Rest = { description: '', secret: false, defaultText: undefined, context: undefined }

/**
 * One input or output of an action: how its text becomes a value, and what action.yml and the README say of it.
 * Immutable: each refinement gives a new one.
 */
export class Field<T, P extends Presence = 'optional'> {
  readonly parse: Parse<T>
  /** What people read as its type, as markdown: `duration`, `true or false`. */
  readonly kind: string
  readonly presence: P
  readonly #rest: Rest

  constructor(parse: Parse<T>, kind: string, presence: P, rest: Partial<Rest> = {}) {
    this.parse = parse
    this.kind = kind
    this.presence = presence
    this.#rest = { ...BLANK, ...rest }
  }

  get description(): string {
    return this.#rest.description
  }

  /** Masked in the log before anything else happens, and left out of every message. */
  get secret(): boolean {
    return this.#rest.secret
  }

  get defaultText(): string | undefined {
    return this.#rest.defaultText
  }

  /** The expression that the runner evaluates when the user gives nothing, e.g. `github.token`. */
  get context(): string | undefined {
    return this.#rest.context
  }

  /** Blank is an error that lists the description, so say there what to give. */
  required(): Field<T, 'required'> {
    return new Field(this.parse, this.kind, 'required', this.#rest)
  }

  /** The default as text of the input: what action.yml shows is what is parsed. Throws here and now when it is not allowed. */
  default(value: string | number | boolean): Field<T, 'default'> {
    const defaultText = String(value)
    this.parse(defaultText)
    return new Field(this.parse, this.kind, 'default', { ...this.#rest, defaultText })
  }

  /** The runner fills it from this expression unless the user gives something; blank stays possible, so the value is optional. */
  fromContext(context: string): Field<T, 'optional'> {
    return new Field(this.parse, this.kind, 'optional', { ...this.#rest, context })
  }

  /** One sentence or two in markdown, without the last full stop. */
  describe(description: string): Field<T, P> {
    return new Field(this.parse, this.kind, this.presence, { ...this.#rest, description })
  }

  /** Only texts that match; `expected` completes "must be ...". */
  matching(pattern: RegExp, expected: string): Field<T, P> {
    const parse: Parse<T> = (text) => {
      if (!pattern.test(text)) throw new Problem(expected)
      return this.parse(text)
    }
    return new Field(parse, expected.replace(/^(the|an?) /, ''), this.presence, this.#rest)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: any value type and any presence; a spec's own types stay exact
export type AnyField = Field<any, Presence>
export type Fields = Readonly<Record<string, AnyField>>

export type ValueOf<F> = F extends Field<infer T, infer P> ? (P extends 'optional' ? T | undefined : T) : never

/** The parsed inputs of a spec, by the names that users write. */
export type Values<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> }

/** Inputs while problems are being collected: what was missing or wrong is undefined. */
export type Candidates<F extends Fields> = {
  readonly [Name in keyof F]?: Exclude<ValueOf<F[Name]>, undefined> | undefined
}
