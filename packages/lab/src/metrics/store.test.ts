import { expect, test } from '@jest/globals'
import { createMetricStore, UnknownStatistic } from './index.ts'

const MINUTE = 60_000
const T0 = Date.parse('2026-01-01T10:00:00Z')
let now = T0
const clock = { now: () => new Date(now), sleep: async () => {} }

const metric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: { LoadBalancer: 'app/web/1' } }
const query = { ...metric, stat: 'Sum', period: 60, start: T0, end: T0 + 60 * MINUTE }

function storeWith(...values: [minute: number, value: number][]) {
  now = T0 + 60 * MINUTE
  const store = createMetricStore(clock)
  for (const [minute, value] of values) store.record({ ...metric, value, at: T0 + minute * MINUTE + 30_000 })
  return store
}

test('a minute in which nothing happened has no point', () => {
  expect(storeWith([0, 1], [0, 2], [2, 5]).query(query)).toEqual([
    { at: T0, value: 3 },
    { at: T0 + 2 * MINUTE, value: 5 },
  ])
})

test('another set of dimensions is another metric', () => {
  const store = storeWith([0, 1])
  expect(store.query({ ...query, dimensions: { ...query.dimensions, TargetGroup: 'targetgroup/a/1' } })).toEqual([])
  expect(store.query({ ...query, dimensions: {} })).toEqual([])
})

test('the start of a window is inclusive and its end exclusive', () => {
  expect(storeWith([0, 1], [1, 2], [2, 4]).query({ ...query, start: T0 + MINUTE, end: T0 + 2 * MINUTE })).toEqual([
    { at: T0 + MINUTE, value: 2 },
  ])
})

test('a longer period merges its minutes', () => {
  expect(storeWith([0, 1], [4, 2], [5, 4]).query({ ...query, period: 300 })).toEqual([
    { at: T0, value: 3 },
    { at: T0 + 5 * MINUTE, value: 4 },
  ])
})

test('a minute can be read only when it has settled', () => {
  now = T0
  const store = createMetricStore(clock)
  store.record({ ...metric, value: 1, at: T0 + 59_000 }, { visibleAfterSeconds: 60 })
  now = T0 + 2 * MINUTE - 1
  expect(store.query(query)).toEqual([])
  now = T0 + 2 * MINUTE
  expect(store.query(query)).toEqual([{ at: T0, value: 1 }])
})

test('a minute is seen in part before it has settled, and revised then', () => {
  now = T0
  const store = createMetricStore(clock)
  for (const second of [10, 20, 40]) {
    store.record({ ...metric, value: 1, at: T0 + second * 1000 }, { visibleAfterSeconds: 60 })
  }
  const seen = [89, 90, 119, 120].map((second) => {
    now = T0 + second * 1000
    return store.query(query).map(({ value }) => value)
  })
  expect(seen).toEqual([[], [2], [2], [3]])
})

test('the start of a window is rounded down to the minute', () => {
  expect(storeWith([0, 1], [1, 2]).query({ ...query, start: T0 + MINUTE + 40_000 })).toEqual([
    { at: T0 + MINUTE, value: 2 },
  ])
})

test('high-resolution data have points of seconds for three hours, and of minutes for longer', () => {
  now = T0 + MINUTE
  const store = createMetricStore(clock)
  for (const second of [3, 12, 14]) {
    store.record({ ...metric, value: 1, at: T0 + second * 1000 }, { resolutionSeconds: 1 })
  }
  const tens = () => store.query({ ...query, period: 10 })
  expect(tens()).toEqual([
    { at: T0, value: 1 },
    { at: T0 + 10_000, value: 2 },
  ])
  expect(store.query(query)).toEqual([{ at: T0, value: 3 }])
  now = T0 + 4 * 3_600_000
  expect(tens()).toEqual([])
  expect(store.query(query)).toEqual([{ at: T0, value: 3 }])
})

test('data of one-minute resolution have no points of seconds', () => {
  expect(storeWith([0, 1]).query({ ...query, period: 10 })).toEqual([])
})

test('percentiles of very many values stay right, and memory bounded', () => {
  const store = createMetricStore(clock)
  now = T0 + 60 * MINUTE
  for (let n = 0; n < 100_000; n += 1) store.record({ ...metric, value: n % 1000, at: T0 })
  for (let n = 0; n < 1000; n += 1) store.record({ ...metric, value: 5000, at: T0 + MINUTE })
  const of = (stat: string, period = 60) => store.query({ ...query, stat, period })[0]?.value ?? Number.NaN
  expect(of('SampleCount')).toBe(100_000)
  expect(Math.abs(of('p50') - 500)).toBeLessThan(10)
  expect(Math.abs(of('p99') - 990)).toBeLessThan(10)
  // Of both minutes together 1 % is 5000.
  expect([of('p98.5', 300) < 1000, of('p99.5', 300)]).toEqual([true, 5000])
})

test.each([
  ['SampleCount', 100],
  ['Average', 50.5],
  ['Minimum', 1],
  ['Maximum', 100],
  ['p50', 50.5],
  ['p99', 99.01],
  ['p100', 100],
  ['tm90', 45.5],
])('%s of 1 to 100 is %d', (stat, expected) => {
  const store = storeWith(...Array.from({ length: 100 }, (_, at): [number, number] => [0, at + 1]))
  expect(store.query({ ...query, stat })[0]?.value).toBeCloseTo(expected, 6)
})

test('an unknown statistic is refused by name', () => {
  expect(() => storeWith([0, 1]).query({ ...query, stat: 'p101' })).toThrow(UnknownStatistic)
})
