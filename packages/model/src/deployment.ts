/** One of the two sides between which traffic moves. */
export interface Side {
  /** ECS service name. */
  readonly service: string
  readonly targetGroupArn: string
  /** `family:revision` that the service runs. */
  readonly taskDefinition: string
}

/** How to ask the load balancer, as a user would, which version answers. */
export interface Probe {
  readonly url: string
  /** Response header that names the version. */
  readonly header: string
  /** Value of that header before the shift. */
  readonly previousVersion: string
}

/** A shift that has happened and can be watched, kept or rolled back. Made by blue-green-shift, read by watch-and-rollback. */
export interface DeploymentHandle {
  readonly schemaVersion: 1
  readonly cluster: string
  /** ARN of the listener rule or listener that was shifted; its tags hold the journal. */
  readonly routing: string
  /** ARN tail that names the load balancer in CloudWatch: `app/<name>/<id>`. */
  readonly loadBalancer: string
  /** The side that had the traffic before, and that a rollback gives it back to. */
  readonly previous: Side
  /** The side that has the traffic now. */
  readonly release: Side
  /** When the new weights were written, ISO 8601, UTC. */
  readonly shiftedAt: string
  readonly probe?: Probe
}
