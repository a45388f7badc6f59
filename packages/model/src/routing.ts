/** Weight of each target group in a forward action: 0 to 999, in the order of the action. */
export interface TargetWeight {
  readonly targetGroupArn: string
  readonly weight: number
}

/** Where a shift turns the switch: a listener rule, or a listener for its default action. */
export interface Routing {
  /** ARN of the listener rule, or of the listener. */
  readonly arn: string
  readonly weights: readonly TargetWeight[]
  /** Target group stickiness of the forward action in seconds; 0 is off. */
  readonly stickinessSeconds: number
  /**
   * Hash of the whole `Actions[]` apart from what a shift may change (weights and stickiness).
   * Two routings with one fingerprint differ in nothing else.
   */
  readonly fingerprint: string
}

/** What routing looked like before the shift: the only truth that a rollback needs. Kept in tags, so it outlives the runner. */
export interface Journal {
  readonly before: Pick<Routing, 'weights' | 'stickinessSeconds' | 'fingerprint'>
  readonly after: Pick<Routing, 'weights'>
  /** Task definition that the shift gives traffic to, as `family:revision`. */
  readonly release: string
  /** Run that wrote it, e.g. `4711/1` (run id and attempt). */
  readonly run: string
  readonly at: Date
}
