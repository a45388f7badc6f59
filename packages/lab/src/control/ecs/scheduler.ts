import type { Clock } from '@interlock/model'
import type { Addresses, ContainerRuntime, LoadBalancing } from '../../ports.ts'
import { newId } from '../names.ts'
import type { DeploymentRecord, EcsState, ServiceRecord } from './state.ts'
import { LabTask, type TaskSpec, type TaskWorld } from './task.ts'

/** Looks at every service this often besides at each change (lab time). */
const TICK_MILLISECONDS = 1_000
/** Pause before a task that failed is replaced: doubles from the first to the last (assumed; ECS documents only that it throttles). */
const FIRST_BACKOFF = 1_000
const LAST_BACKOFF = 60_000
/** Stopped tasks can be described for an hour (ECS, DescribeTasks). */
const STOPPED_KEPT_MILLISECONDS = 3_600_000

/** Brings services to what they should be: the ROLLING deployment of Amazon ECS. */
export class Scheduler {
  readonly #state: EcsState
  readonly #clock: Clock
  readonly #addresses: Addresses
  readonly #world: TaskWorld
  readonly #timer: NodeJS.Timeout
  #closed = false

  constructor(options: {
    readonly state: EcsState
    readonly clock: Clock
    readonly runtime: ContainerRuntime
    readonly traffic: LoadBalancing
    readonly addresses: Addresses
  }) {
    this.#state = options.state
    this.#clock = options.clock
    this.#addresses = options.addresses
    this.#world = { ...options, sharedAddress: options.addresses.shared, onChange: (task) => this.#onChange(task) }
    this.#timer = setInterval(() => this.#tick(), TICK_MILLISECONDS)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  startTask(spec: Omit<TaskSpec, 'address'>): LabTask {
    const task = new LabTask(this.#world, { ...spec, address: this.#addresses.next() })
    this.#state.tasks.set(task.arn, task)
    return task
  }

  /** A deployment of the service's task definition as PRIMARY; those before go on until it has replaced them. */
  deploy(service: ServiceRecord, why: string): void {
    const now = this.#clock.now()
    for (const before of service.deployments) before.status = 'ACTIVE'
    service.steady = false
    const id = `ecs-svc/${BigInt(`0x${newId()}`)}`
    service.deployments.unshift({
      ...{ id, status: 'PRIMARY', taskDefinition: service.taskDefinition, desired: service.desired, failedTasks: 0 },
      ...{
        rolloutState: 'IN_PROGRESS',
        reason: why,
        createdAt: now,
        updatedAt: now,
        failuresInARow: 0,
        startAgainAt: 0,
      },
    })
    this.reconcile(service)
  }

  reconcile(service: ServiceRecord): void {
    const [primary] = service.deployments
    if (this.#closed || !primary || service.status === 'INACTIVE') return
    primary.desired = service.desired
    this.#stopUnhealthy(service)
    this.#startMissing(service, primary)
    this.#stopSuperfluous(service, primary)
    this.#conclude(service, primary)
  }

  #tick(): void {
    const oldest = this.#clock.now().getTime() - STOPPED_KEPT_MILLISECONDS
    for (const [arn, task] of this.#state.tasks)
      if (task.stoppedAt && task.stoppedAt.getTime() < oldest) this.#state.tasks.delete(arn)
    for (const service of this.#state.services.values()) this.reconcile(service)
  }

  #onChange(task: LabTask): void {
    const { service } = task
    if (!service || this.#closed) return
    if (task.failed && task.lastStatus === 'DEACTIVATING') this.#countFailure(service, task)
    this.reconcile(service)
  }

  #stopUnhealthy(service: ServiceRecord): void {
    const now = this.#clock.now().getTime()
    for (const task of wanted(this.#state.tasksOf(service))) {
      const inGrace = task.startedAt === undefined || now - task.startedAt.getTime() < service.graceSeconds * 1000
      const sick = inGrace ? undefined : task.targets().find((target) => task.stateIn(target) === 'unhealthy')
      if (!sick) continue
      task.failed = true
      this.#event(
        service,
        `(service ${service.name}) (task ${task.arn.slice(-32)}) is unhealthy in (target-group ${sick.groupArn}) due to (reason Health checks failed).`,
      )
      void task.stop('ServiceSchedulerInitiated', `Task failed ELB health checks in (target-group ${sick.groupArn})`)
    }
  }

  #startMissing(service: ServiceRecord, primary: DeploymentRecord): void {
    const all = wanted(this.#state.tasksOf(service))
    const own = all.filter(({ spec }) => spec.deploymentId === primary.id)
    const most = Math.floor((service.desired * (service.configuration.maximumPercent ?? 200)) / 100)
    const missing = Math.min(service.desired - own.length, Math.max(most, service.desired) - all.length)
    if (missing <= 0 || primary.rolloutState === 'FAILED' || this.#clock.now().getTime() < primary.startAgainAt) return
    const definition = this.#state.definition(primary.taskDefinition)
    for (let n = 0; n < missing; n += 1) {
      const task = this.startTask({
        ...{ cluster: service.cluster, service, definition, deploymentId: primary.id },
        startedBy: primary.id,
        group: `service:${service.name}`,
      })
      this.#event(service, `(service ${service.name}) has started 1 tasks: (task ${task.arn.slice(-32)}).`)
    }
  }

  /** Old tasks go as far as enough healthy ones remain; too many of the new go at once. */
  #stopSuperfluous(service: ServiceRecord, primary: DeploymentRecord): void {
    const all = wanted(this.#state.tasksOf(service))
    const own = all.filter(({ spec }) => spec.deploymentId === primary.id)
    for (const task of own.slice(service.desired))
      void task.stop('ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${primary.id})`)

    const least = Math.ceil((service.desired * (service.configuration.minimumHealthyPercent ?? 100)) / 100)
    let healthy = own.slice(0, service.desired).filter((task) => task.isHealthy()).length
    const old = all.filter(({ spec }) => spec.deploymentId !== primary.id)
    const oldHealthy = old.filter((task) => task.isHealthy())
    healthy += oldHealthy.length
    // Tasks that serve nobody go first.
    for (const task of [...old.filter((each) => !each.isHealthy()), ...oldHealthy]) {
      if (task.isHealthy()) {
        if (healthy - 1 < least) continue
        healthy -= 1
      } else if (primary.rolloutState !== 'COMPLETED' && own.length < service.desired && service.desired > 0) {
        continue
      }
      void task.stop('ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${primary.id})`)
    }
  }

  #conclude(service: ServiceRecord, primary: DeploymentRecord): void {
    const all = wanted(this.#state.tasksOf(service))
    const steady =
      all.length === service.desired && all.every((task) => task.spec.deploymentId === primary.id && task.isHealthy())
    const wasSteady = service.steady
    service.steady = steady
    if (!steady) return
    primary.failuresInARow = 0
    if (primary.rolloutState === 'IN_PROGRESS') {
      primary.rolloutState = 'COMPLETED'
      primary.reason = `ECS deployment ${primary.id} completed.`
      primary.updatedAt = this.#clock.now()
      service.deployments = [primary]
      this.#event(service, `(service ${service.name}) (deployment ${primary.id}) deployment completed.`)
    }
    if (!wasSteady) this.#event(service, `(service ${service.name}) has reached a steady state.`)
  }

  #countFailure(service: ServiceRecord, task: LabTask): void {
    const deployment = service.deployments.find(({ id }) => id === task.spec.deploymentId)
    if (!deployment) return
    const now = this.#clock.now()
    deployment.failuresInARow += 1
    deployment.startAgainAt =
      now.getTime() + Math.min(LAST_BACKOFF, FIRST_BACKOFF * 2 ** (deployment.failuresInARow - 1))
    if (deployment.rolloutState !== 'IN_PROGRESS') return
    deployment.failedTasks += 1
    deployment.updatedAt = now
    const breaker = service.configuration.deploymentCircuitBreaker
    // ECS: half of the desired count, at least 3 and at most 200.
    const threshold = Math.min(200, Math.max(3, Math.ceil(service.desired / 2)))
    if (!breaker?.enable || deployment.failedTasks < threshold) return
    deployment.rolloutState = 'FAILED'
    deployment.reason = 'ECS deployment circuit breaker: tasks failed to start.'
    this.#event(
      service,
      `(service ${service.name}) (deployment ${deployment.id}) deployment failed: tasks failed to start.`,
    )
    const good = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED')
    if (!breaker.rollback || !good) return
    service.taskDefinition = good.taskDefinition
    this.deploy(service, `ECS deployment circuit breaker: rolling back to deploymentId ${good.id}.`)
  }

  #event(service: ServiceRecord, message: string): void {
    service.events.unshift({ id: newId(16), createdAt: this.#clock.now(), message })
    service.events.length = Math.min(service.events.length, 100)
  }
}

function wanted(tasks: readonly LabTask[]): LabTask[] {
  return tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
}
