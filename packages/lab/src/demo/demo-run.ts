import type { LoggedCall } from '../call-log.ts'
import type { Answer } from '../load/index.ts'
import type { StepResult } from '../runner/index.ts'

/** Everything that a demo has seen. All times are wall milliseconds since the epoch, all durations wall seconds. */
export interface DemoRun {
  /** When the lab was started, and when the last user left. */
  readonly startedAt: number
  readonly endedAt: number
  readonly clockRate: number
  readonly propagationSeconds: number
  /** Ascending by when they were sent. */
  readonly answers: readonly Answer[]
  /** Requests that this machine sent too late. */
  readonly lateArrivals: number
  readonly deploys: readonly Deploy[]
  /** Every call to the AWS API. */
  readonly calls: readonly LoggedCall[]
}

/** A release on its way: blue-green-shift, and when that has shifted, watch-and-rollback. */
export interface Deploy {
  readonly version: string
  /** The version that had the traffic. */
  readonly previousVersion: string
  readonly startedAt: number
  readonly endedAt: number
  readonly shift: StepResult
  readonly watch?: StepResult
}

/** AWS access key of the bundles: tells their calls from those of others in the call log. */
export const CALLER = 'deploy'
