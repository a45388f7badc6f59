import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type LabProcess, startLabProcess } from '@interlock/lab'
import { type Load, startLoad } from '@interlock/lab/load'
import { appImages, createShop, type Shop } from '@interlock/lab/shop'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { shift, textOf, watch } from './deploy.ts'

const PROPAGATION = 0.5

let lab: LabProcess
let shop: Shop
let load: Load

beforeAll(async () => {
  lab = await startLabProcess({
    images: appImages([
      { version: 'v1' },
      { version: 'v2' },
      { version: 'v3', errorEvery: 10 },
      { version: 'crash', exitCode: 3 },
    ]),
    propagationSeconds: PROPAGATION,
    clockRate: 30,
  })
  shop = await createShop({ endpoint: lab.url, name: 'first', image: 'web:v1' })
  load = startLoad({ url: shop.url, requestsPerSecond: 60, versionHeader: 'x-app-version', timeoutMs: 10_000 })
}, 60_000)

afterAll(async () => {
  await load?.stop()
  await lab?.close()
})

const job = (version: string) => ({ lab, shop, version, caller: `job-${version}` })

/** Every IAM action that a policy beside an action allows. */
function allowedBy(action: string): Set<string> {
  const file = resolve(import.meta.dirname, '../../actions', action, 'iam-policy.json')
  const { Statement } = JSON.parse(readFileSync(file, 'utf8')) as { Statement: { Action: string | string[] }[] }
  return new Set(Statement.flatMap((each) => each.Action))
}

test('a dry run passes every check, says what would become of the weights, and writes nothing', async () => {
  const { exitCode, outputs } = await shift({ ...job('v2'), caller: 'dry' }, { inputs: { 'dry-run': 'true' } })
  expect([exitCode, outputs['outcome'], outputs['reason-code'], outputs['deployment']]).toEqual([
    0,
    'planned',
    'dry-run',
    '',
  ])
  const writes = (await lab.calls('dry')).filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))
  expect(writes).toEqual([])
})

test('a release whose tasks keep stopping is given up early, moves no traffic, and leaves nothing running', async () => {
  const result = await shift(job('crash'))
  expect([result.exitCode, result.outputs['outcome'], result.outputs['reason-code']]).toEqual([
    1,
    'aborted',
    'release-keeps-stopping',
  ])
  expect(textOf(result)).toMatch(/exit code 3/)
  expect((await lab.calls('job-crash')).filter(({ operation }) => operation === 'ModifyRule')).toEqual([])
  // The lease is given back by the post step, so the next deploy is not kept out.
  const post = await shift(job('crash'), { phase: 'post', state: result.state })
  expect(textOf(post)).toMatch(/lease on the rule is given back/)
}, 60_000)

test('a good version gets the traffic and is promoted without a failed request', async () => {
  const begun = Date.now()
  const shifted = await shift(job('v2'))
  expect([shifted.exitCode, shifted.outputs['outcome'], shifted.outputs['reason-code']]).toEqual([
    0,
    'shifted',
    'shifted',
  ])
  expect(shifted.summary).toMatch(/Shifted to first:/)

  const watched = await watch(job('v2'), shifted.outputs['deployment'] ?? '')
  expect(watched.outputs).toMatchObject({ verdict: 'PASS', outcome: 'promoted' })
  expect(watched.exitCode).toBe(0)

  const answers = load.since(begun)
  expect(answers.filter(({ status }) => status === 'error' || status >= 500)).toEqual([])
  expect(answers.at(-1)?.version).toBe('v2')
}, 120_000)

test('deploying what is live already changes nothing', async () => {
  const { exitCode, outputs } = await shift({ ...job('v2'), caller: 'again' })
  expect([exitCode, outputs['outcome'], outputs['deployment']]).toEqual([0, 'already-live', ''])
  expect((await lab.calls('again')).filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))).toEqual([])
})

test('a bad version is found worse and the old one answers again, after one write', async () => {
  const shifted = await shift(job('v3'))
  const handle = shifted.outputs['deployment'] ?? ''
  const before = (await lab.calls()).at(-1)?.n ?? 0
  const watched = await watch(job('v3'), handle)
  expect(watched.outputs).toMatchObject({ verdict: 'FAIL', outcome: 'rolled-back' })
  expect(watched.exitCode).toBe(1)
  expect(watched.outputs['reason-code']).toBe('more-errors-than-baseline')
  expect(JSON.parse(watched.outputs['result'] ?? '')).toMatchObject({
    schemaVersion: 1,
    verdict: 'FAIL',
    outcome: 'rolled-back',
  })
  expect(watched.annotations.filter(({ kind }) => kind === 'error')).toHaveLength(1)
  expect(watched.summary).toMatch(/FAIL: first:/)

  const writes = (await lab.calls('job-v3', before)).filter(({ operation }) => /^Modify/.test(operation))
  expect(writes).toHaveLength(1)
  const { previous } = JSON.parse(handle) as { previous: { targetGroupArn: string } }
  const rule = (await lab.world()).listeners.flatMap(({ rules }) => rules).find(({ arn }) => arn === shop.routing)
  expect(rule?.inEffect[previous.targetGroupArn]).toBe(100)
  expect(load.answers.at(-1)?.version).toBe('v2')
}, 120_000)

test.each(['blue-green-shift', 'watch-and-rollback'])(
  '%s needs no permission that its policy does not give',
  async (action) => {
    const own = new Set(
      (await lab.calls()).filter(({ caller }) => caller.startsWith('job-')).map(({ action: used }) => used),
    )
    const allowed = new Set(['blue-green-shift', 'watch-and-rollback'].flatMap((each) => [...allowedBy(each)]))
    expect([...own].filter((used) => !allowed.has(used))).toEqual([])
    // And gives none that neither deploy nor rollback has used, but for the listener form of the same two calls.
    const unused = [...allowedBy(action)].filter((each) => !own.has(each))
    expect(unused.filter((each) => !/Listener|PassRole/.test(each))).toEqual([])
  },
)
