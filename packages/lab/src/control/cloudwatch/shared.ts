import type { Dimension } from '@aws-sdk/client-cloudwatch'
import type { Dimensions } from '../../ports.ts'
import { AwsError } from '../../wire/aws-error.ts'

/** Where the page of a token starts. */
export function startOf(token: string | undefined): number {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidNextToken', 'The token is not valid')
  return from
}

export function tokenOf(start: number): string {
  return Buffer.from(`${start}`).toString('base64url')
}

export function dimensionsOf(dimensions: readonly Dimension[] = []): Dimensions {
  return Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]))
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message)
}
