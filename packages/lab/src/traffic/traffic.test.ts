import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@interlock/action-kit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createMetricStore } from '../metrics/index.ts'
import type { Addresses, RuleConfig, TargetGroupConfig } from '../ports.ts'
import { claimAddresses } from '../tasks/index.ts'
import { createLoadBalancing, type Traffic } from './index.ts'

const LB = { arn: 'lb', dimension: 'app/web/1', idleTimeoutSeconds: 60 }
const NAMESPACE = 'AWS/ApplicationELB'

let addresses: Addresses
let traffic: Traffic
let metrics: ReturnType<typeof createMetricStore>
let url: string
const servers: { close(): unknown; closeAllConnections?(): void }[] = []

beforeEach(async () => {
  addresses = await claimAddresses()
  await start(0)
})
afterEach(async () => {
  await traffic.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.()
    server.close()
  }
  await addresses.close()
})

/** A load balancer with one listener. */
async function start(propagationSeconds: number, seed = 1): Promise<void> {
  await traffic?.close()
  metrics = createMetricStore(systemClock)
  traffic = createLoadBalancing({
    clock: systemClock,
    metrics,
    addresses,
    propagationSeconds,
    settleSeconds: 0,
    random: seeded(seed),
  })
  const { address } = traffic.createLoadBalancer(LB)
  const port = await freePort(address)
  await traffic.createListener('listener', 'lb', port)
  url = `http://${address}:${port}/`
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function freePort(address: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A target that answers with its name, and with what `handler` does besides. */
async function target(
  group: string,
  name: string,
  handler?: RequestListener,
): Promise<{ address: string; port: number; server: Server }> {
  const address = addresses.next()
  const server = createServer(handler ?? ((_request, answer) => answer.setHeader('x-name', name).end(name)))
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  servers.push(server)
  const { port } = server.address() as AddressInfo
  traffic.registerTarget(group, address, port)
  return { address, port, server }
}

function group(
  arn: string,
  more: Partial<TargetGroupConfig> = {},
  check: Partial<TargetGroupConfig['healthCheck']> = {},
): void {
  traffic.putTargetGroup({
    arn,
    dimension: `targetgroup/${arn}/1`,
    deregistrationDelaySeconds: 0.2,
    slowStartSeconds: 0,
    healthCheck: {
      ...{ enabled: true, path: '/', port: 'traffic-port', matcher: '200' },
      ...{ intervalSeconds: 0.05, timeoutSeconds: 0.04, healthyThreshold: 2, unhealthyThreshold: 2, ...check },
    },
    ...more,
  })
}

function forward(weights: Record<string, number>, stickinessSeconds?: number): RuleConfig {
  const targetGroups = Object.entries(weights).map(([arn, weight]) => ({ arn, weight }))
  return {
    arn: 'default',
    conditions: [],
    action: { type: 'forward', targetGroups, ...(stickinessSeconds && { stickinessSeconds }) },
  }
}

async function healthy(...arns: string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (arns.every((arn) => traffic.targetHealth(arn).every(({ state }) => state === 'healthy'))) return
    await sleep(10)
  }
  throw new Error(`not healthy: ${JSON.stringify(arns.map((arn) => traffic.targetHealth(arn)))}`)
}

async function names(count: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  for (let n = 0; n < count; n += 1) {
    const answer = await fetch(url)
    const name = answer.status === 200 ? await answer.text() : `${answer.status}`
    seen[name] = (seen[name] ?? 0) + 1
  }
  return seen
}

const sum = (name: string, dimensions: Record<string, string>) =>
  metrics
    .query({
      namespace: NAMESPACE,
      name,
      dimensions,
      stat: 'Sum',
      period: 60,
      start: Date.now() - 300_000,
      end: Date.now() + 60_000,
    })
    .reduce((total, { value }) => total + value, 0)
const ofLb = { LoadBalancer: LB.dimension }
const ofGroup = (arn: string) => ({ ...ofLb, TargetGroup: `targetgroup/${arn}/1` })

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

test('with every target unhealthy the balancer fails open and counts it', async () => {
  group('a', {}, { matcher: '299' })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a')
  await sleep(200)
  expect(await names(3)).toEqual({ a: 3 })
  expect(sum('UnhealthyRoutingRequestCount', ofGroup('a'))).toBe(3)
})

test('a group without targets answers 503 and does not count a request', async () => {
  group('a')
  traffic.setRules('listener', [forward({ a: 1 })])
  expect(await names(4)).toEqual({ 503: 4 })
  expect(sum('RequestCount', ofLb)).toBe(0)
  expect(sum('HTTPCode_ELB_5XX_Count', ofLb)).toBe(4)
  expect(sum('HTTPCode_ELB_503_Count', ofLb)).toBe(4)
  expect(sum('HTTPCode_ELB_5XX_Count', ofGroup('a'))).toBe(0)
})

test('a target that closes the connection is a 502 of the balancer', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', (incoming) => void incoming.socket.destroy())
  expect(await names(2)).toEqual({ 502: 2 })
  expect(sum('HTTPCode_ELB_502_Count', ofLb)).toBe(2)
  expect(sum('TargetConnectionErrorCount', ofGroup('a'))).toBe(0)
})

