import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import {
  forward,
  group,
  healthy,
  healthyCount,
  names,
  ofGroup,
  ofLb,
  start,
  sum,
  target,
  traffic,
  url,
  useBalancer,
} from './testing.ts'

useBalancer()

test('traffic follows the weights', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 900, b: 100 })])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const { a = 0, b = 0 } = await names(1000)
  expect(a + b).toBe(1000)
  // Four standard deviations of a binomial with 1000 draws of 10 %: 38.
  expect(Math.abs(b - 100)).toBeLessThan(38)
})

test('a group with weight 0 gets nothing, and 503 is the answer when all weights are 0', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 })])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  expect(await names(50)).toEqual({ a: 50 })
  traffic.setRules('listener', [forward({ a: 0, b: 0 })])
  expect(await names(3)).toEqual({ 503: 3 })
})

test('a change of weights under load loses no request', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 })])
  await Promise.all([target('a', 'a'), target('a', 'a'), target('b', 'b'), target('b', 'b')])
  await healthy('a', 'b')
  const load = Promise.all(Array.from({ length: 8 }, () => names(100)))
  for (const weights of [
    { a: 0, b: 1 },
    { a: 1, b: 1 },
    { a: 1, b: 0 },
    { a: 0, b: 1 },
  ]) {
    await sleep(30)
    traffic.setRules('listener', [forward(weights)])
  }
  const seen = await load
  expect(seen.flatMap((each) => Object.keys(each)).filter((name) => name !== 'a' && name !== 'b')).toEqual([])
  expect(await names(20)).toEqual({ b: 20 })
})

test('a rule change takes the propagation time to come into effect', async () => {
  await start(0.3)
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 })])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const begun = performance.now()
  traffic.setRules('listener', [forward({ a: 0, b: 1 })])
  expect(await names(1)).toEqual({ a: 1 })
  while (!(await names(1))['b']) await sleep(5)
  expect(performance.now() - begun).toBeGreaterThan(290)
  expect(traffic.inEffect('listener')[0]?.action).toMatchObject({ targetGroups: [{ weight: 0 }, { weight: 1 }] })
})

/** 20 000 pass as well, in 15 s on two busy cores. */
const REQUESTS = 3_000
const DISTURBED_EVERY = 500

test('thousands of requests on kept connections, while targets come and go and weights change, are all answered', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 1 })])
  await Promise.all([target('a', 'a'), target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  let asked = 0
  const seen: Record<number, number> = {}
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(url, { agent }, (answer) => {
        seen[answer.statusCode ?? 0] = (seen[answer.statusCode ?? 0] ?? 0) + 1
        answer.resume().on('end', resolve)
      }).on('error', reject)
    })
  const client = async () => {
    while (asked < REQUESTS) {
      asked += 1
      if (asked % DISTURBED_EVERY === 0) await disturb(asked / DISTURBED_EVERY)
      await ask()
    }
  }
  const disturb = async (round: number) => {
    traffic.setRules('listener', [forward({ a: round % 3, b: 1 })])
    const [oldest] = traffic.targetHealth('a')
    await target('a', 'a')
    await healthyCount('a', 2)
    if (oldest) void traffic.deregisterTarget('a', oldest.address, oldest.port)
  }
  await Promise.all(Array.from({ length: 32 }, client))
  agent.destroy()
  expect(seen).toEqual({ 200: REQUESTS })
  expect(sum('RequestCount', ofLb)).toBe(REQUESTS)
  expect(sum('RequestCount', ofGroup('a')) + sum('RequestCount', ofGroup('b'))).toBe(REQUESTS)
})
