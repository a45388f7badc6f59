import type { LoggedCall } from '../call-log.ts'
import { type Answer, hasFailed } from '../load/index.ts'
import { CALLER, type DemoRun, type Deploy } from './demo-run.ts'

/** demo-result.json. Seconds are wall seconds. */
export interface DemoResult {
  readonly schemaVersion: 1
  readonly seconds: number
  readonly requestsPerSecond: number
  readonly clockRate: number
  readonly propagationSeconds: number
  readonly deploys: readonly DeployResult[]
}

export interface DeployResult {
  readonly version: string
  /** Of the step that came last: `promoted`, `rolled-back`, `held`, ..., or `aborted` when nothing was shifted. */
  readonly outcome: string
  readonly verdict: string
  /** Sent between the start of this deploy and the start of the next. */
  readonly requests: number
  readonly failedRequests: number
  /** Failures that were not answered by the version itself. This and what follows: only after a rollback. */
  readonly failedByOthers?: number
  /** From the decision to the weights read back, by the bundle's own clock. */
  readonly rollbackSeconds?: number
  /** From the decision to the old version's answers, by the bundle's own probes. */
  readonly trafficRestoredSeconds?: number
  /** ModifyRule and ModifyListener in the call log from the decision on. */
  readonly rollbackWriteCalls?: number
}

/** What the demo measures besides, without asking the bundles. Wall milliseconds since the epoch; wall seconds. */
export interface Independently {
  /** The shift's write of the weights; undefined when there was none. */
  readonly shiftedAt?: number
  /** The last CloudWatch answer before the decision. */
  readonly decidedAt?: number
  /** The rollback's write was answered. */
  readonly writtenAt?: number
  /** The rule was read back after that. */
  readonly readBackAt?: number
  /** First of 20 answers in a row that users got from the old version. */
  readonly restoredAt?: number
}

/** As many answers in a row make the return of the old version more than luck; the bundle asks for as many. */
const IN_A_ROW = 20

export function measure(run: DemoRun): DemoResult {
  const seconds = (run.endedAt - run.startedAt) / 1000
  const [first, last] = [run.answers[0], run.answers.at(-1)]
  const underLoad = first && last ? (last.at - first.at) / 1000 : 0
  return {
    schemaVersion: 1,
    seconds: round(seconds, 1),
    requestsPerSecond: underLoad > 0 ? round(run.answers.length / underLoad, 1) : 0,
    clockRate: run.clockRate,
    propagationSeconds: run.propagationSeconds,
    deploys: run.deploys.map((deploy) => resultOf(deploy, run)),
  }
}

function resultOf(deploy: Deploy, run: DemoRun): DeployResult {
  const { version, shift, watch } = deploy
  const answers = answersOf(deploy, run)
  const failed = answers.filter(hasFailed)
  const outcome = watch?.outputs['outcome'] || shift.outputs['outcome'] || 'aborted'
  const result = {
    version,
    outcome,
    verdict: watch?.outputs['verdict'] || 'ERROR',
    requests: answers.length,
    failedRequests: failed.length,
  }
  if (outcome !== 'rolled-back') return result
  // The bundle lives in lab time, so its seconds are lab seconds.
  const seconds = (name: string) => {
    const text = watch?.outputs[name] ?? ''
    return text === '' ? undefined : round(Number(text) / run.clockRate, 2)
  }
  const rollbackSeconds = seconds('rollback-seconds')
  const trafficRestoredSeconds = seconds('traffic-restored-seconds')
  return {
    ...result,
    failedByOthers: failed.filter((answer) => answer.version !== version).length,
    ...(rollbackSeconds !== undefined && { rollbackSeconds }),
    ...(trafficRestoredSeconds !== undefined && { trafficRestoredSeconds }),
    rollbackWriteCalls: rollbackWrites(deploy, run).length,
  }
}

/** Answers to requests sent from the start of this deploy to the start of the next. */
export function answersOf(deploy: Deploy, { answers, deploys }: DemoRun): Answer[] {
  const until = deploys[deploys.indexOf(deploy) + 1]?.startedAt ?? Number.POSITIVE_INFINITY
  return answers.filter(({ at }) => at >= deploy.startedAt && at < until)
}

/** When things happened, from the call log and from what users were answered. */
export function independently(deploy: Deploy, run: DemoRun): Independently {
  const calls = callsOf(deploy, run)
  const shifted = calls.find(isWrite)
  const decidedAt = decisionOf(deploy, run)
  if (shifted === undefined || decidedAt === undefined) return { ...(shifted && { shiftedAt: shifted.answeredAt }) }
  const written = rollbackWrites(deploy, run).findLast(({ answeredAt }) => answeredAt > 0)
  const readBack =
    written &&
    calls.find(
      ({ at, operation, status }) =>
        at >= written.answeredAt && /^Describe(Rules|Listeners)$/.test(operation) && status === 200,
    )
  const restoredAt = written && returnOf(deploy.previousVersion, decidedAt, run.answers)
  return {
    shiftedAt: shifted.answeredAt,
    decidedAt,
    ...(written && { writtenAt: written.answeredAt }),
    ...(readBack && { readBackAt: readBack.answeredAt }),
    ...(restoredAt !== undefined && { restoredAt }),
  }
}

/** When the bundle had the numbers that it decided by: its last answer from CloudWatch. */
function decisionOf(deploy: Deploy, run: DemoRun): number | undefined {
  const read = callsOf(deploy, run).findLast(
    ({ operation, answeredAt }) => operation === 'GetMetricData' && answeredAt > 0,
  )
  return read?.answeredAt
}

function rollbackWrites(deploy: Deploy, run: DemoRun): LoggedCall[] {
  const decidedAt = decisionOf(deploy, run)
  return decidedAt === undefined ? [] : callsOf(deploy, run).filter((call) => isWrite(call) && call.at >= decidedAt)
}

function callsOf({ startedAt, endedAt }: Deploy, { calls }: DemoRun): LoggedCall[] {
  return calls.filter(({ at, caller }) => caller === CALLER && at >= startedAt && at <= endedAt)
}

function isWrite({ operation }: LoggedCall): boolean {
  return operation === 'ModifyRule' || operation === 'ModifyListener'
}

function returnOf(version: string, since: number, answers: readonly Answer[]): number | undefined {
  const after = answers.filter(({ at }) => at >= since)
  const first = after.findIndex(
    (_, at) =>
      after.length >= at + IN_A_ROW && after.slice(at, at + IN_A_ROW).every((each) => each.version === version),
  )
  const answer = after[first]
  return answer && answer.at + answer.ms
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