test('a target that refuses connections is a 502 and a connection error of its group', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  const address = addresses.next()
  traffic.registerTarget('a', address, await freePort(address))
  expect(await names(2)).toEqual({ 502: 2 })
  expect(sum('TargetConnectionErrorCount', ofGroup('a'))).toBe(2)
})

test('a target that does not answer within the idle time-out is a 504', async () => {
  traffic.updateLoadBalancer({ ...LB, idleTimeoutSeconds: 0.1 })
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', () => {})
  expect(await names(1)).toEqual({ 504: 1 })
  expect(sum('HTTPCode_ELB_504_Count', ofLb)).toBe(1)
})

test('answers of targets are counted by class, for the balancer and for the group', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  let n = 0
  await target('a', 'a', (_request, answer) => answer.writeHead([200, 404, 500, 503][n++ % 4] ?? 200).end())
  await names(8)
  for (const dimensions of [ofLb, ofGroup('a')]) {
    expect(sum('RequestCount', dimensions)).toBe(8)
    expect(sum('HTTPCode_Target_2XX_Count', dimensions)).toBe(2)
    expect(sum('HTTPCode_Target_4XX_Count', dimensions)).toBe(2)
    expect(sum('HTTPCode_Target_5XX_Count', dimensions)).toBe(4)
  }
  expect(sum('HTTPCode_ELB_5XX_Count', ofLb)).toBe(0)
  expect(sum('TargetResponseTime', ofGroup('a'))).toBeGreaterThan(0)
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

test('a sticky client stays with its group, even at weight 0, until the group leaves the rule', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 }, 60)])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const cookie = (await fetch(url)).headers.get('set-cookie')?.split(';')[0] ?? ''
  expect(cookie).toMatch(/^AWSALBTG=/)
  const asSticky = async () => (await fetch(url, { headers: { cookie } })).text()
  traffic.setRules('listener', [forward({ a: 0, b: 1 }, 60)])
  expect([await asSticky(), await names(3)]).toEqual(['a', { b: 3 }])
  traffic.setRules('listener', [forward({ b: 1 }, 60)])
  expect(await asSticky()).toBe('b')
})

test('a cookie that the balancer did not make is not believed', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 }, 60)])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const forged = `AWSALBTG=${Buffer.from('b').toString('base64url')}.AAAAAAAAAAAAAAAAAAAAAA`
  expect(await (await fetch(url, { headers: { cookie: forged } })).text()).toBe('a')
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

test('bodies and headers pass in both directions, with who the client was', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', (incoming, answer) => {
    answer.writeHead(201, { 'x-from': String(incoming.headers['x-forwarded-for']), 'x-method': incoming.method ?? '' })
    incoming.pipe(answer)
  })
  const body = 'x'.repeat(300_000)
  const answer = await fetch(url, { method: 'POST', body })
  expect([answer.status, answer.headers.get('x-method'), answer.headers.get('x-from')]).toEqual([
    201,
    'POST',
    '127.0.0.1',
  ])
  expect(await answer.text()).toBe(body)
})
