import {
  type Clock,
  type DeploymentHandle,
  type Journal,
  type Routing,
  type TrafficSwitch,
  UserError,
} from '@interlock/model'
import { sameSplit } from './inspect.ts'
import { journalOf } from './journal.ts'
import { settle } from './settle.ts'
import { describeSplit } from './shift.ts'

/**
 * The journal that leads back from this deployment.
 *
 * @throws UserError when the rule holds no journal, or that of another shift.
 */
export async function attach(trafficSwitch: TrafficSwitch, handle: DeploymentHandle): Promise<Journal> {
  const journal = await journalOf(trafficSwitch, handle.routing)
  if (!journal) {
    throw new UserError(
      `${handle.routing} holds no journal of a shift, so there is no known way back: the deployment was already completed, or its tags were removed.`,
      'routing-changed',
    )
  }
  refuseSuperseded(journal, handle)
  return journal
}

export interface RollbackReport {
  readonly routing: Routing
  /** Calls that changed weights: 1, unless an answer was lost. 0 when somebody had put the traffic back already. */
  readonly writes: number
  /** From `decidedAt` until the journalled weights were read back. */
  readonly seconds: number
  /** Set when something else in the rule has changed since the shift; that change was kept. */
  readonly alsoChanged?: string
}

/**
 * Puts the journalled weights and stickiness back with one write and reads them back. Everything else in the rule stays
 * as it is found: traffic first. Only a later shift of another release stops it, because then this journal is history.
 *
 * @throws UserError `routing-changed` when another shift has taken over; ExternalError when AWS does not let it happen.
 */
export async function rollBack(options: {
  readonly trafficSwitch: TrafficSwitch
  readonly clock: Clock
  readonly handle: DeploymentHandle
  readonly journal: Journal
  readonly decidedAt: Date
  /** Milliseconds after which the last error is thrown. */
  readonly budget?: number
}): Promise<RollbackReport> {
  const { trafficSwitch, clock, handle, journal, decidedAt, budget = 60_000 } = options
  const { state: routing, writes } = await settle({
    clock,
    budget,
    // All at once: whether a later shift has taken over and whether there is anything to go back to, in one round trip.
    read: async () => {
      const [found, latest, targets] = await Promise.all([
        trafficSwitch.read(handle.routing),
        journalOf(trafficSwitch, handle.routing),
        trafficSwitch.targetHealth(handle.previous.targetGroupArn),
      ])
      if (latest) refuseSuperseded(latest, handle)
      return { ...found, healthyBefore: targets.filter(({ state }) => state === 'healthy').length }
    },
    isDone: (found) => sameSplit(found, journal.before),
    mayWrite: (found) => refuseNowhere(found, journal, handle),
    write: (found) => trafficSwitch.write(found, journal.before),
  })
  return {
    routing,
    writes,
    seconds: (clock.now().getTime() - decidedAt.getTime()) / 1000,
    ...(routing.fingerprint !== journal.fingerprint && {
      alsoChanged: `Something else in ${handle.routing} has changed since the shift; it was kept.`,
    }),
  }
}

function refuseSuperseded(journal: Journal, handle: DeploymentHandle): void {
  const familyAndRevision = handle.release.taskDefinition.split('/').at(-1)
  if (journal.release === familyAndRevision) return
  throw new UserError(
    `A later shift (run ${journal.run}, ${journal.release}) has taken over ${handle.routing}; this deployment of ${familyAndRevision} is history. Nothing was changed.`,
    'routing-changed',
  )
}

/** Weights can only be put back onto a target group that the rule still forwards to, and that somebody answers in. */
function refuseNowhere(
  found: Routing & { readonly healthyBefore: number },
  { before }: Journal,
  handle: DeploymentHandle,
): void {
  const known = new Set(found.weights.map(({ targetGroupArn }) => targetGroupArn))
  const lost = before.weights.find(({ targetGroupArn, weight }) => weight > 0 && !known.has(targetGroupArn))
  if (lost) {
    throw new UserError(
      `The rule no longer forwards to ${lost.targetGroupArn}, which had the traffic before (weights now ${describeSplit(found)}). ` +
        'Somebody rewrote the rule; put its forward action back by hand.',
      'rollback-failed',
    )
  }
  if (found.healthyBefore === 0) {
    throw new UserError(
      `${handle.previous.service} has no healthy target any more, so putting the traffic back would make things worse. ` +
        `Start its tasks again (aws ecs update-service --service ${handle.previous.service} --desired-count N) and roll back then, or roll forward.`,
      'rollback-failed',
    )
  }
}
