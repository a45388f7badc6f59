import { AwsError } from '../../wire/aws-error.ts'

const LARGEST_PAGE = 400

/** One page of a description and the marker of the next. */
export function page<T>(
  all: readonly T[],
  { Marker, PageSize = LARGEST_PAGE }: { Marker?: string | undefined; PageSize?: number | undefined },
): { items: T[]; NextMarker?: string } {
  const from = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64url').toString())
  if (!Number.isInteger(from) || from < 0) throw new AwsError('ValidationError', `'${Marker}' is not a valid marker`)
  if (!Number.isInteger(PageSize) || PageSize < 1 || PageSize > LARGEST_PAGE) {
    throw new AwsError('ValidationError', `Page size must be between 1 and ${LARGEST_PAGE}`)
  }
  const next = from + PageSize
  return {
    items: all.slice(from, next),
    ...(next < all.length && { NextMarker: Buffer.from(`${next}`).toString('base64url') }),
  }
}
