import type { Action } from './action.ts'
import { command } from './commands.ts'
import type { AnyField } from './field.ts'
import { givenText } from './inputs.ts'

/** A value shorter than this would blank out half the log if it were masked. */
export const SHORTEST_MASK = 4

/** What the runner was told to hide. */
export class Masks {
  readonly #hidden = new Set<string>()
  readonly #write: (text: string) => void

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** Hides a value in all that follows of the log; false when it is too short for that, and nothing was done. */
  hide(value: string): boolean {
    if (value.length < SHORTEST_MASK) return false
    // Each line on its own too: the runner looks for masks line by line.
    for (const part of new Set([value, ...value.split(/\r?\n/)])) {
      if (part.trim().length < SHORTEST_MASK) continue
      this.#write(command('add-mask', part))
      this.#hidden.add(part)
    }
    return true
  }

  isIn(text: string): boolean {
    return [...this.#hidden].some((each) => text.includes(each))
  }
}

/** Masks every secret input before anything can echo it. Returns a warning for each that is too short. */
export function maskSecrets(
  { inputs }: Action,
  environment: Readonly<Record<string, string | undefined>>,
  masks: Masks,
): string[] {
  return Object.entries(inputs as Record<string, AnyField>).flatMap(([name, field]) => {
    const value = field.secret ? givenText(name, environment) : undefined
    if (value === undefined || masks.hide(value)) return []
    return [
      `\`${name}\` is shorter than ${SHORTEST_MASK} characters and cannot be masked in the log: use a longer secret.`,
    ]
  })
}
