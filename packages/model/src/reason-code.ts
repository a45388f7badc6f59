/** Closed in our code, an open set for those who read it. One code says why an action ended as it did. */
export const REASON_CODES = [
  // ended as asked
  'shifted',
  'already-live',
  'dry-run',
  'healthy',
  // a person has to decide or to mend something
  'invalid-input',
  'no-gates',
  'unsupported-routing',
  'no-live-side',
  'both-sides-live',
  'lease-held',
  'routing-changed',
  'release-unhealthy',
  'release-keeps-stopping',
  'not-enough-data',
  // the release is worse than its baseline
  'more-errors-than-baseline',
  // it could not be known or done
  'metrics-unavailable',
  'rollback-failed',
  'aws-error',
  'cancelled',
  'internal-error',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]
