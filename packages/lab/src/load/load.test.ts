import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { statsOf } from './answers.ts'
import { type Load, startLoad } from './start-load.ts'

const servers: Server[] = []
const loads: Load[] = []

afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function load(url: string, requestsPerSecond: number, timeoutMs = 2_000): Load {
  const started = startLoad({ url, requestsPerSecond, versionHeader: 'X-App-Version', timeoutMs })
  loads.push(started)
  return started
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('holds its rate over kept connections', async () => {
  const sockets = new Set()
  const url = await serve((request, answer) => {
    sockets.add(request.socket)
    answer.setHeader('x-app-version', 'v1').end('ok')
  })
  const running = load(url, 100)
  const cpu = process.cpuUsage()
  await pause(2_000)
  const { user, system } = process.cpuUsage(cpu)
  await running.stop()
  const { requests, failed, byVersion } = running.stats()
  expect(requests).toBeGreaterThanOrEqual(190)
  expect(requests).toBeLessThanOrEqual(215)
  expect({ failed, byVersion }).toEqual({ failed: 0, byVersion: { v1: { requests, failed: 0 } } })
  expect(sockets.size).toBeLessThan(20)
  // Both ends of it take part of one core; measured 0.1 s of 2 s on an idle machine.
  expect((user + system) / 1e6).toBeLessThan(1)
})

test('goes on sending while nobody answers, and counts those as failed once their time is over', async () => {
  const url = await serve(() => {})
  const running = load(url, 50, 300)
  await pause(1_000)
  await running.stop()
  const { requests, failed } = running.stats()
  expect(requests).toBeGreaterThanOrEqual(45)
  expect(failed).toBe(requests)
  expect(running.answers.every(({ status, ms }) => status === 'error' && ms >= 290)).toBe(true)
})

test('never sends a request twice, whatever becomes of it', async () => {
  let arrived = 0
  const url = await serve((request, answer) => {
    arrived += 1
    if (arrived % 3 === 0) request.socket.destroy()
    else if (arrived % 3 === 1)
      answer.writeHead(200, { 'content-length': 10 }).write('cut', () => request.socket.destroy())
    else answer.setHeader('x-app-version', 'v2').end('ok')
  })
  const running = load(url, 100)
  await pause(600)
  await running.stop()
  expect(running.answers).toHaveLength(arrived)
  const { requests, failed, byVersion } = running.stats()
  expect(failed).toBe(requests - (byVersion['v2']?.requests ?? 0))
})

test('tells arrivals that were late, and sends them all the same', async () => {
  const url = await serve((_, answer) => void answer.end('ok'))
  const running = load(url, 100)
  await pause(100)
  const until = performance.now() + 300
  while (performance.now() < until); // Nothing else can run meanwhile.
  await pause(100)
  await running.stop()
  expect(running.late()).toBeGreaterThanOrEqual(20)
  expect(running.answers.length).toBeGreaterThanOrEqual(45)
})

test('counts by second of sending and by version', () => {
  const answers = [
    { at: 1_000, status: 200, version: 'v1', ms: 2 },
    { at: 1_999, status: 503, version: '', ms: 1 },
    { at: 3_000, status: 500, version: 'v2', ms: 3 },
    { at: 3_001, status: 'error', version: '', ms: 9 },
  ] as const
  expect(statsOf(answers)).toEqual({
    requests: 4,
    failed: 3,
    byVersion: {
      v1: { requests: 1, failed: 0 },
      '': { requests: 2, failed: 2 },
      v2: { requests: 1, failed: 1 },
    },
    seconds: [
      { at: 1_000, byVersion: { v1: { requests: 1, failed: 0 }, '': { requests: 1, failed: 1 } } },
      { at: 3_000, byVersion: { v2: { requests: 1, failed: 1 }, '': { requests: 1, failed: 1 } } },
    ],
    p50: 3,
    p99: 9,
  })
})
