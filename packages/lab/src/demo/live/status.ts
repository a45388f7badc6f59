import type { World } from '../../control/world.ts'
import { type Answer, statsOf, type VersionCount } from '../../load/index.ts'
import type { Shop } from '../../shop/index.ts'

/** One look at everything. */
export interface Status {
  readonly elapsedSeconds: number
  /** What the bundles are doing. */
  readonly phase: string
  readonly sides: readonly SideStatus[]
  /** Of the last second. */
  readonly byVersion: Readonly<Record<string, VersionCount>>
  readonly requestsPerSecond: number
  readonly failedPerSecond: number
  /** Since the users came. */
  readonly requests: number
  readonly failed: number
}

export interface SideStatus {
  readonly name: string
  /** What its tasks run; empty without tasks. */
  readonly version: string
  readonly weight: number
  /** The weight that traffic follows now, as far as it differs. */
  readonly inEffect: number
  /** Tasks by ECS status; the stopped ones left out. */
  readonly tasks: Readonly<Record<string, number>>
  readonly healthy: number
}

/** The sides as the lab has them now; blue first. */
export function sidesOf(world: World, shop: Pick<Shop, 'services' | 'targetGroups' | 'routing'>): SideStatus[] {
  const rules = world.listeners.flatMap((listener) => listener.rules)
  const rule = rules.find(({ arn }) => arn === shop.routing)
  return shop.services.map((service, at) => {
    const group = shop.targetGroups[at] ?? ''
    const tasks = world.tasks.filter((task) => task.service === service && task.status !== 'STOPPED')
    const serving = tasks.findLast(({ status }) => status !== 'DEACTIVATING' && status !== 'STOPPING')
    const counts: Record<string, number> = {}
    for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1
    return {
      name: service.split('-').at(-1) ?? service,
      version: serving?.image.split(':').at(-1) ?? '',
      weight: rule?.written[group] ?? 0,
      inEffect: rule?.inEffect[group] ?? 0,
      tasks: counts,
      healthy: world.targetGroups.find(({ arn }) => arn === group)?.health['healthy'] ?? 0,
    }
  })
}

/** What users met in the second before `now` and since they came. */
export function trafficOf(answers: readonly Answer[], now: number) {
  // The last answers lie at the end: looking at all of them four times a second would be wasted work.
  const recent = answers.slice(-1_000).filter(({ at }) => at > now - 1_000)
  const { byVersion, requests, failed } = statsOf(recent)
  const ofAll = statsOf(answers)
  return {
    byVersion,
    requestsPerSecond: requests,
    failedPerSecond: failed,
    requests: ofAll.requests,
    failed: ofAll.failed,
  }
}
