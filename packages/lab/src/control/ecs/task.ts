import { type AddressInfo, createServer } from 'node:net'
import type { ContainerDefinition, ContainerOverride, Task, TaskDefinition, TaskStopCode } from '@aws-sdk/client-ecs'
import type { Clock } from '@interlock/model'
import type { Container, ContainerExit, ContainerRuntime, LoadBalancing } from '../../ports.ts'
import { arn, newId } from '../names.ts'
import type { ClusterRecord, ServiceRecord } from './state.ts'

/** Fargate gives a task two minutes' notice at most; ECS's own default is 30 s. */
const DEFAULT_STOP_TIMEOUT = 30
/** Lab seconds from PROVISIONING to PENDING and on to the start of the containers. */
const DEFAULT_PROVISION = 0.5

/** A task that nothing checks counts once it has run this long, so that one that crashes at once never does (assumed). */
const SETTLED_MILLISECONDS = 5_000

export interface TaskWorld {
  readonly clock: Clock
  readonly runtime: ContainerRuntime
  readonly traffic: LoadBalancing
  /** Tasks share one address, so that each of their ports must be another one. */
  readonly sharedAddress: boolean
  /** Called whenever a task has changed its state. */
  readonly onChange: (task: LabTask) => void
}

export interface TaskSpec {
  readonly cluster: ClusterRecord
  readonly definition: TaskDefinition
  readonly address: string
  readonly service?: ServiceRecord
  readonly deploymentId?: string
  readonly startedBy?: string
  readonly group: string
  readonly overrides?: readonly ContainerOverride[]
}

interface Part {
  readonly definition: ContainerDefinition
  readonly id: string
  /** Where it listens; undefined for a container without ports. */
  port: number | undefined
  container: Container | undefined
  exit: ContainerExit | undefined
}

/** A port that nobody listens on now. */
function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** A task: its containers are processes at one address. */
export class LabTask {
  readonly arn: string
  readonly spec: TaskSpec
  readonly createdAt: Date
  lastStatus = 'PROVISIONING'
  desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'
  startedAt: Date | undefined
  stoppingAt: Date | undefined
  stoppedAt: Date | undefined
  stopCode: TaskStopCode | undefined
  stoppedReason: string | undefined
  /** It ended by itself or was found unhealthy: counts against its deployment. */
  failed = false
  readonly #world: TaskWorld
  readonly #parts: readonly Part[]
  #stopping: Promise<void> | undefined

