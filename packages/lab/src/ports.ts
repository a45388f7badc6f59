/**
 * The joint between the two halves of local-aws: the control plane (what the AWS API says) and the data plane (what
 * really happens to processes, requests and numbers). The control plane calls; the data plane does and reports.
 */

/** How an image of `images.json` becomes a process. */
export interface Image {
  readonly command: readonly string[]
  /** Relative to the images file. */
  readonly cwd?: string
  /** Seconds (of the lab's clock) from PENDING to the start of the process: pulling, network interface. Default 0.5. */
  readonly provisionSeconds?: number
}

export interface ContainerSpec {
  readonly image: string
  /** The task's address on loopback, from the lab's own block. */
  readonly address: string
  /** Environment of the container; `HOST` and `PORT` are added. */
  readonly environment: Readonly<Record<string, string>>
  /** `containerPort`, absent for a container without ports. */
  readonly port?: number
  /** Replaces the image's own arguments, as ECS `command` does. */
  readonly command?: readonly string[]
  /** Seconds between SIGTERM and SIGKILL. ECS default 30. */
  readonly stopTimeoutSeconds: number
}

export interface ContainerExit {
  readonly exitCode: number
  /** Set when a signal ended it. */
  readonly signal?: string
  /** Set when the process could not be started at all. */
  readonly reason?: string
}

/** Loopback addresses of one lab. Where the system has only one, every task shares it and gets a free port instead. */
export interface Addresses {
  readonly shared: boolean
  next(): string
  close(): Promise<void>
}

/** A container of a task: a real process. */
export interface Container {
  readonly pid: number | undefined
  /** Resolves once, when the process has ended for whatever reason. */
  readonly ended: Promise<ContainerExit>
  /** Last lines of standard output and standard error together. */
  logTail(): readonly string[]
  /** SIGTERM, then SIGKILL after the stop time-out. Resolves when it has ended. */
  stop(): Promise<ContainerExit>
}

export interface ContainerRuntime {
  image(name: string): Image | undefined
  start(spec: ContainerSpec): Container
  /** Kills what still runs and waits for it. */
  close(): Promise<void>
}

// ---- load balancer, as its data plane sees it ----

export interface HealthCheck {
  readonly enabled: boolean
  readonly path: string
  /** `traffic-port` or a number. */
  readonly port: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** `200`, `200,202` or `200-299`. */
  readonly matcher: string
}

export interface TargetGroupConfig {
  readonly arn: string
  /** `targetgroup/<name>/<id>`: the CloudWatch dimension. */
  readonly dimension: string
  readonly healthCheck: HealthCheck
  readonly deregistrationDelaySeconds: number
  readonly slowStartSeconds: number
  /** Target group's own stickiness (`lb_cookie`); `undefined` is off. */
  readonly stickinessSeconds?: number
}

export interface RuleCondition {
  readonly field: 'path-pattern' | 'host-header' | 'http-header' | 'http-request-method' | 'query-string' | 'source-ip'
  /** Any of these. `*` and `?` are wild cards. */
  readonly values: readonly string[]
  readonly headerName?: string
  /** For `query-string`. */
  readonly pairs?: readonly { readonly key?: string; readonly value: string }[]
}

export type RuleAction =
  | {
      readonly type: 'forward'
      readonly targetGroups: readonly { readonly arn: string; readonly weight: number }[]
      readonly stickinessSeconds?: number
    }
  | { readonly type: 'fixed-response'; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly type: 'redirect'; readonly status: number; readonly location: string }

/** Rules in order of priority; the last is the default and has no conditions. */
export interface RuleConfig {
  readonly arn: string
  readonly conditions: readonly RuleCondition[]
  readonly action: RuleAction
}

export interface LoadBalancerConfig {
  readonly arn: string
  /** `app/<name>/<id>`: the CloudWatch dimension. */
  readonly dimension: string
  readonly idleTimeoutSeconds: number
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining'

export interface TargetHealth {
  readonly address: string
  readonly port: number
  readonly state: TargetState
  /** AWS's code, e.g. `Elb.RegistrationInProgress`, `Target.ResponseCodeMismatch`; absent when healthy. */
  readonly reason?: string
  readonly description?: string
}

export interface LoadBalancing {
  /** Gives the load balancer a loopback address (its `DNSName`). */
  createLoadBalancer(config: LoadBalancerConfig): { readonly address: string }
  updateLoadBalancer(config: LoadBalancerConfig): void
  deleteLoadBalancer(arn: string): Promise<void>
  /** Rejects when the port cannot be bound. */
  createListener(listenerArn: string, loadBalancerArn: string, port: number): Promise<void>
  deleteListener(listenerArn: string): Promise<void>
  /** Takes effect on traffic after the propagation delay. The first call for a listener takes effect at once. */
  setRules(listenerArn: string, rules: readonly RuleConfig[]): void
  putTargetGroup(config: TargetGroupConfig): void
  deleteTargetGroup(arn: string): void
  registerTarget(targetGroupArn: string, address: string, port: number): void
  /** The target drains for the deregistration delay; resolves when it is gone. */
  deregisterTarget(targetGroupArn: string, address: string, port: number): Promise<void>
  /** In order of registration, draining ones included. */
  targetHealth(targetGroupArn: string): readonly TargetHealth[]
  close(): Promise<void>
}

// ---- numbers ----

export type Dimensions = Readonly<Record<string, string>>

export interface MetricQuery {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  readonly stat: string
  /** Seconds. */
  readonly period: number
  /** Inclusive, milliseconds. */
  readonly start: number
  /** Exclusive, milliseconds. */
  readonly end: number
}

export interface MetricPoint {
  /** Start of the period, milliseconds. */
  readonly at: number
  readonly value: number
}

export interface MetricStore {
  record(
    datum: { namespace: string; name: string; dimensions: Dimensions; value: number; count?: number; at: number },
    options?: {
      /** The settling delay: seconds after the end of the minute from which the datum can be read. Default 0: at once. */
      visibleAfterSeconds?: number
      /** 60, or 1 for high-resolution metrics. */
      resolutionSeconds?: 1 | 60
    },
  ): void
  /** Points in ascending order of time; a period without data has no point. Throws on an unknown `stat`. */
  query(query: MetricQuery): readonly MetricPoint[]
  list(filter: {
    namespace?: string
    name?: string
    dimensions?: readonly { name: string; value?: string }[]
  }): readonly {
    namespace: string
    name: string
    dimensions: Dimensions
  }[]
}
