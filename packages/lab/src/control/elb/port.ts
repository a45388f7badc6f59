import { AwsError } from '../../wire/aws-error.ts'

/** @throws AwsError for what is no TCP port. */
export function portOf(port: number | undefined, otherwise = 80): number {
  const value = port ?? otherwise
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value
  throw new AwsError('ValidationError', `Port '${port}' must be between 1 and 65535`)
}
