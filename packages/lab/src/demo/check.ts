import { type Answer, hasFailed, LATE_MILLISECONDS } from '../load/index.ts'
import type { DemoRun } from './demo-run.ts'
import { answersOf, type DemoResult, independently } from './measure.ts'

/** The bundle's own seconds and ours may differ by this much: users ask every 17 ms, and a busy machine adds its part. */
const AGREES_WITHIN_SECONDS = 0.25

/** What went wrong, one sentence each; empty when v2 lost nobody and v3 was rolled back. */
export function problemsOf(run: DemoRun, { deploys }: DemoResult): string[] {
  const problems: string[] = []
  const [good, bad] = deploys
  if (good?.outcome !== 'promoted') {
    problems.push(`${good?.version ?? 'The first release'} was not promoted but ${endOf(good)}${lastWords(run, 0)}`)
  }
  const lost = good && good.failedRequests > 0 ? answersOfNth(run, 0).filter(hasFailed) : []
  if (lost.length > 0)
    problems.push(
      `${good?.version} lost ${lost.length} request(s): ${lost
        .slice(0, 5)
        .map((each) => lossOf(each, run))
        .join('; ')}.`,
    )
  if (bad?.outcome !== 'rolled-back') {
    problems.push(`${bad?.version ?? 'The second release'} was not rolled back but ${endOf(bad)}${lastWords(run, 1)}`)
  }
  return problems
}

/** What a reader should know about the figures, one sentence each. */
export function remarksOf(run: DemoRun, { deploys }: DemoResult): string[] {
  const remarks: string[] = []
  if (run.lateArrivals > 0) {
    remarks.push(
      `Requests that this machine, being busy, sent more than ${LATE_MILLISECONDS} ms late: ${run.lateArrivals} of ${run.answers.length}.`,
    )
  }
  for (const [at, deploy] of run.deploys.entries()) {
    const { decidedAt, readBackAt, restoredAt } = independently(deploy, run)
    const result = deploys[at]
    if (decidedAt === undefined || result?.outcome !== 'rolled-back') continue
    remarks.push(
      ...compared('weights read back', result.rollbackSeconds, secondsBetween(decidedAt, readBackAt), 'the call log'),
      ...compared(
        'old version answers',
        result.trafficRestoredSeconds,
        secondsBetween(decidedAt, restoredAt),
        'the users',
      ),
    )
    const { rollbackWriteCalls = 0, failedByOthers = 0 } = result
    if (rollbackWriteCalls !== 1) remarks.push(`The rollback took ${rollbackWriteCalls} write calls, not one.`)
    if (failedByOthers > 0)
      remarks.push(
        `${failedByOthers} requests failed while ${deploy.version} was on its way that it did not answer itself.`,
      )
  }
  return remarks
}

function compared(what: string, theirs: number | undefined, ours: number | undefined, witness: string): string[] {
  if (theirs === undefined || ours === undefined) {
    return [
      `${what}: ${theirs === undefined ? 'the action did not say' : `${theirs.toFixed(2)} s by the action`}, ${witness} ${ours === undefined ? 'did not see it' : `say ${ours.toFixed(2)} s`}.`,
    ]
  }
  const agree = Math.abs(theirs - ours) <= AGREES_WITHIN_SECONDS
  return [
    `${what}: ${theirs.toFixed(2)} s by the action, ${ours.toFixed(2)} s by ${witness}; they ${agree ? 'agree' : 'DISAGREE'}.`,
  ]
}

function secondsBetween(from: number, to: number | undefined): number | undefined {
  return to === undefined ? undefined : (to - from) / 1000
}

function endOf(result: DemoResult['deploys'][number] | undefined): string {
  return result ? `${result.outcome} (verdict ${result.verdict}). ` : 'not deployed. '
}

/** The last error of the step that ended it. */
function lastWords({ deploys }: DemoRun, at: number): string {
  const step = deploys[at]?.watch ?? deploys[at]?.shift
  return step?.annotations.findLast(({ kind }) => kind === 'error')?.text ?? ''
}

function answersOfNth(run: DemoRun, at: number): Answer[] {
  const deploy = run.deploys[at]
  return deploy ? answersOf(deploy, run) : []
}

function lossOf({ at, status, version }: Answer, { startedAt }: DemoRun): string {
  const who = version || (status === 'error' ? 'nobody' : 'the load balancer itself')
  return `${status} from ${who} at ${((at - startedAt) / 1000).toFixed(1)} s`
}
