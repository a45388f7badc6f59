import { hasFailed } from '../../load/index.ts'
import type { DemoRun } from '../demo-run.ts'

/** Traffic in equal bins from the start of the demo. */
export interface Series {
  readonly binSeconds: number
  /** Ascending; the load balancer's own answers, which name no version, are `''` and last. */
  readonly versions: readonly string[]
  readonly bins: readonly Bin[]
}

export interface Bin {
  /** Seconds from the start of the demo to the start of the bin. */
  readonly from: number
  /** Per second, in the order of `versions`. */
  readonly perSecond: readonly number[]
  readonly failedPerSecond: number
}

/** Whole bins only: a part of one at the end would look like a loss of traffic. */
export function seriesOf({ answers, startedAt, endedAt }: DemoRun, binSeconds: number): Series {
  const versions = [...new Set(answers.map(({ version }) => version))].toSorted(byName)
  const count = Math.floor((endedAt - startedAt) / 1000 / binSeconds)
  const bins = Array.from({ length: count }, (_, at) => ({
    from: at * binSeconds,
    counts: versions.map(() => 0),
    failed: 0,
  }))
  for (const answer of answers) {
    const bin = bins[Math.floor((answer.at - startedAt) / 1000 / binSeconds)]
    const of = versions.indexOf(answer.version)
    if (!bin) continue
    bin.counts[of] = (bin.counts[of] ?? 0) + 1
    if (hasFailed(answer)) bin.failed += 1
  }
  return {
    binSeconds,
    versions,
    bins: bins.map(({ from, counts, failed }) => ({
      from,
      perSecond: counts.map((each) => each / binSeconds),
      failedPerSecond: failed / binSeconds,
    })),
  }
}

export function nameOf(version: string): string {
  return version || 'load balancer itself'
}

function byName(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}
