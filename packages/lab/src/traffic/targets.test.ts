import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import {
  addresses,
  forward,
  freePort,
  group,
  healthy,
  names,
  servers,
  target,
  traffic,
  url,
  useBalancer,
} from './testing.ts'

useBalancer()

test('a target is initial, then healthy after one success, unhealthy after the threshold, and unused outside every rule', async () => {
  group('a')
  let status = 200
  await target('a', 'a', (_request, answer) => answer.writeHead(status).end())
  expect(traffic.targetHealth('a')[0]).toMatchObject({ state: 'unused', reason: 'Target.NotInUse' })
  traffic.setRules('listener', [forward({ a: 1 })])
  expect(traffic.targetHealth('a')[0]).toMatchObject({ state: 'initial', reason: 'Elb.RegistrationInProgress' })
  await healthy('a')
  status = 500
  await sleep(200)
  expect(traffic.targetHealth('a')[0]).toMatchObject({
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  })
})

test('a health check that is not answered in time or at all says so', async () => {
  group('a', {}, { unhealthyThreshold: 2 })
  traffic.setRules('listener', [forward({ a: 1 })])
  const silent = createTcpServer()
  const address = addresses.next()
  await new Promise<void>((resolve) => silent.listen(0, address, resolve))
  servers.push(silent)
  traffic.registerTarget('a', address, (silent.address() as AddressInfo).port)
  traffic.registerTarget('a', address, await freePort(address))
  await sleep(250)
  expect(traffic.targetHealth('a').map(({ reason }) => reason)).toEqual(['Target.Timeout', 'Target.FailedHealthChecks'])
})

test('a draining target finishes what it has begun, gets nothing new, and is gone after the delay', async () => {
  group('a', { deregistrationDelaySeconds: 0.3 })
  traffic.setRules('listener', [forward({ a: 1 })])
  const slow = await target('a', 'slow', (incoming, answer) => {
    if (incoming.url === '/') answer.end('slow')
    else setTimeout(() => answer.end('slow'), 150)
  })
  await healthy('a')
  const inFlight = fetch(`${url}work`)
  await sleep(30)
  await target('a', 'new')
  await healthy('a')
  const begun = performance.now()
  const gone = traffic.deregisterTarget('a', slow.address, slow.port)
  expect(traffic.targetHealth('a')[0]).toMatchObject({ state: 'draining', reason: 'Target.DeregistrationInProgress' })
  expect(await names(10)).toEqual({ new: 10 })
  expect(await (await inFlight).text()).toBe('slow')
  await gone
  expect(performance.now() - begun).toBeGreaterThan(280)
  expect(traffic.targetHealth('a')).toHaveLength(1)
})

test('a target that closes idle connections as Node does by default costs no request', async () => {
  group('a', {}, { intervalSeconds: 5 })
  traffic.setRules('listener', [forward({ a: 1 })])
  const { server } = await target('a', 'a')
  server.keepAliveTimeout = 20
  await healthy('a')
  for (let n = 0; n < 40; n += 1) {
    expect(await names(1)).toEqual({ a: 1 })
    await sleep(15 + (n % 12))
  }
})
