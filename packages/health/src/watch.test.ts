import { type Clock, ExternalError, type MetricReader, type MinuteValues } from '@interlock/model'
import { expect, test } from '@jest/globals'
import { DEFAULT_POLICY } from './judge.ts'
import { renderEvidence, renderLook } from './render.ts'
import { type WatchPlan, watch } from './watch.ts'

const MINUTE = 60_000
const SHIFT = Date.parse('2026-01-01T10:00:20Z')
const SHIFT_MINUTE = Date.parse('2026-01-01T10:00:00Z')
const LB = 'app/web/1'
const OLD = 'targetgroup/old/1'
const NEW = 'targetgroup/new/1'

const plan: WatchPlan = {
  ...{ loadBalancer: LB, previous: OLD, release: NEW, shiftedAt: new Date(SHIFT) },
  ...{ watchFor: 15 * MINUTE, baseline: 60 * MINUTE, policy: DEFAULT_POLICY },
}

/** Time passes only while somebody sleeps. */
function clockAt(start: number): Clock {
  let now = start
  return {
    now: () => new Date(now),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted()
      now += milliseconds
    },
  }
}

type Traffic = (minute: number) => { requests?: number; errors?: number; unreached?: number } | undefined

/** CloudWatch as it would answer: what is missing is absent. `minute` counts from the minute of the shift. */
function readerOf(world: {
  old?: Traffic
  new?: Traffic
  balancerErrors?: (minute: number) => number | undefined
}): MetricReader & { windows: [Date, Date][] } {
  const windows: [Date, Date][] = []
  return {
    windows,
    async sums(series, { start, end }) {
      windows.push([start, end])
      const answer: Record<string, MinuteValues> = {}
      for (const [name, { metric, dimensions }] of Object.entries(series) as [
        string,
        { metric: string; dimensions: Record<string, string> },
      ][]) {
        const values = new Map<number, number>()
        for (let at = start.getTime(); at < end.getTime(); at += MINUTE) {
          const minute = Math.round((at - SHIFT_MINUTE) / MINUTE)
          const value = sumOf(world, metric, dimensions['TargetGroup'], minute)
          if (value !== undefined) values.set(at, value)
        }
        answer[name] = values
      }
      return answer as never
    },
  }
}

function sumOf(
  world: Parameters<typeof readerOf>[0],
  metric: string,
  group: string | undefined,
  minute: number,
): number | undefined {
  if (metric === 'HTTPCode_ELB_5XX_Count') return world.balancerErrors?.(minute)
  const of = (traffic: Traffic | undefined) => traffic?.(minute)
  if (group === undefined) {
    const all = [of(world.old)?.requests, of(world.new)?.requests].filter((each) => each !== undefined)
    return all.length > 0 ? all.reduce((sum, each) => sum + each, 0) : undefined
  }
  const counts = of(group === OLD ? world.old : world.new)
  if (metric === 'RequestCount') return counts?.requests
  return metric === 'TargetConnectionErrorCount' ? counts?.unreached : counts?.errors
}

const before: Traffic = (minute) => (minute <= 0 ? { requests: 600, errors: 6 } : undefined)
const after =
  (counts: { requests?: number; errors?: number; unreached?: number }): Traffic =>
  (minute) =>
    minute >= 0 ? counts : undefined

const start = () => clockAt(SHIFT)

test('a good release passes as soon as that is proven', async () => {
  const result = await watch({
    reader: readerOf({ old: before, new: after({ requests: 600, errors: 6 }) }),
    clock: start(),
    plan,
  })
  expect(result).toMatchObject({ verdict: 'PASS', reasonCode: 'healthy' })
  expect(result.looks.length).toBeLessThan(8)
})

test('a bad release fails at the second settled minute, four minutes and a bit after the shift', async () => {
  const clock = start()
  const result = await watch({
    reader: readerOf({ old: before, new: after({ requests: 600, errors: 60 }) }),
    clock,
    plan,
  })
  expect(result).toMatchObject({ verdict: 'FAIL', reasonCode: 'more-errors-than-baseline' })
  expect(result.looks).toHaveLength(2)
  // Rest of minute 0, two whole minutes, two minutes to settle.
  expect(clock.now().getTime() - SHIFT_MINUTE).toBe(5 * MINUTE)
})

test('connections that the release refuses are its errors', async () => {
  const reader = readerOf({ old: before, new: after({ requests: 600, unreached: 400 }) })
  expect(await watch({ reader, clock: start(), plan })).toMatchObject({ verdict: 'FAIL' })
})

test('a release that is entirely dead fails by the errors of the balancer, though no request reached it', async () => {
  const reader = readerOf({
    old: before,
    new: () => undefined,
    balancerErrors: (minute) => (minute >= 0 ? 600 : undefined),
  })
  const result = await watch({ reader, clock: start(), plan })
  expect(result).toMatchObject({ verdict: 'FAIL' })
  expect(result.looks.at(-1)?.judged[1]?.judgement.verdict).toBe('FAIL')
})

