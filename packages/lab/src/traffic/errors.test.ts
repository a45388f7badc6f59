import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import {
  addresses,
  forward,
  freePort,
  group,
  LB,
  names,
  ofGroup,
  ofLb,
  servers,
  sum,
  target,
  traffic,
  url,
  useBalancer,
} from './testing.ts'

useBalancer()

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

test('a target that does not speak HTTP is a 502', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  const garbage = createTcpServer((socket) => void socket.on('error', () => {}).end('hello\r\n\r\n'))
  const address = addresses.next()
  await new Promise<void>((resolve) => garbage.listen(0, address, resolve))
  servers.push(garbage)
  traffic.registerTarget('a', address, (garbage.address() as AddressInfo).port)
  expect(await names(2)).toEqual({ 502: 2 })
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

test('bodies and headers pass in both directions, with who the client was', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', (incoming, answer) => {
    answer.writeHead(201, {
      'x-from': String(incoming.headers['x-forwarded-for']),
      'x-trace': String(incoming.headers['x-amzn-trace-id']),
      'x-method': incoming.method ?? '',
    })
    incoming.pipe(answer)
  })
  const body = 'x'.repeat(300_000)
  const answer = await fetch(url, { method: 'POST', body, headers: { 'x-amzn-trace-id': 'Root=1-2-3' } })
  expect(answer.headers.get('x-trace')).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-2-3$/)
  expect([answer.status, answer.headers.get('x-method'), answer.headers.get('x-from')]).toEqual([
    201,
    'POST',
    '127.0.0.1',
  ])
  expect(await answer.text()).toBe(body)
})

test('an answer may take longer than the idle time-out as long as something comes', async () => {
  traffic.updateLoadBalancer({ ...LB, idleTimeoutSeconds: 0.2 })
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', async (_request, answer) => {
    for (let n = 0; n < 5; n += 1) {
      answer.write(`${n}`)
      await sleep(100)
    }
    answer.end()
  })
  expect(await (await fetch(url)).text()).toBe('01234')
})

test('a target that dies within its answer breaks it off, and the balancer counts it as its own error', async () => {
  group('a', {}, { enabled: false })
  traffic.setRules('listener', [forward({ a: 1 })])
  await target('a', 'a', (incoming, answer) => {
    answer.writeHead(200, { 'content-length': 100 })
    answer.write('begun', () => incoming.socket.destroy())
  })
  const answer = await fetch(url)
  await expect(answer.text()).rejects.toThrow()
  await sleep(20)
  expect([sum('HTTPCode_ELB_502_Count', ofLb), sum('HTTPCode_Target_2XX_Count', ofLb)]).toEqual([1, 0])
})
