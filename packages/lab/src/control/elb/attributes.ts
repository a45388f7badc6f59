import { AwsError } from '../../wire/aws-error.ts'

/** An attribute's default and which values it can have. */
interface Attribute {
  readonly initial: string
  readonly accepts: (value: string) => boolean
}

export type Attributes = Readonly<Record<string, Attribute>>

/** Attributes of an Application Load Balancer that have an effect here, or that tools read. */
export const BALANCER_ATTRIBUTES: Attributes = {
  'idle_timeout.timeout_seconds': whole(60, 1, 4_000),
  'deletion_protection.enabled': oneOf('false', 'true'),
  'routing.http2.enabled': fixed('true'),
  'client_keep_alive.seconds': fixed('3600'),
}

export const GROUP_ATTRIBUTES: Attributes = {
  'deregistration_delay.timeout_seconds': whole(300, 0, 3_600),
  // 0 is off; the lab has no slow start.
  'slow_start.duration_seconds': fixed('0'),
  'stickiness.enabled': oneOf('false', 'true'),
  'stickiness.type': fixed('lb_cookie'),
  'stickiness.lb_cookie.duration_seconds': whole(86_400, 1, 604_800),
  'load_balancing.algorithm.type': fixed('round_robin'),
}

export function defaultsOf(attributes: Attributes): Map<string, string> {
  return new Map(Object.entries(attributes).map(([key, { initial }]) => [key, initial]))
}

export function attributesOf(values: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...values].map(([Key, Value]) => ({ Key, Value }))
}

/**
 * All the changes or, when one is refused, none. What the lab has no effect for cannot be changed: pretending otherwise
 * would prove nothing.
 */
export function modifyAttributes(
  attributes: Attributes,
  values: Map<string, string>,
  changes: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): void {
  for (const { Key = '', Value = '' } of changes) {
    const attribute = Object.hasOwn(attributes, Key) ? attributes[Key] : undefined
    if (!attribute) {
      const known = Object.keys(attributes).join(', ')
      throw new AwsError('ValidationError', `Attribute key '${Key}' is not one of this lab's: ${known}`)
    }
    if (!attribute.accepts(Value)) {
      throw new AwsError('ValidationError', `'${Value}' is not a value that this lab has for attribute '${Key}'`)
    }
  }
  for (const { Key = '', Value = '' } of changes) values.set(Key, Value)
}

function whole(initial: number, least: number, most: number): Attribute {
  return { initial: `${initial}`, accepts: (value) => isWhole(value, least, most) }
}

function oneOf(initial: string, ...others: string[]): Attribute {
  return { initial, accepts: (value) => value === initial || others.includes(value) }
}

/** Other values exist at AWS, not here. */
function fixed(initial: string): Attribute {
  return oneOf(initial)
}

function isWhole(value: string, least: number, most: number): boolean {
  return /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
}
