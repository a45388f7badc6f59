import { type Clock, ExternalError, type MetricReader, type ReasonCode, type Verdict } from '@interlock/model'
import { type Judgement, type JudgePolicy, judge } from './judge.ts'
import { floorToMinute, MINUTE, readSignals, SETTLE_MILLISECONDS, type Signal, type Subjects } from './signals.ts'

export interface WatchPlan extends Subjects {
  readonly shiftedAt: Date
  /** Milliseconds; whole minutes of it are watched, at least one. */
  readonly watchFor: number
  /** Milliseconds before the shift in which the previous version is measured. */
  readonly baseline: number
  readonly policy: JudgePolicy
}

/** One settled minute more, judged with all before it. */
export interface WatchLook {
  readonly look: number
  readonly looks: number
  /** End of the last minute that was judged. */
  readonly until: Date
  readonly verdict: Exclude<Verdict, 'ERROR'>
  /** In the order of the signals; the first is the release's own answers. */
  readonly judged: readonly { readonly signal: Signal; readonly judgement: Judgement }[]
  /** Minutes whose counts differ from what an earlier look was told of them. */
  readonly revised: readonly number[]
}

export interface WatchResult {
  readonly verdict: Verdict
  readonly reasonCode: ReasonCode
  /** One sentence for people. */
  readonly because: string
  readonly looks: readonly WatchLook[]
}

const PAUSE_AFTER_PROBLEM = 15_000
/** As many readings in a row, over at least as long, have to fail before a watch is given up. */
const GIVE_UP_AFTER = 3
const GIVE_UP_MILLISECONDS = 120_000

/**
 * Watches until the release is found good or bad or the time is over. One look per settled minute; a watch that starts
 * late sees all that has settled at once. Nothing is changed here.
 */
export async function watch(options: {
  readonly reader: MetricReader
  readonly clock: Clock
  readonly plan: WatchPlan
  readonly signal?: AbortSignal
  readonly onLook?: (look: WatchLook) => void
  readonly onProblem?: (problem: Error) => void
}): Promise<WatchResult> {
  const { reader, clock, plan, signal, onLook, onProblem } = options
  const firstMinute = floorToMinute(plan.shiftedAt.getTime()) + MINUTE
  const count = Math.max(1, Math.floor(plan.watchFor / MINUTE))
  const looks: WatchLook[] = []
  const trouble = { since: 0, inARow: 0 }

  for (let look = 1; look <= count; ) {
    const settledAt = firstMinute + look * MINUTE + SETTLE_MILLISECONDS
    const wait = settledAt - clock.now().getTime()
    if (wait > 0) {
      await clock.sleep(wait, signal)
      continue // A timer may fire a little early; a minute is never read before its time.
    }
    look = Math.min(count, Math.floor((clock.now().getTime() - SETTLE_MILLISECONDS - firstMinute) / MINUTE))
    const until = firstMinute + look * MINUTE
    let signals: readonly Signal[]
    try {
      signals = await readSignals(reader, plan, {
        baselineStart: plan.shiftedAt.getTime() - plan.baseline,
        shiftedAt: plan.shiftedAt.getTime(),
        settledUntil: until,
      })
      trouble.inARow = 0
    } catch (error) {
      if (!(error instanceof ExternalError && error.call.transient)) throw error
      const now = clock.now().getTime()
      if (trouble.inARow === 0) trouble.since = now
      trouble.inARow += 1
      onProblem?.(error)
      if (trouble.inARow >= GIVE_UP_AFTER && now - trouble.since >= GIVE_UP_MILLISECONDS) {
        return { verdict: 'ERROR', reasonCode: 'metrics-unavailable', because: error.message, looks }
      }
      await clock.sleep(PAUSE_AFTER_PROBLEM, signal)
      continue
    }
    const found = lookAt(signals, { look, looks: count, until, policy: plan.policy, before: looks.at(-1) })
    looks.push(found)
    onLook?.(found)
    if (found.verdict !== 'INCONCLUSIVE' || look === count) return resultOf(found, looks)
    look += 1
  }
  throw new Error('A watch has at least one look')
}

/** All signals together: any FAIL fails; the release's own answers must PASS for a PASS. */
function lookAt(
  signals: readonly Signal[],
  at: { look: number; looks: number; until: number; policy: JudgePolicy; before: WatchLook | undefined },
): WatchLook {
  // The promise about false rollbacks is for all signals together.
  const policy = { ...at.policy, falseRollback: at.policy.falseRollback / signals.length }
  const judged = signals.map((signal) => ({
    signal,
    judgement: judge({ baseline: signal.baseline, release: signal.release, look: at.look, looks: at.looks, policy }),
  }))
  const failed = judged.some(({ judgement }) => judgement.verdict === 'FAIL')
  return {
    ...{ look: at.look, looks: at.looks, until: new Date(at.until), judged },
    verdict: failed ? 'FAIL' : (judged[0]?.judgement.verdict ?? 'INCONCLUSIVE'),
    revised: revisedSince(at.before, signals),
  }
}

function resultOf(last: WatchLook, looks: readonly WatchLook[]): WatchResult {
  const deciding = last.judged.find(({ judgement }) => judgement.verdict === last.verdict) ?? last.judged[0]
  const because = deciding?.judgement.because ?? ''
  const reasonCode: ReasonCode =
    last.verdict === 'FAIL' ? 'more-errors-than-baseline' : last.verdict === 'PASS' ? 'healthy' : 'not-enough-data'
  return { verdict: last.verdict, reasonCode, because, looks }
}

function revisedSince(before: WatchLook | undefined, signals: readonly Signal[]): number[] {
  const changed = new Set<number>()
  for (const [at, { release }] of signals.entries()) {
    for (const old of before?.judged[at]?.signal.release ?? []) {
      const now = release.find(({ minute }) => minute === old.minute)
      if (now?.requests !== old.requests || now.errors !== old.errors) changed.add(old.minute)
    }
  }
  return [...changed]
}
