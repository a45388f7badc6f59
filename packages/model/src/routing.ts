/** Weight of a target group in a forward action: 0 to 999. */
export interface TargetWeight {
  readonly targetGroupArn: string
  readonly weight: number
}

/** An action of a rule exactly as Elastic Load Balancing gave it; a write sends all of them back. */
export type RoutingAction = Readonly<Record<string, unknown>>

/** Where a shift turns the switch: a listener rule, or a listener for its default action. */
export interface Routing {
  /** ARN of the listener rule, or of the listener. */
  readonly arn: string
  /** In the order of the forward action. */
  readonly weights: readonly TargetWeight[]
  /** Target group stickiness of the forward action in seconds; 0 is off. */
  readonly stickinessSeconds: number
  /**
   * Hash of the whole `Actions[]` apart from what a shift may change (weights and stickiness).
   * Two routings with one fingerprint differ in nothing else.
   */
  readonly fingerprint: string
  readonly actions: readonly RoutingAction[]
}

/** The part of a routing that a shift changes and a rollback puts back. */
export type Split = Pick<Routing, 'weights' | 'stickinessSeconds'>

/** What routing looked like before the shift: the only truth that a rollback needs. Kept in tags, so it outlives the runner. */
export interface Journal {
  readonly before: Split
  readonly after: Split
  /** Fingerprint of the routing when the journal was written. */
  readonly fingerprint: string
  /** Task definition that the shift gives traffic to, as `family:revision`. */
  readonly release: string
  /** The run that wrote it, e.g. `4711` (GitHub run id). */
  readonly run: string
  /** When the shift began, whole seconds. */
  readonly at: Date
  /** What the probe answered before the shift, where there was one. */
  readonly previousVersion?: string
}
