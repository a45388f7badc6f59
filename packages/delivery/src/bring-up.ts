import {
  type Clock,
  type Platform,
  type ServiceState,
  type TaskDefinition,
  type TaskState,
  type TrafficSwitch,
  UserError,
} from '@interlock/model'
import type { SideState } from './inspect.ts'
import { nameOf } from './release.ts'
import { settle } from './settle.ts'

/** One look at the idle side while it comes up. */
export interface BringUpProgress {
  readonly desired: number
  readonly running: number
  readonly healthy: number
  readonly elapsedSeconds: number
  readonly timeoutSeconds: number
  /** What is being waited for, in words. */
  readonly waitingFor: string
  /** Tasks of the release that have stopped, newest first, with their reasons. */
  readonly stopped: readonly TaskState[]
}

export interface BringUp {
  readonly platform: Platform
  readonly trafficSwitch: TrafficSwitch
  readonly clock: Clock
  readonly cluster: string
  readonly live: SideState
  readonly idle: SideState
  readonly definition: TaskDefinition
  readonly timeoutMilliseconds: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BringUpProgress) => void
}

/** Looks at ECS and the target group every three seconds: four reads each, far below the limits of both. */
const POLL = 3_000

/**
 * Starts the release on the idle side with as many tasks as the live side runs, and waits until exactly those tasks are
 * what the target group calls healthy. A task of an older revision that is still registered would get traffic too, so
 * one is enough to go on waiting. Returns the number of healthy tasks.
 *
 * @throws UserError `release-keeps-stopping` or `release-unhealthy`; nothing had traffic by then.
 */
export async function bringUp(options: BringUp): Promise<number> {
  const { clock, platform, cluster, live, idle, definition, timeoutMilliseconds, signal, onProgress } = options
  const desired = desiredCount(live, idle)
  await start(options, desired)

  const begun = clock.now().getTime()
  for (;;) {
    signal?.throwIfAborted()
    const service = await platform.service(cluster, idle.service.name)
    if (!service) throw new UserError(`Service ${idle.service.name} is gone.`)
    const state = await look(options, desired)
    const elapsed = clock.now().getTime() - begun
    onProgress?.({ ...state, desired, elapsedSeconds: elapsed / 1000, timeoutSeconds: timeoutMilliseconds / 1000 })
    if (state.waitingFor === '') return state.healthy
    refuseHopeless(service, definition, state.stopped, desired)
    if (elapsed >= timeoutMilliseconds) {
      throw new UserError(
        `${nameOf(definition)} was not healthy after ${timeoutMilliseconds / 1000} s: still waiting for ${state.waitingFor}.` +
          `${lastWords(state.stopped)} No traffic was moved. ECS said last: ${service.events[0] ?? 'nothing'}`,
        'release-unhealthy',
      )
    }
    await clock.sleep(POLL, signal)
  }
}

/** Stops the tasks of a side that has no traffic. */
export async function standDown(options: {
  readonly platform: Platform
  readonly clock: Clock
  readonly cluster: string
  readonly service: string
}): Promise<void> {
  const { platform, clock, cluster, service } = options
  await settle({
    clock,
    read: () => platform.service(cluster, service),
    isDone: (state) => state === undefined || state.desired === 0,
    write: () => platform.update(cluster, service, { desiredCount: 0 }),
  })
}

/** Never fewer than the live side serves with now, nor than the idle side already has. */
function desiredCount(live: SideState, idle: SideState): number {
  return Math.max(live.service.running, live.service.desired, idle.service.desired, 1)
}

async function start({ platform, clock, cluster, idle, definition, signal }: BringUp, desired: number): Promise<void> {
  const name = idle.service.name
  await settle({
    clock,
    read: async () => {
      const service = await platform.service(cluster, name)
      if (!service) throw new UserError(`Service ${name} is gone.`)
      return service
    },
    isDone: (service) => service.taskDefinition === definition.arn && service.desired >= desired,
    write: (service) =>
      platform.update(cluster, name, {
        taskDefinition: definition.arn,
        desiredCount: Math.max(desired, service.desired),
      }),
    ...(signal && { signal }),
  })
}

async function look(
  { platform, trafficSwitch, cluster, idle, definition }: BringUp,
  desired: number,
): Promise<Pick<BringUpProgress, 'running' | 'healthy' | 'stopped' | 'waitingFor'>> {
  const [tasks, targets, ended] = await Promise.all([
    platform.tasks(cluster, idle.service.name, 'running'),
    trafficSwitch.targetHealth(idle.targetGroupArn),
    platform.tasks(cluster, idle.service.name, 'stopped'),
  ])
  const ours = tasks.filter(({ taskDefinition }) => taskDefinition === definition.arn)
  const addresses = new Set(ours.filter(({ status }) => status === 'RUNNING').map(({ address }) => address))
  const serving = targets.filter(({ state }) => state === 'healthy' || state === 'unhealthy')
  const healthy = serving.filter(({ address, state }) => state === 'healthy' && addresses.has(address)).length
  const foreign = serving.filter(({ address }) => !addresses.has(address)).length
  const others = tasks.length - ours.length
  const unready = targets.find(({ address, state }) => addresses.has(address) && state !== 'healthy')

  const waitingFor =
    others > 0 || foreign > 0
      ? `${Math.max(others, foreign)} task(s) of the revision before to leave`
      : addresses.size < desired
        ? `${desired - addresses.size} task(s) to start`
        : healthy < desired
          ? `${desired - healthy} target(s) to become healthy${unready ? ` (${unready.address}: ${unready.reason ?? unready.state})` : ''}`
          : ''
  return {
    running: addresses.size,
    healthy,
    waitingFor,
    stopped: ended.filter(({ taskDefinition }) => taskDefinition === definition.arn),
  }
}

/** Ends the wait as soon as it is clear that waiting will not help. */
function refuseHopeless(
  service: ServiceState,
  definition: TaskDefinition,
  stopped: readonly TaskState[],
  desired: number,
): void {
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY')
  if (service.taskDefinition !== definition.arn) {
    throw new UserError(
      `Service ${service.name} was to run ${nameOf(definition)} and now runs ${service.taskDefinition}: a circuit breaker or somebody else changed it.${lastWords(stopped)} No traffic was moved.`,
      'release-unhealthy',
    )
  }
  const failed = primary?.failedTasks ?? 0
  if (primary?.rolloutState !== 'FAILED' && failed < Math.max(3, 2 * desired)) return
  throw new UserError(
    `Tasks of ${nameOf(definition)} keep stopping (${failed} so far).${lastWords(stopped)} No traffic was moved.`,
    'release-keeps-stopping',
  )
}

function lastWords([latest]: readonly TaskState[]): string {
  return latest?.stopped ? ` The last task that stopped said: ${latest.stopped}.` : ''
}

/** Whether an error says that the release itself did not come up, so that its tasks should not be kept trying. */
export function releaseFailed(error: unknown): boolean {
  return (
    error instanceof UserError &&
    (error.reasonCode === 'release-unhealthy' || error.reasonCode === 'release-keeps-stopping')
  )
}
