import { type Clock, type TrafficSwitch, UserError } from '@interlock/model'

const KEY = 'interlock:lease'

/** Tags are last-writer-wins, so a lease is read back after this long before it is believed. */
const CONTEST_SECONDS = 2

export interface Lease {
  readonly holder: string
  readonly until: Date
}

/**
 * Says on the rule that `holder` is deploying. A notice, not a lock: tags have no compare-and-swap, so what protects the
 * traffic is that every write compares the live routing first. Re-running the same workflow run takes its own lease over.
 *
 * @throws UserError `lease-held` when another run holds it.
 */
export async function takeLease(options: {
  readonly trafficSwitch: TrafficSwitch
  readonly clock: Clock
  readonly routingArn: string
  /** Names the run in the characters that a tag may hold, e.g. the GitHub run id. */
  readonly holder: string
  readonly milliseconds: number
  readonly signal?: AbortSignal
}): Promise<void> {
  const { trafficSwitch, clock, routingArn, holder, milliseconds, signal } = options
  const now = clock.now()
  refuseForeign(leaseOf(await trafficSwitch.tags(routingArn)), holder, now)
  const until = new Date(Math.ceil((now.getTime() + milliseconds) / 1000) * 1000)
  await trafficSwitch.setTags(routingArn, new Map([[KEY, `${holder} ${until.toISOString()}`]]))
  await clock.sleep(CONTEST_SECONDS * 1000, signal)
  refuseForeign(leaseOf(await trafficSwitch.tags(routingArn)), holder, now)
}

/** Gives the lease back when it is ours; somebody else's is left alone. */
export async function releaseLease(trafficSwitch: TrafficSwitch, routingArn: string, holder: string): Promise<boolean> {
  const lease = leaseOf(await trafficSwitch.tags(routingArn))
  if (lease?.holder !== holder) return false
  await trafficSwitch.removeTags(routingArn, [KEY])
  return true
}

export function leaseOf(tags: ReadonlyMap<string, string>): Lease | undefined {
  const [holder, time] = (tags.get(KEY) ?? '').split(' ')
  const until = new Date(time ?? Number.NaN)
  return holder && !Number.isNaN(until.getTime()) ? { holder, until } : undefined
}

function refuseForeign(lease: Lease | undefined, holder: string, now: Date): void {
  if (!lease || lease.holder === holder || lease.until <= now) return
  throw new UserError(
    `Run ${lease.holder} is deploying through this rule until ${lease.until.toISOString()} at the latest. Wait for it to end, ` +
      `or, when it is dead, re-run it (a re-run takes its own lease over) or remove the tag ${KEY} from the rule.`,
    'lease-held',
  )
}
