import { type Clock, type DeploymentHandle, type Platform, type TrafficSwitch, UserError } from '@interlock/model'
import { standDown } from './bring-up.ts'
import { JOURNAL_KEYS } from './journal.ts'
import { describeSplit } from './shift.ts'

/**
 * The previous side keeps its tasks at least this long after the shift: load balancer nodes that have not heard of the
 * new weights yet still send it requests, and would answer 503 (argo-rollouts issue 3926 measured that 120 s avoid it).
 */
export const KEEP_PREVIOUS_SECONDS = 120

/**
 * Closes a deployment that is good: the journal goes first, so that a run killed here never finds a way back to a side
 * without tasks; then the previous side's tasks are stopped.
 */
export async function complete(options: {
  readonly trafficSwitch: TrafficSwitch
  readonly platform: Platform
  readonly clock: Clock
  readonly handle: DeploymentHandle
  readonly previous: 'stop' | 'keep'
  readonly signal?: AbortSignal
}): Promise<void> {
  const { trafficSwitch, platform, clock, handle, previous, signal } = options
  const routing = await trafficSwitch.read(handle.routing)
  const left =
    routing.weights.find(({ targetGroupArn }) => targetGroupArn === handle.previous.targetGroupArn)?.weight ?? 0
  if (left > 0) {
    throw new UserError(
      `${handle.previous.service} has traffic again (weights ${describeSplit(routing)}): somebody changed the rule during the watch. Nothing was stopped.`,
      'routing-changed',
    )
  }
  await closeJournal(trafficSwitch, handle)
  if (previous === 'keep') return
  const keepUntil = Date.parse(handle.shiftedAt) + KEEP_PREVIOUS_SECONDS * 1000
  await clock.sleep(Math.max(0, keepUntil - clock.now().getTime()), signal)
  await standDown({ platform, clock, cluster: handle.cluster, service: handle.previous.service })
}

/** Forgets the way back: the deployment has ended, well or badly. */
export async function closeJournal(trafficSwitch: TrafficSwitch, { routing }: DeploymentHandle): Promise<void> {
  await trafficSwitch.removeTags(routing, JOURNAL_KEYS)
}
