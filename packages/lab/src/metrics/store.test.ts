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

test.each([
  ['SampleCount', 100],
  ['Average', 50.5],
  ['Minimum', 1],
  ['Maximum', 100],
  ['p50', 50.5],
  ['p99', 99.01],
  ['p100', 100],
])('%s of 1 to 100 is %d', (stat, expected) => {
  const store = storeWith(...Array.from({ length: 100 }, (_, at): [number, number] => [0, at + 1]))
  expect(store.query({ ...query, stat })[0]?.value).toBeCloseTo(expected, 6)
})

test('an unknown statistic is refused by name', () => {
  expect(() => storeWith([0, 1]).query({ ...query, stat: 'p101' })).toThrow(UnknownStatistic)
})
