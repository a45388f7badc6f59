import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach } from '@jest/globals'
import { labClock } from '../lab-clock.ts'
import { createMetricStore } from '../metrics/index.ts'
import type { Addresses, RuleConfig, TargetGroupConfig } from '../ports.ts'
import { claimAddresses } from '../tasks/index.ts'
import { createLoadBalancing, type Traffic } from './index.ts'

export const LB = { arn: 'lb', dimension: 'app/web/1', idleTimeoutSeconds: 60 }
const NAMESPACE = 'AWS/ApplicationELB'

export let addresses: Addresses
export let traffic: Traffic
let metrics: ReturnType<typeof createMetricStore>
export let url: string
export const servers: { close(): unknown; closeAllConnections?(): void }[] = []

/** A load balancer before each test of a file, and nothing left after it. */
export function useBalancer(): void {
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
}

/** A load balancer with one listener. */
export async function start(propagationSeconds: number, seed = 1): Promise<void> {
  await traffic?.close()
  metrics = createMetricStore(labClock)
  traffic = createLoadBalancing({
    clock: labClock,
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

export async function freePort(address: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A target that answers with its name, and with what `handler` does besides. */
export async function target(
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

export function group(
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

export function forward(weights: Record<string, number>, stickinessSeconds?: number): RuleConfig {
  const targetGroups = Object.entries(weights).map(([arn, weight]) => ({ arn, weight }))
  return {
    arn: 'default',
    conditions: [],
    action: { type: 'forward', targetGroups, ...(stickinessSeconds && { stickinessSeconds }) },
  }
}

export async function healthy(...arns: string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (arns.every((arn) => traffic.targetHealth(arn).every(({ state }) => state === 'healthy'))) return
    await sleep(10)
  }
  throw new Error(`not healthy: ${JSON.stringify(arns.map((arn) => traffic.targetHealth(arn)))}`)
}

export async function healthyCount(arn: string, count: number): Promise<void> {
  while (traffic.targetHealth(arn).filter(({ state }) => state === 'healthy').length < count) await sleep(5)
}

export async function names(count: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  for (let n = 0; n < count; n += 1) {
    const answer = await fetch(url)
    const name = answer.status === 200 ? await answer.text() : `${answer.status}`
    seen[name] = (seen[name] ?? 0) + 1
  }
  return seen
}

export const sum = (name: string, dimensions: Record<string, string>) =>
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
export const ofLb = { LoadBalancer: LB.dimension }
export const ofGroup = (arn: string) => ({ ...ofLb, TargetGroup: `targetgroup/${arn}/1` })
