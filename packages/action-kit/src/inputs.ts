import { UserError } from '@interlock/model'
import { type AnyField, type Candidates, type Fields, Problem, type Values } from './field.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A received value is quoted up to this length: an error is read by people, and the runner cuts an annotation at 4096 characters. */
const QUOTED_LENGTH = 200

/** `INPUT_` variable of an input: upper case, blanks to underscores, dashes stay (actions/toolkit, `getInput`). */
export function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

/** What the user or the runner gave; blank is absent. */
export function givenText(name: string, environment: Environment): string | undefined {
  return environment[variableOf(name)]?.trim() || undefined
}

/**
 * All inputs as values.
 *
 * @throws UserError that lists every problem: name, what is allowed, value received (never a secret's).
 */
export function parseInputs<F extends Fields>(
  fields: F,
  environment: Environment,
  check: (inputs: Candidates<F>) => readonly string[] = () => [],
): Values<F> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const raw = givenText(name, environment) ?? field.defaultText
    if (raw !== undefined) {
      const outcome = attempt(name, field, raw)
      if ('problem' in outcome) problems.push(outcome.problem)
      else values[name] = outcome.value
    } else if (field.presence === 'required') {
      problems.push(`\`${name}\` is required: ${lowerFirst(field.description)}.`)
    }
  }
  problems.push(...check(values as Candidates<F>))
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'One input needs' : `${problems.length} inputs need`
    throw new UserError([`${count} a change:`, ...problems.map((problem) => `- ${problem}`)].join('\n'))
  }
  return Object.freeze(values) as Values<F>
}

function attempt(name: string, field: AnyField, raw: string): { value: unknown } | { problem: string } {
  try {
    return { value: field.parse(raw) }
  } catch (error) {
    const received = field.secret ? 'another value' : JSON.stringify(shorten(raw))
    if (error instanceof Problem) return { problem: `\`${name}\` must be ${error.message}; received ${received}.` }
    if (error instanceof UserError)
      return { problem: `\`${name}\` is ${error.message.replace(/\.$/, '')}; received ${received}.` }
    throw error
  }
}

function shorten(value: string): string {
  return value.length > QUOTED_LENGTH ? `${value.slice(0, QUOTED_LENGTH)}…` : value
}

/** Joins a description to a sentence; a name such as ARN keeps its capitals. */
function lowerFirst(sentence: string): string {
  return /^[A-Z][a-z ]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence
}
