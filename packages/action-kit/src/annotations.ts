/** The runner keeps this many annotations of each level per step and drops the rest without a word (actions/runner, `_maxCountPerIssueType`). */
export const KEPT_PER_LEVEL = 10

export const LEVELS = ['error', 'warning', 'notice'] as const
export type Level = (typeof LEVELS)[number]

export interface Annotation {
  readonly level: Level
  readonly message: string
  readonly title?: string
  readonly file?: string
  readonly startLine?: number
  /** Higher is kept first. Default 0. */
  readonly importance?: number
}

/** The most important annotations of each level, in order of importance, and how many of each level were left out. */
export function choose(all: readonly Annotation[]): { kept: Annotation[]; dropped: Map<Level, number> } {
  const kept: Annotation[] = []
  const dropped = new Map<Level, number>()
  for (const level of LEVELS) {
    const ranked = all
      .filter((each) => each.level === level)
      .toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0))
    kept.push(...ranked.slice(0, KEPT_PER_LEVEL))
    if (ranked.length > KEPT_PER_LEVEL) dropped.set(level, ranked.length - KEPT_PER_LEVEL)
  }
  return { kept, dropped }
}
