import { AwsError } from '../../wire/aws-error.ts'

/** One page of a listing and the token of the next. */
export function page<T>(all: readonly T[], size: number, token: string | undefined): { items: T[]; next?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidParameterException', 'Invalid token')
  if (!(size >= 1 && size <= 100))
    throw new AwsError('InvalidParameterException', 'maxResults must be between 1 and 100')
  const next = from + size
  return {
    items: all.slice(from, next),
    ...(next < all.length && { next: Buffer.from(`${next}`).toString('base64url') }),
  }
}
