import { setTimeout as sleep } from 'node:timers/promises'
import { type LabProcess, startLabProcess } from '@interlock/lab'
import { type Load, startLoad } from '@interlock/lab/load'
import type { StepResult } from '@interlock/lab/runner'
import { appImages, createShop, deleteShop, type Shop } from '@interlock/lab/shop'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Job, shift } from '../acceptance/deploy.ts'

/** Cells at a time: most of a cell is waiting for health. */
const AT_ONCE = 4
const MOMENTS = ['before', 'after'] as const

let lab: LabProcess

beforeAll(async () => {
  lab = await startLabProcess({
    images: appImages([{ version: 'v1' }, { version: 'v2' }]),
    propagationSeconds: 0.05,
    clockRate: 40,
  })
}, 60_000)
afterAll(() => lab?.close())

/** A call by its operation and which of its kind it is: how often a run polls differs, what it writes does not. */
interface Cell {
  readonly operation: string
  readonly nth: number
  readonly moment: (typeof MOMENTS)[number]
}

interface Ending {
  readonly cell: Cell
  /** Weight of the release after the kill and after the second run. */
  readonly weightAfterKill: number
  readonly rerun: StepResult
  readonly live: string
  readonly weights: readonly number[]
  readonly failedRequests: number
  readonly requests: number
}

async function newShop(name: string): Promise<Shop> {
  return await createShop({
    endpoint: lab.url,
    name: name.slice(0, 26),
    image: 'web:v1',
    tasks: 1,
    deregistrationDelaySeconds: 10,
  })
}

async function weightsOf(shop: Shop): Promise<number[]> {
  const rules = (await lab.world()).listeners.flatMap(({ rules }) => rules)
  const written = rules.find(({ arn }) => arn === shop.routing)?.written ?? {}
  return shop.targetGroups.map((arn) => written[arn] ?? -1)
}

/** Kills the step at a call: before the call has its effect, or after it and before the answer. False when it never came. */
async function killAt(job: Job, { operation, nth, moment }: Cell): Promise<boolean> {
  await lab.addFaults([{ match: { caller: job.caller, operation, nth }, fault: `timeout-${moment}` }])
  const lost = new AbortController()
  const ended = new AbortController()
  const run = shift(job, { lost: lost.signal }).finally(() => ended.abort())
  while (!ended.signal.aborted && !(await lab.calls(job.caller)).some(({ fault }) => fault)) await sleep(10)
  // The effect of an `after` is there a moment after the call arrived.
  await sleep(moment === 'after' ? 50 : 0)
  lost.abort()
  const { killedBy } = await run
  await lab.clearFaults(job.caller)
  return killedBy === 'SIGKILL'
}

async function play(cell: Cell, attempt = 1): Promise<Ending> {
  const name = `${cell.operation}-${cell.nth}-${cell.moment}-${attempt}`
    .replace('Describe', 'D')
    .replace('TaskDefinition', 'TD')
  const shop = await newShop(name)
  const load: Load = startLoad({
    url: shop.url,
    requestsPerSecond: 20,
    versionHeader: 'x-app-version',
    timeoutMs: 10_000,
  })
  const job: Job = { lab, shop, version: 'v2', caller: name, runId: '100' }
  const wasKilled = await killAt(job, cell)
  if (!wasKilled) {
    // This run polled less often than the first; its last poll of the kind is as good.
    await load.stop()
    if (attempt === 3) throw new Error(`${cell.operation} ${cell.nth} was never called`)
    return await play({ ...cell, nth: Math.max(1, cell.nth - 1) }, attempt + 1)
  }
  const [, weightAfterKill = -1] = await weightsOf(shop)
  // An empty disk: nothing but the inputs and the run id is the same.
  const rerun = await shift(job)
  await sleep(200)
  await load.stop()
  const { failed, requests } = load.stats()
  const live = load.answers.at(-1)?.version ?? 'nobody'
  const weights = await weightsOf(shop)
  await deleteShop(lab.url, shop)
  return { cell, weightAfterKill, rerun, live, weights, failedRequests: failed, requests }
}

async function inPool<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

function table(endings: readonly Ending[]): string {
  const rows = new Map<
    string,
    { cells: number; killedOld: number; killedNew: number; endedNew: number; failed: number; requests: number }
  >()
  for (const { cell, weightAfterKill, live, failedRequests, requests } of endings) {
    const key = `${cell.moment.padEnd(6)} ${cell.operation}`
    const row = rows.get(key) ?? { cells: 0, killedOld: 0, killedNew: 0, endedNew: 0, failed: 0, requests: 0 }
    row.cells += 1
    row[weightAfterKill === 0 ? 'killedOld' : 'killedNew'] += 1
    if (live === 'v2') row.endedNew += 1
    row.failed += failedRequests
    row.requests += requests
    rows.set(key, row)
  }
  const lines = [...rows].map(
    ([key, row]) =>
      `${key.padEnd(34)} ${`${row.cells}`.padStart(5)} ${`${row.killedOld}`.padStart(12)} ${`${row.killedNew}`.padStart(12)} ${`${row.endedNew}`.padStart(12)} ${row.failed}/${row.requests}`,
  )
  const head = `${'killed'.padEnd(34)} cells  old when hit  new when hit  new at the end  failed requests`
  return [head, ...lines, `${endings.length} cells`].join('\n')
}

test('killed before or after any of its AWS calls and run again, it ends in the new version and no user sees an error', async () => {
  const shop = await newShop('whole')
  const whole = await shift({ lab, shop, version: 'v2', caller: 'whole', runId: '100' })
  expect(whole.outputs['outcome']).toBe('shifted')
  const operations = (await lab.calls('whole')).map(({ operation }) => operation)
  const cells = operations.flatMap((operation, at) => {
    const nth = operations.slice(0, at + 1).filter((each) => each === operation).length
    return MOMENTS.map((moment): Cell => ({ operation, nth, moment }))
  })

  const endings = await inPool(cells, play)
  process.stdout.write(`${table(endings)}\n`)
  for (const { cell, rerun, live, weights, failedRequests, requests } of endings) {
    const where = `${cell.moment} ${cell.operation} ${cell.nth}: ${rerun.outputs['result']}`
    expect([where, rerun.exitCode, live, weights]).toEqual([where, 0, 'v2', [0, 100]])
    // Either this run shifted, or it found the shift done; both hand the deployment on to the watch.
    expect([where, rerun.outputs['deployment'] !== '']).toEqual([where, true])
    expect([where, failedRequests]).toEqual([where, 0])
    expect(requests).toBeGreaterThan(10)
  }
}, 420_000)

test('another run is kept out while the killed one holds the lease, and may go on when it has run out', async () => {
  const shop = await newShop('lease')
  const dead: Job = { lab, shop, version: 'v2', caller: 'dead', runId: '100' }
  expect(await killAt(dead, { operation: 'UpdateService', nth: 1, moment: 'after' })).toBe(true)

  const other: Job = { ...dead, caller: 'other', runId: '200' }
  const refused = await shift(other)
  expect([refused.exitCode, refused.outputs['outcome'], refused.outputs['reason-code']]).toEqual([
    1,
    'aborted',
    'lease-held',
  ])
  expect(
    (await lab.calls('other')).filter(({ operation }) => /^(Modify|Update|Register|AddTags)/.test(operation)),
  ).toEqual([])
  await lab.advance(21 * 60)
  const later = await shift(other)
  expect([later.exitCode, later.outputs['outcome']]).toEqual([0, 'shifted'])
}, 60_000)
