import { type Block, details, heading, paragraph, table } from '@interlock/action-kit'
import { describeSplit, type RollbackReport } from '@interlock/delivery'
import { DEFAULT_POLICY, renderEvidence, renderLook, type WatchPlan, type WatchResult } from '@interlock/health'
import type { DeploymentHandle, Journal } from '@interlock/model'

export interface WatchInputs {
  readonly deployment: DeploymentHandle
  readonly 'watch-for': number
  readonly baseline: number
  readonly 'min-ratio': number
  readonly 'min-errors': number
  readonly 'tolerated-error-rate': number
}

/** What is watched, for how long, and what counts as worse. */
export function planOf(inputs: WatchInputs): WatchPlan {
  const { deployment } = inputs
  return {
    loadBalancer: deployment.loadBalancer,
    previous: dimensionOf(deployment.previous.targetGroupArn),
    release: dimensionOf(deployment.release.targetGroupArn),
    shiftedAt: new Date(deployment.shiftedAt),
    watchFor: inputs['watch-for'],
    baseline: inputs.baseline,
    policy: {
      ...DEFAULT_POLICY,
      minRatio: inputs['min-ratio'],
      minErrors: inputs['min-errors'],
      toleratedErrorRate: inputs['tolerated-error-rate'],
    },
  }
}

export interface WatchReport {
  readonly handle: DeploymentHandle
  readonly journal: Journal
  readonly watched: WatchResult
  readonly outcome: string
  readonly rollback?: RollbackReport & { readonly restoredSeconds?: number }
}

export function verdictLine({ verdict, because }: WatchResult): string {
  return `${verdict}: ${because}`
}

/** The verdict, its evidence and what was done, as the step summary shows them. */
export function summaryOf({ handle, journal, watched, outcome, rollback }: WatchReport): Block[] {
  const { head, rows } = renderEvidence(watched)
  return [
    heading(`${watched.verdict}: ${handle.release.taskDefinition} ${outcome}`),
    paragraph(watched.because),
    ...(rollback
      ? [
          table(
            ['Rollback', 'Seconds from the decision'],
            [
              [`weights read back: ${describeSplit(rollback.routing)}`, rollback.seconds.toFixed(1)],
              ['old version answers again', rollback.restoredSeconds?.toFixed(1) ?? 'not probed'],
            ],
          ),
        ]
      : []),
    ...(rows.length > 0 ? [table(head, rows)] : []),
    details(
      `All ${watched.looks.length} looks`,
      watched.looks.map((look) => paragraph(renderLook(look))),
    ),
    paragraph(`Weights before the shift: ${describeSplit(journal.before)}; after it: ${describeSplit(journal.after)}.`),
  ]
}

/** `targetgroup/<name>/<id>`, the target group's name in CloudWatch. */
function dimensionOf(targetGroupArn: string): string {
  return targetGroupArn.split(':').at(-1) ?? targetGroupArn
}
