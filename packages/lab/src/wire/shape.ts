import { NormalizedSchema } from '@smithy/core/schema'

/**
 * Shapes as the AWS SDK carries them. `[kind, namespace, name, traits, member names, member schemas, required count]`:
 * the first `required count` members are required.
 */
export type Schema = NormalizedSchema

/** Input and output of an operation; undefined for one that the service's model does not have. */
export function shapesOf(model: object, operation: string): { input: Schema; output: Schema } | undefined {
  const schema = (model as Record<string, unknown>)[`${operation}$`]
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined
  return { input: NormalizedSchema.of(schema[4]), output: NormalizedSchema.of(schema[5]) }
}

export function requiredMembers(schema: Schema): readonly string[] {
  const raw = schema.getSchema() as readonly unknown[]
  return (raw[4] as readonly string[]).slice(0, Number(raw[6] ?? 0))
}

/** Name, code and status of one of the service's own errors. */
export function errorShape(
  model: object,
  name: string,
): { code: string; status: number; type: 'Sender' | 'Receiver' } | undefined {
  const schema = (model as Record<string, unknown>)[`${name}$`]
  if (!Array.isArray(schema) || schema[0] !== -3) return undefined
  const {
    awsQueryError,
    httpError = 400,
    error,
  } = NormalizedSchema.of(schema as never).getMergedTraits() as {
    awsQueryError?: [string, number]
    httpError?: number
    error?: string
  }
  return {
    code: awsQueryError?.[0] ?? name,
    status: awsQueryError?.[1] ?? httpError,
    type: error === 'server' ? 'Receiver' : 'Sender',
  }
}
