/**
 * An error of a service, by the name of its shape (`RuleNotFoundException`) or, for those that belong to no model, by
 * its code (`ValidationError`, `Throttling`).
 */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What a request says does not fit the shape of its operation. */
export class ShapeError extends AwsError {
  constructor(message: string) {
    super('ValidationError', message)
  }
}
