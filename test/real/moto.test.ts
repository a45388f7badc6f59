import { type LabProcess, startLabProcess } from '@interlock/lab'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Moto, startMoto } from './moto.ts'
import { runScript } from './python.ts'

type Answer = { readonly shape: unknown } | { readonly error: string; readonly status: number }

/** Where lab and moto answer differently on purpose: the call, the member (or `error`), and who is right. */
const KNOWN: readonly (readonly [call: string, path: RegExp, why: string])[] = [
  ['elb ModifyRule weight 1000', /^error$/, 'AWS allows 0 to 999; moto takes 1000'],
  ['*', /^missing .*settings\.0$/, 'the lab has no container insights, the only cluster setting'],
  ['*', /^missing .*(ZoneName|CanonicalHostedZoneId)$/, 'the lab has one loopback address, no zones and no DNS'],
  ['*', /^missing .*(AlpnPolicy|SslPolicy)$/, 'of TLS listeners; the lab has HTTP only'],
]

let lab: LabProcess
let moto: Moto

beforeAll(async () => {
  lab = await startLabProcess({ images: {}, settleSeconds: 0 })
  moto = await startMoto()
}, 60_000)
afterAll(async () => {
  moto?.stop()
  await lab?.close()
})

/** Members that both answers have, with another type; and errors that differ. */
function differences(ours: unknown, theirs: unknown, path = ''): string[] {
  if (typeof ours === 'string' || typeof theirs === 'string') return ours === theirs ? [] : [path]
  const [a, b] = [ours as Record<string, unknown>, theirs as Record<string, unknown>]
  return Object.keys(a)
    .filter((name) => name in b)
    .flatMap((name) => differences(a[name], b[name], path ? `${path}.${name}` : name))
}

/** Members that moto gives and the lab does not: what a client could miss. */
function missing(ours: unknown, theirs: unknown, path = ''): string[] {
  if (typeof theirs !== 'object' || theirs === null || typeof ours !== 'object' || ours === null) return []
  return Object.entries(theirs).flatMap(([name, member]) => {
    const at = path ? `${path}.${name}` : name
    return name in ours ? missing((ours as Record<string, unknown>)[name], member, at) : [at]
  })
}

test('every call that moto has too gets the same members, types and error codes from the lab', async () => {
  const [ours, theirs] = await Promise.all(
    [lab.url, moto.url].map((url) => runScript<Record<string, Answer>>('shapes.py', url)),
  )
  const lines: string[] = []
  const unlisted: string[] = []
  const used = new Set<number>()
  for (const [call, mine] of Object.entries(ours ?? {})) {
    const other = theirs?.[call] ?? { error: 'not called', status: 0 }
    const found =
      'shape' in mine && 'shape' in other
        ? [
            ...differences(mine.shape, other.shape).map((path) => `type ${path}`),
            ...missing(mine.shape, other.shape).map((path) => `missing ${path}`),
          ]
        : 'error' in mine && 'error' in other && mine.error === other.error && mine.status === other.status
          ? []
          : ['error']
    const left = found.filter((path) => {
      const at = KNOWN.findIndex(([name, pattern]) => (name === call || name === '*') && pattern.test(path))
      if (at >= 0) used.add(at)
      return at < 0
    })
    lines.push(`${left.length > 0 ? 'DIFFERS' : found.length > 0 ? 'as listed' : 'same'}  ${call}`)
    unlisted.push(
      ...left.map(
        (path) =>
          `${call}: ${path} (${JSON.stringify('error' in mine ? mine : 'ok')} / ${JSON.stringify('error' in other ? other : 'ok')})`,
      ),
    )
  }
  process.stdout.write(`${lines.join('\n')}\n${lines.length} calls compared with moto\n`)
  expect(unlisted).toEqual([])
  expect(KNOWN.filter((_each, at) => !used.has(at)).map(([call, path]) => `${call} ${path} differs no longer`)).toEqual(
    [],
  )
}, 180_000)