test('balancer errors that were there before do not fail a good release', async () => {
  const reader = readerOf({ old: before, new: after({ requests: 600, errors: 6 }), balancerErrors: () => 20 })
  expect(await watch({ reader, clock: start(), plan })).toMatchObject({ verdict: 'PASS' })
})

test('too little traffic ends inconclusive at the last look, and says what was missing', async () => {
  const reader = readerOf({ old: (minute) => (minute <= 0 ? { requests: 2 } : undefined), new: after({ requests: 2 }) })
  const result = await watch({ reader, clock: start(), plan })
  expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', reasonCode: 'not-enough-data' })
  expect(result.looks).toHaveLength(15)
  expect(result.because).toMatch(/\d+ more requests without an error would pass it/)
})

test('minutes without traffic are no minutes without errors', async () => {
  const reader = readerOf({
    old: before,
    new: (minute) => (minute % 2 === 1 ? { requests: 600, errors: 60 } : undefined),
  })
  const result = await watch({ reader, clock: start(), plan })
  expect(result.looks.at(-1)?.judged[0]?.signal.release.map(({ minute }) => (minute - SHIFT_MINUTE) / MINUTE)).toEqual([
    1, 3,
  ])
})

test('the minute of the shift is in neither window, and no minute is read before it has settled', async () => {
  const reader = readerOf({ old: before, new: after({ requests: 600, errors: 6 }) })
  const { looks } = await watch({ reader, clock: start(), plan })
  const [own] = looks[0]?.judged ?? []
  expect(own?.signal.baseline.every(({ minute }) => minute < SHIFT_MINUTE)).toBe(true)
  expect(own?.signal.release.map(({ minute }) => minute)).toEqual([SHIFT_MINUTE + MINUTE])
  expect(reader.windows[0]?.[1]).toEqual(new Date(SHIFT_MINUTE + 2 * MINUTE))
})

test('a watch that starts late sees all that has settled at once', async () => {
  const reader = readerOf({ old: before, new: after({ requests: 600, errors: 60 }) })
  const result = await watch({ reader, clock: clockAt(SHIFT_MINUTE + 9 * MINUTE), plan })
  expect(result.looks.map(({ look }) => look)).toEqual([6])
  expect(result.verdict).toBe('FAIL')
})

test('counts that grow after they settled are used, and named', async () => {
  let reads = 0
  const late = readerOf({
    old: before,
    new: (minute) => (minute >= 0 ? { requests: minute === 1 && reads < 2 ? 1 : 20, errors: 0 } : undefined),
  })
  const reader: MetricReader = {
    sums: (series, window) => {
      reads += 1
      return late.sums(series, window)
    },
  }
  const { looks } = await watch({ reader, clock: start(), plan: { ...plan, watchFor: 3 * MINUTE } })
  expect(looks[1]?.revised).toEqual([SHIFT_MINUTE + MINUTE])
})

const outage = new ExternalError('CloudWatch GetMetricData failed', {
  ...{ service: 'CloudWatch', operation: 'GetMetricData', code: 'InternalFailure', transient: true },
})

test('a short outage of the metrics is waited out', async () => {
  const good = readerOf({ old: before, new: after({ requests: 600, errors: 60 }) })
  let reads = 0
  const reader: MetricReader = {
    sums: async (series, window) => {
      reads += 1
      if (reads <= 4) throw outage
      return good.sums(series, window)
    },
  }
  const problems: string[] = []
  const result = await watch({ reader, clock: start(), plan, onProblem: ({ message }) => problems.push(message) })
  expect(result.verdict).toBe('FAIL')
  expect(problems).toHaveLength(4)
})

test('metrics that stay away are an ERROR, not a verdict on the release', async () => {
  const reader: MetricReader = { sums: () => Promise.reject(outage) }
  expect(await watch({ reader, clock: start(), plan })).toMatchObject({
    verdict: 'ERROR',
    reasonCode: 'metrics-unavailable',
  })
})

test('a refusal by the service is thrown at once', async () => {
  const denied = new ExternalError('denied', {
    service: 'CloudWatch',
    operation: 'GetMetricData',
    code: 'AccessDenied',
    transient: false,
  })
  await expect(watch({ reader: { sums: () => Promise.reject(denied) }, clock: start(), plan })).rejects.toThrow(
    'denied',
  )
})

test('a cancelled run ends the watch', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'))
  await expect(watch({ reader: readerOf({}), clock: start(), plan, signal })).rejects.toThrow('cancelled')
})

test('a look is one line, and the evidence a table', async () => {
  const result = await watch({
    reader: readerOf({ old: before, new: after({ requests: 600, errors: 60 }) }),
    clock: start(),
    plan,
  })
  expect(result.looks.map(renderLook)).toEqual([
    'look 1/15 until 10:02 UTC: answers of the release 60/600, fails at 16; errors of the load balancer itself 0/600, fails at 3 → go on',
    'look 2/15 until 10:03 UTC: answers of the release 120/1200, fails at 26; errors of the load balancer itself 0/1200, fails at 3 → FAIL',
  ])
  expect(renderEvidence(result).rows[0]?.slice(0, 3)).toEqual([
    'answers of the release',
    '360 of 36000 (1.0 %)',
    '120 of 1200 (10.0 %)',
  ])
})