  constructor(world: TaskWorld, spec: TaskSpec) {
    this.#world = world
    this.spec = spec
    this.arn = arn('ecs', `task/${spec.cluster.name}/${newId(16)}`)
    this.createdAt = world.clock.now()
    this.#parts = (spec.definition.containerDefinitions ?? []).map((definition) => ({
      definition,
      id: newId(16),
      port: definition.portMappings?.[0]?.containerPort,
      container: undefined,
      exit: undefined,
    }))
    void this.#start().catch((error: unknown) => {
      // Such as a variable that no process can have: ECS, too, finds out when it starts the container.
      void this.stop(
        'TaskFailedToStart',
        `CannotStartContainerError: ${error instanceof Error ? error.message : error}`,
      )
    })
  }

  get service(): ServiceRecord | undefined {
    return this.spec.service
  }

  /** Where its containers listen, in the order of the definition. */
  get ports(): number[] {
    return this.#parts.flatMap(({ port }) => port ?? [])
  }

  /** Address and port of the containers that are behind a target group. */
  targets(): { groupArn: string; port: number }[] {
    return (this.service?.loadBalancers ?? []).map(({ targetGroupArn = '', containerName, containerPort = 0 }) => {
      const part = this.#parts.find(({ definition }) => definition.name === containerName)
      return { groupArn: targetGroupArn, port: (this.#world.sharedAddress && part?.port) || containerPort }
    })
  }

  /** Runs, and every target group that it is in calls it healthy; without one, has run for a while. */
  isHealthy(): boolean {
    if (this.lastStatus !== 'RUNNING' || this.desiredStatus !== 'RUNNING') return false
    const targets = this.targets()
    if (targets.length > 0) return targets.every((target) => this.stateIn(target) === 'healthy')
    return this.#world.clock.now().getTime() - (this.startedAt?.getTime() ?? 0) >= SETTLED_MILLISECONDS
  }

  stateIn({ groupArn, port }: { groupArn: string; port: number }): string | undefined {
    return this.#world.traffic
      .targetHealth(groupArn)
      .find((each) => each.address === this.spec.address && each.port === port)?.state
  }

  /** Deregisters and drains, then SIGTERM, then SIGKILL. */
  stop(stopCode: TaskStopCode, reason: string): Promise<void> {
    this.#stopping ??= this.#stop(stopCode, reason)
    return this.#stopping
  }

  describe(): Task {
    const { spec } = this
    const definitionArn = spec.definition.taskDefinitionArn
    return {
      taskArn: this.arn,
      clusterArn: spec.cluster.arn,
      ...(definitionArn && { taskDefinitionArn: definitionArn }),
      lastStatus: this.lastStatus,
      desiredStatus: this.desiredStatus,
      group: spec.group,
      launchType: 'FARGATE',
      ...{ cpu: spec.definition.cpu, memory: spec.definition.memory },
      createdAt: this.createdAt,
      overrides: { containerOverrides: [...(spec.overrides ?? [])] },
      attachments: [
        {
          id: this.arn.slice(-16),
          type: 'ElasticNetworkInterface',
          status: this.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
          details: [{ name: 'privateIPv4Address', value: spec.address }],
        },
      ],
      containers: this.#parts.map((part) => this.#describePart(part)),
      ...(spec.startedBy && { startedBy: spec.startedBy }),
      ...(this.startedAt && { startedAt: this.startedAt }),
      ...(this.stoppingAt && { stoppingAt: this.stoppingAt }),
      ...(this.stoppedAt && { stoppedAt: this.stoppedAt }),
      ...(this.stopCode && { stopCode: this.stopCode }),
      ...(this.stoppedReason && { stoppedReason: this.stoppedReason }),
    }
  }

  #describePart({ definition, id, container, exit }: Part) {
    return {
      containerArn: arn('ecs', `container/${this.spec.cluster.name}/${this.arn.slice(-32)}/${id}`),
      taskArn: this.arn,
      name: definition.name,
      image: definition.image,
      lastStatus: exit ? 'STOPPED' : container ? 'RUNNING' : this.lastStatus === 'STOPPED' ? 'STOPPED' : 'PENDING',
      networkInterfaces: [{ attachmentId: this.arn.slice(-16), privateIpv4Address: this.spec.address }],
      healthStatus: 'UNKNOWN' as const,
      ...(exit && !exit.reason && { exitCode: exit.exitCode }),
      ...(exit?.reason && { reason: exit.reason }),
    }
  }

  async #start(): Promise<void> {
    const { clock, runtime } = this.#world
    const slowest = Math.max(
      ...this.#parts.map(
        ({ definition }) => runtime.image(definition.image ?? '')?.provisionSeconds ?? DEFAULT_PROVISION,
      ),
    )
    await clock.sleep((slowest * 1000) / 2)
    if (this.#stopping) return
    this.#become('PENDING')
    await clock.sleep((slowest * 1000) / 2)
    if (this.#stopping) return
    if (this.#world.sharedAddress) await this.#choosePorts()
    for (const part of this.#parts) this.#startPart(part)
    // A process that cannot be started at all says so before this.
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (this.#stopping) return
    this.startedAt = clock.now()
    for (const { groupArn, port } of this.targets())
      this.#world.traffic.registerTarget(groupArn, this.spec.address, port)
    this.#become('RUNNING')
  }

  #startPart(part: Part): void {
    const { definition } = part
    const override = this.spec.overrides?.find(({ name }) => name === definition.name)
    const environment = [...(definition.environment ?? []), ...(override?.environment ?? [])]
    const { port } = part
    const command = override?.command ?? definition.command
    const container = this.#world.runtime.start({
      image: definition.image ?? '',
      address: this.spec.address,
      environment: Object.fromEntries(environment.map(({ name = '', value = '' }) => [name, value])),
      stopTimeoutSeconds: definition.stopTimeout ?? DEFAULT_STOP_TIMEOUT,
      ...(port !== undefined && { port }),
      ...(command?.length && { command }),
    })
    part.container = container
    void container.ended.then((exit) => {
      part.exit = exit
      if (this.#stopping || definition.essential === false) return
      this.failed = true
      const notStarted = exit.reason !== undefined
      void this.stop(
        notStarted ? 'TaskFailedToStart' : 'EssentialContainerExited',
        notStarted ? (exit.reason ?? '') : 'Essential container in task exited',
      )
    })
  }

  async #choosePorts(): Promise<void> {
    for (const part of this.#parts) if (part.port !== undefined) part.port = await freePort(this.spec.address)
  }

  async #stop(stopCode: TaskStopCode, reason: string): Promise<void> {
    const { clock, traffic } = this.#world
    const wasRunning = this.lastStatus === 'RUNNING'
    const isDead = this.#parts.some(({ definition, exit }) => exit && definition.essential !== false)
    this.desiredStatus = 'STOPPED'
    this.stopCode = stopCode
    this.stoppedReason = reason
    this.stoppingAt = clock.now()
    this.#become('DEACTIVATING')
    if (wasRunning) {
      const left = this.targets().map(({ groupArn, port }) =>
        traffic.deregisterTarget(groupArn, this.spec.address, port),
      )
      // A task that died is not waited for: nobody would answer.
      if (!isDead) await Promise.all(left)
    }
    this.#become('STOPPING')
    await Promise.all(this.#parts.map(({ container }) => container?.stop()))
    this.stoppedAt = clock.now()
    this.#become('STOPPED')
  }

  #become(status: string): void {
    this.lastStatus = status
    this.#world.onChange(this)
  }

  /** Last lines that a container wrote, for `GET /_lab/world`. */
  logTail(): string[] {
    return this.#parts.flatMap(({ container }) => container?.logTail() ?? [])
  }
}
