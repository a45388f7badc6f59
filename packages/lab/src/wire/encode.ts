import { dateToTag } from '@smithy/core/cbor'
import type { Schema } from './shape.ts'

/** A value of a shape as JSON members: times are seconds since the epoch. Members outside the shape are an error of the lab. */
export function toJson(schema: Schema, value: unknown): unknown {
  return walk(schema, value, (time) => time.getTime() / 1000)
}

/** The same with times as CBOR tag 1. */
export function toCbor(schema: Schema, value: unknown): unknown {
  return walk(schema, value, dateToTag)
}

/** The members of a structure as XML elements; lists as `<member>` entries, as the query protocol has them. */
export function toXml(schema: Schema, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (schema.isStructSchema()) {
    const members = membersOf(schema, value)
    return members.map(([name, member, entry]) => `<${name}>${toXml(member, entry)}</${name}>`).join('')
  }
  if (schema.isListSchema()) {
    return (value as unknown[]).map((entry) => `<member>${toXml(schema.getValueSchema(), entry)}</member>`).join('')
  }
  if (value instanceof Date) return value.toISOString()
  return escapeXml(String(value))
}

function walk(schema: Schema, value: unknown, time: (date: Date) => unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (schema.isStructSchema()) {
    return Object.fromEntries(
      membersOf(schema, value).map(([name, member, entry]) => [name, walk(member, entry, time)]),
    )
  }
  if (schema.isListSchema()) return (value as unknown[]).map((entry) => walk(schema.getValueSchema(), entry, time))
  if (schema.isMapSchema()) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, walk(schema.getValueSchema(), entry, time)]),
    )
  }
  return value instanceof Date ? time(value) : value
}

function membersOf(schema: Schema, value: unknown): [string, Schema, unknown][] {
  const members = schema.getMemberSchemas()
  return Object.entries(value as object)
    .filter(([, entry]) => entry !== undefined)
    .map(([name, entry]) => {
      const member = members[name]
      if (!member) throw new Error(`The lab answered with ${name}, which ${schema.getName()} does not have`)
      return [name, member, entry]
    })
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
