import { type Clock, type Journal, type Routing, type Split, type TrafficSwitch, UserError } from '@interlock/model'
import { type Inspection, sameSplit, shiftedSplit } from './inspect.ts'
import { encodeJournal } from './journal.ts'
import { settle } from './settle.ts'

/**
 * Writes the journal, then moves the traffic with one write and reads it back. Killed in between, a later run finds
 * either the old weights (and starts again) or the new ones with the journal that leads back.
 *
 * @throws UserError `routing-changed` when the rule is no longer as it was inspected.
 */
export async function shift(options: {
  readonly trafficSwitch: TrafficSwitch
  readonly clock: Clock
  readonly inspection: Inspection
  /** `family:revision` of the release. */
  readonly release: string
  readonly run: string
  /** What the probe answered before the shift. */
  readonly previousVersion?: string | undefined
  readonly signal?: AbortSignal
}): Promise<{ readonly journal: Journal; readonly routing: Routing; readonly writes: number }> {
  const { trafficSwitch, clock, inspection, release, run, previousVersion, signal } = options
  const { routing: before } = inspection
  const after = shiftedSplit(inspection)
  const journal: Journal = {
    before: splitOf(before),
    after,
    fingerprint: before.fingerprint,
    release,
    run,
    at: new Date(Math.floor(clock.now().getTime() / 1000) * 1000),
    ...(previousVersion && { previousVersion }),
  }
  await trafficSwitch.setTags(before.arn, encodeJournal(journal))
  const { state, writes } = await settle({
    clock,
    read: () => trafficSwitch.read(before.arn),
    isDone: (routing) => sameSplit(routing, after),
    mayWrite: (routing) => refuseChanged(routing, before),
    write: (routing) => trafficSwitch.write(routing, after),
    ...(signal && { signal }),
  })
  return { journal, routing: state, writes }
}

export function splitOf({ weights, stickinessSeconds }: Split): Split {
  return { weights, stickinessSeconds }
}

function refuseChanged(found: Routing, expected: Routing): void {
  if (found.fingerprint === expected.fingerprint && sameSplit(found, expected)) return
  throw new UserError(
    `Somebody changed ${found.arn} while the release came up (weights now ${describeSplit(found)}, before ${describeSplit(expected)}). ` +
      'Nothing was overwritten. Find out who (Terraform, console, another pipeline), then start again.',
    'routing-changed',
  )
}

export function describeSplit({ weights }: Split): string {
  return weights
    .map(({ targetGroupArn, weight }) => `${targetGroupArn.split('/')[1] ?? targetGroupArn} ${weight}`)
    .join(' : ')
}
