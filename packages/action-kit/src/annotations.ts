import { command } from './commands.ts'

/** The runner keeps this many annotations of each level per step and drops the rest without a word (actions/runner, `_maxCountPerIssueType`). */
export const KEPT_PER_LEVEL = 10

/** The runner cuts a message after this many characters (actions/runner, `_maxIssueMessageLength`). */
const LONGEST_MESSAGE = 4_096

export const LEVELS = ['error', 'warning', 'notice'] as const
export type Level = (typeof LEVELS)[number]

export interface Annotation {
  readonly level: Level
  readonly message: string
  readonly title?: string
  /** Path in the repository. */
  readonly file?: string
  /** First line is 1. */
  readonly startLine?: number
  readonly endLine?: number
  /** Higher is kept first; equal ones in the order they came. Default 0. */
  readonly importance?: number
}

/** The most important annotations of each level, in order of importance, and how many of each level were left out. */
export function choose(all: readonly Annotation[]): { kept: Annotation[]; dropped: Map<Level, number> } {
  const kept: Annotation[] = []
  const dropped = new Map<Level, number>()
  for (const level of LEVELS) {
    const ranked = all
      .filter((each) => each.level === level)
      .toSorted((a, b) => (a.importance === b.importance ? 0 : (b.importance ?? 0) - (a.importance ?? 0)))
    kept.push(...ranked.slice(0, KEPT_PER_LEVEL))
    if (ranked.length > KEPT_PER_LEVEL) dropped.set(level, ranked.length - KEPT_PER_LEVEL)
  }
  return { kept, dropped }
}

/** The lines that end a step's log: the annotations that the runner will keep, and how many it would have dropped. */
export function renderAnnotations(all: readonly Annotation[]): string {
  const { kept, dropped } = choose(all)
  const lines = kept.map(({ level, message, title, file, startLine, endLine }) =>
    command(level, shorten(message), {
      ...(title !== undefined && { title }),
      ...(file !== undefined && { file }),
      ...(startLine !== undefined && { line: startLine }),
      ...(endLine !== undefined && { endLine }),
    }),
  )
  const notes = [...dropped].map(
    ([level, count]) =>
      `${count} more of level ${level} stand in the log only: GitHub shows ${KEPT_PER_LEVEL} of each level per step.\n`,
  )
  return [...lines, ...notes].join('')
}

function shorten(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message
}
