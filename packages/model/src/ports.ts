import type { Routing, Split } from './routing.ts'

/** The switch: weights of a listener rule or listener, and the tags that outlive the runner. One adapter: Elastic Load Balancing. */
export interface TrafficSwitch {
  read(arn: string): Promise<Routing>
  /**
   * One write of the whole `Actions[]` of `routing` with the weights and stickiness of `split`; never repeated by itself.
   * The caller has read `routing` just before and reads it again after.
   */
  write(routing: Routing, split: Split): Promise<void>
  tags(arn: string): Promise<ReadonlyMap<string, string>>
  setTags(arn: string, tags: ReadonlyMap<string, string>): Promise<void>
  removeTags(arn: string, keys: readonly string[]): Promise<void>
  targetHealth(targetGroupArn: string): Promise<readonly TargetState[]>
  /** CloudWatch name (`app/<name>/<id>`) of the load balancer that the target group belongs to; undefined when it has none. */
  loadBalancerOf(targetGroupArn: string): Promise<string | undefined>
}

export interface TargetState {
  readonly address: string
  readonly port: number
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unavailable`. */
  readonly state: string
  readonly reason?: string
}

/** Where the processes run. One adapter: Amazon ECS. */
export interface Platform {
  service(cluster: string, name: string): Promise<ServiceState | undefined>
  /** Tasks that should run, or with `stopped` those that ended lately, newest first. */
  tasks(cluster: string, service: string, desired: 'running' | 'stopped'): Promise<readonly TaskState[]>
  /** Newest ACTIVE revision when only a family is given; undefined when there is none. */
  taskDefinition(nameOrArn: string): Promise<TaskDefinition | undefined>
  /** Makes a new revision each time it is called: callers look for an equal one first. */
  register(definition: TaskDefinition): Promise<TaskDefinition>
  update(cluster: string, service: string, change: { taskDefinition?: string; desiredCount: number }): Promise<void>
}

export interface ServiceState {
  readonly name: string
  /** `ACTIVE`, `DRAINING`, `INACTIVE`. */
  readonly status: string
  /** `ECS`, `CODE_DEPLOY` or `EXTERNAL`. */
  readonly controller: string
  /** `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`. */
  readonly strategy: string
  readonly taskDefinition: string
  readonly desired: number
  readonly running: number
  readonly pending: number
  readonly loadBalancers: readonly {
    readonly targetGroupArn: string
    readonly container: string
    readonly port: number
  }[]
  readonly deployments: readonly {
    readonly status: string
    readonly taskDefinition: string
    readonly rolloutState: string
    readonly failedTasks: number
    readonly reason?: string
  }[]
  /** Newest first, as people read them. */
  readonly events: readonly string[]
}

export interface TaskState {
  readonly arn: string
  readonly taskDefinition: string
  readonly status: string
  /** Private IPv4 address in awsvpc mode. */
  readonly address?: string
  /** Why it stopped, with the exit codes of its containers. */
  readonly stopped?: string
}

/** A revision of a task definition; `document` is what registers an equal one. */
export interface TaskDefinition {
  readonly arn: string
  readonly family: string
  readonly revision: number
  readonly active: boolean
  readonly document: TaskDocument
}

/** The members of a task definition that a revision is made from; containers are kept whole. */
export interface TaskDocument {
  readonly family: string
  readonly containerDefinitions: readonly { readonly name: string; readonly image: string }[]
  readonly [member: string]: unknown
}
