import type { ReasonCode } from './reason-code.ts'

/** Theirs to mend: the message says what happened, to what, and what to do. Never shown with a stack. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly reasonCode: ReasonCode

  constructor(message: string, reasonCode: ReasonCode = 'invalid-input') {
    super(message)
    this.reasonCode = reasonCode
  }
}

export interface ExternalCall {
  /** Service as people know it: `ECS`, `Elastic Load Balancing`, `CloudWatch`. */
  readonly service: string
  readonly operation: string
  /** Name of the service's own error, or the transport's (`ECONNREFUSED`, `TimeoutError`). */
  readonly code: string
  readonly status?: number
  readonly requestId?: string
  readonly attempts?: number
  /** Throttled, the service's own failure, or no answer: worth another try, once it is known whether this one had an effect. */
  readonly transient: boolean
}

/** An outside service refused, failed or did not answer. */
export class ExternalError extends Error {
  override readonly name = 'ExternalError'
  readonly call: ExternalCall
  readonly reasonCode: ReasonCode = 'aws-error'

  constructor(message: string, call: ExternalCall, options?: ErrorOptions) {
    super(message, options)
    this.call = call
  }
}
