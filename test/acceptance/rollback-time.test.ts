import { setTimeout as sleep } from 'node:timers/promises'
import { type LabProcess, startLabProcess } from '@interlock/lab'
import { startLoad } from '@interlock/lab/load'
import { appImages, createShop } from '@interlock/lab/shop'
import { expect, test } from '@jest/globals'
import { shift, watch } from './deploy.ts'

const PROPAGATIONS = [0, 1, 5, 20]

/**
 * The same rollback in real time, behind balancers that take their time to hear of it. Only the minutes that the watch
 * would wait for are jumped over, before it starts: it finds two settled minutes with errors and decides at its first look.
 */
async function rollBackBehind(propagationSeconds: number, faults: Parameters<LabProcess['addFaults']>[0] = []) {
  const lab = await startLabProcess({
    images: appImages([{ version: 'v1' }, { version: 'v2', errorEvery: 5 }]),
    ...{ propagationSeconds, clockRate: 1 },
  })
  try {
    const shop = await createShop({
      ...{ endpoint: lab.url, name: `wait${propagationSeconds}-${faults.length}`, image: 'web:v1', tasks: 1 },
      // The first rules of a listener are in effect at once, so the set-up does not wait for the propagation.
      inDefaultAction: true,
      healthCheck: { intervalSeconds: 5, timeoutSeconds: 2 },
    })
    const load = startLoad({ url: shop.url, requestsPerSecond: 60, versionHeader: 'x-app-version', timeoutMs: 10_000 })
    await sleep(2_000)
    await lab.advance(60)
    const job = { lab, shop, version: 'v2', caller: 'job' }
    const shifted = await shift(job)
    while (load.answers.at(-1)?.version !== 'v2') await sleep(20)
    for (let minute = 0; minute < 2; minute += 1) {
      await lab.advance(60)
      await sleep(2_000)
    }
    await lab.advance(240)
    await lab.addFaults(faults)
    const watched = await watch(job, shifted.outputs['deployment'] ?? '')
    await load.stop()

    const calls = await lab.calls('job')
    const put = calls.findLast(({ operation }) => operation === 'ModifyListener')
    const lastOfNew = load.answers.findLast(({ version }) => version === 'v2')
    return {
      ...{ propagationSeconds, outputs: watched.outputs, annotations: watched.annotations },
      writes: calls.filter(({ operation, error }) => operation === 'ModifyListener' && error === undefined).length,
      rollbackSeconds: Number(watched.outputs['rollback-seconds']),
      restoredSeconds: Number(watched.outputs['traffic-restored-seconds']),
      // From the write to the last request that the bad version was given, seen by users.
      seenByUsers: ((lastOfNew?.at ?? 0) - (put?.at ?? 0)) / 1000,
    }
  } finally {
    await lab.close()
  }
}

test('whatever the propagation, our own share of the time to the old version is below a second', async () => {
  // All at once: they mostly wait.
  const runs = await Promise.all(PROPAGATIONS.map((seconds) => rollBackBehind(seconds)))
  const rows = runs.map(({ propagationSeconds, rollbackSeconds, restoredSeconds, seenByUsers }) => {
    const own = restoredSeconds - propagationSeconds
    return `propagation ${propagationSeconds} s: weights read back after ${rollbackSeconds.toFixed(2)} s, restored after ${restoredSeconds.toFixed(2)} s, our share ${own.toFixed(2)} s, last answer of the bad version ${seenByUsers.toFixed(2)} s after the write`
  })
  process.stdout.write(`${rows.join('\n')}\n`)
  for (const { propagationSeconds, outputs, restoredSeconds, rollbackSeconds } of runs) {
    expect([outputs['verdict'], outputs['outcome']]).toEqual(['FAIL', 'rolled-back'])
    expect(rollbackSeconds).toBeLessThanOrEqual(1)
    expect(restoredSeconds - propagationSeconds).toBeLessThanOrEqual(1)
    expect(restoredSeconds).toBeGreaterThanOrEqual(propagationSeconds)
  }
}, 180_000)

test('a rollback that AWS throttles and fails at first is carried through, and tags that cannot be removed are a warning', async () => {
  const caller = 'job'
  const { outputs, annotations, writes, restoredSeconds } = await rollBackBehind(0, [
    { match: { caller, operation: 'ModifyListener', nth: 1 }, fault: 'throttle' },
    { match: { caller, operation: 'ModifyListener', nth: 2 }, fault: 'error-500' },
    { match: { caller, operation: 'RemoveTags' }, fault: 'error-500' },
  ])
  expect(outputs).toMatchObject({ verdict: 'FAIL', outcome: 'rolled-back', 'reason-code': 'more-errors-than-baseline' })
  // One write for the shift and one, after two that had no effect, for the way back.
  expect(writes).toBe(2)
  expect(restoredSeconds).toBeLessThan(10)
  expect(annotations.map(({ text }) => text).join('\n')).toMatch(
    /The traffic is back, but the tags interlock:\* could not be removed/,
  )
}, 120_000)
