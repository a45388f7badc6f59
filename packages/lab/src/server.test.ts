import { request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { CreateClusterCommand, DescribeClustersCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs'
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Fault } from './faults.ts'
import { type LocalAws, startLocalAws } from './local-aws.ts'
import { clientsFor, errorOf } from './testing/clients.ts'

let lab: LocalAws
let clients: ReturnType<typeof clientsFor>

beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: {}, baseDirectory: '.' })
  clients = clientsFor(lab.url)
})
afterEach(() => lab.faults.clear())
afterAll(() => lab.close())

async function strike(...faults: Fault[]): Promise<void> {
  const answer = await fetch(`${lab.url}/_lab/faults`, { method: 'POST', body: JSON.stringify(faults) })
  expect(answer.status).toBe(200)
}

const create = (clusterName: string) => clients.ecs.send(new CreateClusterCommand({ clusterName }))
const exists = async (clusterName: string) =>
  (await clients.ecs.send(new DescribeClustersCommand({ clusters: [clusterName] }))).clusters?.length === 1

test('throttles with the code of each service, which the SDK knows as throttling', async () => {
  await strike({ match: {}, fault: 'throttle' })
  expect(await errorOf(create('throttled'))).toMatchObject({ name: 'ThrottlingException', status: 400 })
  expect(await errorOf(clients.elb.send(new DescribeLoadBalancersCommand({})))).toMatchObject({ name: 'Throttling' })
  const patient = new ECSClient({
    ...{ endpoint: lab.url, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  })
  lab.faults.clear()
  await strike({ match: { service: 'ecs' }, fault: 'throttle', times: 2 })
  const { $metadata } = await patient.send(new ListClustersCommand({}))
  expect($metadata.attempts).toBe(3)
})

test('answers 500 without effect', async () => {
  await strike({ match: { operation: 'CreateCluster' }, fault: 'error-500', times: 1 })
  expect(await errorOf(create('five-hundred'))).toMatchObject({ name: 'InternalFailure', status: 500 })
  expect(await exists('five-hundred')).toBe(false)
})

test('never answers a time-out, with or without the effect', async () => {
  await strike(
    { match: { operation: 'CreateCluster', nth: 1 }, fault: 'timeout-before' },
    { match: { operation: 'CreateCluster', nth: 2 }, fault: 'timeout-after' },
  )
  const abandoned = (name: string) =>
    clients.ecs.send(new CreateClusterCommand({ clusterName: name }), { abortSignal: AbortSignal.timeout(300) })
  expect(await errorOf(abandoned('before'))).toMatchObject({ status: 0 })
  expect(await errorOf(abandoned('after'))).toMatchObject({ status: 0 })
  expect([await exists('before'), await exists('after')]).toEqual([false, true])
  expect(lab.calls.since(0).filter(({ fault, status }) => fault?.startsWith('timeout') && status === 0)).toHaveLength(2)
})

test('answers late when told so', async () => {
  await strike({ match: {}, fault: 'slow', milliseconds: 250, times: 1 })
  const begun = performance.now()
  await clients.ecs.send(new ListClustersCommand({}))
  expect(performance.now() - begun).toBeGreaterThanOrEqual(245)
})

test('strikes the n-th matching call of one caller only', async () => {
  await strike({ match: { caller: 'run-2', operation: 'ListClusters', nth: 2 }, fault: 'error-500' })
  const other = clientsFor(lab.url, 'run-2').ecs
  const list = async (client: ECSClient) => {
    try {
      await client.send(new ListClustersCommand({}))
      return 'ok'
    } catch {
      return 'failed'
    }
  }
  const outcomes = []
  for (const client of [other, clients.ecs, clients.ecs, other, other]) outcomes.push(await list(client))
  expect(outcomes).toEqual(['ok', 'ok', 'ok', 'failed', 'ok'])
})

test('refuses faults that it does not have, and takes none of the list', async () => {
  const post = (body: unknown) => fetch(`${lab.url}/_lab/faults`, { method: 'POST', body: JSON.stringify(body) })
  const answer = await post([
    { match: {}, fault: 'slow' },
    { match: { verb: 'GET' }, fault: 'slow' },
  ])
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('`match` has no verb')
  expect((await post([{ fault: 'meteor' }])).status).toBe(400)
  expect(await (await fetch(`${lab.url}/_lab/faults`)).json()).toEqual([])
})

test('logs every call with its IAM action, caller, resources, status and error', async () => {
  const run = clientsFor(lab.url, 'run-7')
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/none/1'
  await run.ecs.send(new ListClustersCommand({}))
  await errorOf(run.elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })))
  const answer = await fetch(`${lab.url}/_lab/calls?caller=run-7`)
  expect(await answer.json()).toMatchObject([
    { action: 'ecs:ListClusters', status: 200 },
    {
      action: 'elasticloadbalancing:DescribeLoadBalancers',
      status: 400,
      error: 'LoadBalancerNotFoundException',
      resources: [arn],
    },
  ])
})

test('gives only the calls after a given one', async () => {
  const last = lab.calls.since(0).at(-1)?.n ?? 0
  await clients.ecs.send(new ListClustersCommand({}))
  expect(lab.calls.since(last).map(({ operation }) => operation)).toEqual(['ListClusters'])
})

test('survives clients that hang up in the middle of a request', async () => {
  const hangUp = request(lab.url, { method: 'POST', headers: { 'content-length': '100' } })
  hangUp.write('x')
  hangUp.on('error', () => {})
  await wait(50)
  hangUp.destroy()
  await wait(50)
  expect(await exists('none')).toBe(false)
})

test('refuses a second lab on the same port', async () => {
  const port = Number(new URL(lab.url).port)
  await expect(startLocalAws({ port, images: {}, baseDirectory: '.' })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
