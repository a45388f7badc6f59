/** What became of one request. */
export interface Answer {
  /** When it was sent, wall milliseconds since the epoch. */
  readonly at: number
  /** HTTP status; `error` when there was no whole answer: refused, reset or too late. */
  readonly status: number | 'error'
  /** As the version header names it; empty when nobody said, e.g. for the balancer's own 502. */
  readonly version: string
  /** From sending to the end of the answer. */
  readonly ms: number
}

export interface VersionCount {
  readonly requests: number
  readonly failed: number
}

export interface SecondCount {
  /** Start of the second, wall milliseconds since the epoch. */
  readonly at: number
  readonly byVersion: Readonly<Record<string, VersionCount>>
}

export interface LoadStats extends VersionCount {
  readonly byVersion: Readonly<Record<string, VersionCount>>
  /** Ascending; by when a request was sent. A second without requests is absent. */
  readonly seconds: readonly SecondCount[]
  /** Median and 99th percentile of `ms`; 0 without answers. */
  readonly p50: number
  readonly p99: number
}

/** A user would call it broken: no answer, or the server's own error. */
export function hasFailed({ status }: Pick<Answer, 'status'>): boolean {
  return status === 'error' || status >= 500
}

export function statsOf(answers: readonly Answer[]): LoadStats {
  const seconds = new Map<number, Answer[]>()
  for (const answer of answers) {
    const second = Math.floor(answer.at / 1000) * 1000
    const known = seconds.get(second)
    if (known) known.push(answer)
    else seconds.set(second, [answer])
  }
  const durations = Float64Array.from(answers, ({ ms }) => ms).sort()
  const quantile = (share: number) =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0
  return {
    ...countOf(answers),
    byVersion: byVersion(answers),
    seconds: [...seconds]
      .toSorted(([a], [b]) => a - b)
      .map(([at, inSecond]) => ({ at, byVersion: byVersion(inSecond) })),
    p50: quantile(0.5),
    p99: quantile(0.99),
  }
}

function byVersion(answers: readonly Answer[]): Record<string, VersionCount> {
  const groups = Object.groupBy(answers, ({ version }) => version)
  return Object.fromEntries(Object.entries(groups).map(([version, group = []]) => [version, countOf(group)]))
}

function countOf(answers: readonly Answer[]): VersionCount {
  return { requests: answers.length, failed: answers.filter(hasFailed).length }
}
