import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cbor } from '@smithy/core/cbor'
import { type LocalAws, startLocalAws } from '../local-aws.ts'

/** Requests of each kind. Enough to reach every operation many times, and quick. */
const TRIES = 1_500

const ELB = [
  'CreateLoadBalancer',
  'CreateTargetGroup',
  'CreateListener',
  'CreateRule',
  'ModifyRule',
  'RegisterTargets',
  'AddTags',
  'DescribeRules',
  'ModifyTargetGroupAttributes',
  'DescribeTargetHealth',
  'constructor',
  '',
]
const ECS = [
  'CreateCluster',
  'RegisterTaskDefinition',
  'CreateService',
  'UpdateService',
  'DescribeServices',
  'RunTask',
  'ListTasks',
  'DescribeTasks',
  'TagResource',
  '__proto__',
  '',
]
const METRICS = ['GetMetricData', 'PutMetricData', 'ListMetrics', 'toString']
const NAMES = [
  'Name',
  'cluster',
  'clusterName',
  'serviceName',
  'tasks',
  'Tags',
  'tags',
  'key',
  'Key',
  'value',
  'Actions',
  'DefaultActions',
  'ForwardConfig',
  'TargetGroups',
  'Weight',
  'Port',
  'LoadBalancerArn',
  'TargetGroupArn',
  'MetricDataQueries',
  'MetricData',
  'Id',
  'MetricStat',
  'StartTime',
  'EndTime',
  'containerDefinitions',
  'family',
  'constructor',
  '__proto__',
  'member',
  '1',
  '',
]

const ECS_TARGET = 'AmazonEC2ContainerServiceV20141113'
const CLOUDWATCH_TARGET = 'GraniteServiceVersion20100801'
const NOW = Math.floor(Date.now() / 1000)
const METRIC = { Namespace: 'n', MetricName: 'm', Dimensions: [{ Name: 'd', Value: 'v' }] }
const GOOD: readonly (readonly [target: string, body: object])[] = [
  [`${ECS_TARGET}.CreateCluster`, { clusterName: 'c', tags: [{ key: 'k', value: 'v' }] }],
  [
    `${ECS_TARGET}.RegisterTaskDefinition`,
    {
      ...{ family: 'f', networkMode: 'awsvpc', cpu: '256', memory: '512', requiresCompatibilities: ['FARGATE'] },
      containerDefinitions: [
        { name: 'c', image: 'none', environment: [{ name: 'A', value: 'b' }], portMappings: [{ containerPort: 80 }] },
      ],
    },
  ],
  [
    `${ECS_TARGET}.CreateService`,
    {
      ...{ cluster: 'c', serviceName: 's', taskDefinition: 'f', desiredCount: 1 },
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['a'] } },
    },
  ],
  [`${ECS_TARGET}.UpdateService`, { cluster: 'c', service: 's', desiredCount: 0, forceNewDeployment: true }],
  [`${ECS_TARGET}.DescribeServices`, { cluster: 'c', services: ['s'], include: ['TAGS'] }],
  [
    `${ECS_TARGET}.RunTask`,
    {
      ...{ cluster: 'c', taskDefinition: 'f', count: 1, startedBy: 'me' },
      overrides: { containerOverrides: [{ name: 'c', command: ['a'], environment: [{ name: 'A', value: 'b' }] }] },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['a'] } },
    },
  ],
  [`${ECS_TARGET}.ListTasks`, { cluster: 'c', serviceName: 's', desiredStatus: 'RUNNING', maxResults: 10 }],
  [
    `${CLOUDWATCH_TARGET}.PutMetricData`,
    { Namespace: 'n', MetricData: [{ ...METRIC, Namespace: undefined, Value: 1, Timestamp: NOW }] },
  ],
  [
    `${CLOUDWATCH_TARGET}.GetMetricData`,
    {
      ...{ StartTime: NOW - 60, EndTime: NOW + 60, MaxDatapoints: 10, ScanBy: 'TimestampAscending' },
      MetricDataQueries: [{ Id: 'a', MetricStat: { Metric: METRIC, Period: 60, Stat: 'p99' } }],
    },
  ],
]

let lab: LocalAws
beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: {}, baseDirectory: '.' })
})
afterAll(() => lab.close())

test('answers any JSON body with a result or with an error of the protocol', async () => {
  const random = seeded(1)
  await times(async () => {
    const body = random() < 0.2 ? garbage(random) : JSON.stringify(anything(random, 4))
    const answer = await fetch(lab.url, {
      method: 'POST',
      headers: { 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${pick(random, ECS)}` },
      body,
    })
    expect([200, 400]).toContain(answer.status)
    const { __type } = (await answer.json()) as { __type?: string }
    expect(typeof __type).toBe(answer.status === 200 ? 'undefined' : 'string')
  })
})

test('answers any form with a result or with an error of the protocol', async () => {
  const random = seeded(2)
  await times(async () => {
    const form = new URLSearchParams({ Version: '2015-12-01', Action: pick(random, ELB) })
    for (let n = random() * 8; n > 0; n -= 1) {
      const path = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(random, NAMES)).join('.')
      form.append(path, String(scalar(random)))
    }
    const answer = await fetch(lab.url, { method: 'POST', body: form })
    const text = await answer.text()
    expect([200, 400]).toContain(answer.status)
    expect(text).toMatch(answer.status === 200 ? /<ResponseMetadata>/ : /<ErrorResponse .*<Code>\w+<\/Code>/)
  })
})

test('answers any CBOR body, whole or broken, with a result or with an error of the protocol', async () => {
  const random = seeded(3)
  await times(async () => {
    const whole = Buffer.from(cbor.serialize(anything(random, 4)))
    if (random() < 0.5 && whole.length > 0) whole[Math.floor(random() * whole.length)] = Math.floor(random() * 256)
    const answer = await fetch(`${lab.url}/service/GraniteServiceVersion20100801/operation/${pick(random, METRICS)}`, {
      method: 'POST',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: random() < 0.3 ? whole.subarray(0, whole.length / 2) : whole,
    })
    expect([200, 400]).toContain(answer.status)
    cbor.deserialize(new Uint8Array(await answer.arrayBuffer()))
  })
})

test('answers a good request with one value spoilt with a result or with an error of the protocol', async () => {
  const random = seeded(4)
  await times(async () => {
    const [target, good] = pick(random, GOOD)
    const spoilt = structuredClone(good)
    spoil(random, spoilt)
    const answer = await fetch(lab.url, {
      method: 'POST',
      headers: { 'x-amz-target': target },
      body: JSON.stringify(spoilt),
    })
    expect([200, 400]).toContain(answer.status)
    await answer.json()
  })
})

test('answers a good form with one value spoilt with a result or with an error of the protocol', async () => {
  const random = seeded(5)
  const good = await goodForms()
  await times(async () => {
    const form = { ...pick(random, good) }
    const key = pick(random, Object.keys(form).slice(2))
    if (random() < 0.1) delete form[key]
    else form[key] = String(scalar(random))
    const answer = await fetch(lab.url, { method: 'POST', body: new URLSearchParams(form) })
    expect([200, 400]).toContain(answer.status)
    await answer.text()
  })
  // What came of it all serves on.
  expect((await fetch(`${lab.url}/_lab/world`)).status).toBe(200)
})

async function goodForms(): Promise<Record<string, string>[]> {
  const send = async (form: Record<string, string>) => {
    const answer = await fetch(lab.url, { method: 'POST', body: new URLSearchParams(form) })
    return await answer.text()
  }
  const of = (Action: string, members: Record<string, string>) => ({ Version: '2015-12-01', Action, ...members })
  const balancer = of('CreateLoadBalancer', { Name: 'fuzzed', 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': 'v' })
  const group = of('CreateTargetGroup', {
    ...{ Name: 'fuzzed', Protocol: 'HTTP', Port: '80', TargetType: 'ip', HealthCheckPort: '80', HealthCheckPath: '/h' },
    ...{ HealthCheckIntervalSeconds: '5', HealthCheckTimeoutSeconds: '2', 'Matcher.HttpCode': '200-299' },
  })
  const arnIn = (text: string, kind: string) => new RegExp(`arn:[^<]*:${kind}/[^<]*`).exec(text)?.[0] ?? ''
  const balancerArn = arnIn(await send(balancer), 'loadbalancer')
  const groupArn = arnIn(await send(group), 'targetgroup')
  const actions = (prefix: string) => ({
    [`${prefix}.member.1.Type`]: 'forward',
    [`${prefix}.member.1.ForwardConfig.TargetGroups.member.1.TargetGroupArn`]: groupArn,
    [`${prefix}.member.1.ForwardConfig.TargetGroups.member.1.Weight`]: '7',
    [`${prefix}.member.1.ForwardConfig.TargetGroupStickinessConfig.Enabled`]: 'true',
    [`${prefix}.member.1.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds`]: '7',
  })
  const listener = of('CreateListener', {
    ...{ LoadBalancerArn: balancerArn, Port: '8089', Protocol: 'HTTP' },
    ...actions('DefaultActions'),
  })
  const listenerArn = arnIn(await send(listener), 'listener')
  const condition = { 'Conditions.member.1.Field': 'path-pattern', 'Conditions.member.1.Values.member.1': '/x*' }
  const rule = of('CreateRule', { ListenerArn: listenerArn, Priority: '5', ...condition, ...actions('Actions') })
  const ruleArn = arnIn(await send(rule), 'listener-rule')
  const target = { 'Targets.member.1.Id': '127.0.0.1', 'Targets.member.1.Port': '9' }
  return [
    ...[balancer, group, listener, rule],
    of('ModifyRule', { RuleArn: ruleArn, ...condition, ...actions('Actions') }),
    of('ModifyListener', { ListenerArn: listenerArn, ...actions('DefaultActions') }),
    of('ModifyRule', {
      ...{ RuleArn: ruleArn, 'Actions.member.1.Type': 'redirect' },
      ...{ 'Actions.member.1.RedirectConfig.StatusCode': 'HTTP_301', 'Actions.member.1.RedirectConfig.Path': '/y' },
    }),
    of('RegisterTargets', { TargetGroupArn: groupArn, ...target }),
    of('DeregisterTargets', { TargetGroupArn: groupArn, ...target }),
    of('DescribeTargetHealth', { TargetGroupArn: groupArn, ...target }),
    of('ModifyTargetGroupAttributes', {
      TargetGroupArn: groupArn,
      ...{ 'Attributes.member.1.Key': 'deregistration_delay.timeout_seconds', 'Attributes.member.1.Value': '1' },
    }),
    of('AddTags', { 'ResourceArns.member.1': ruleArn, 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': 'v' }),
    of('DescribeRules', { ListenerArn: listenerArn, PageSize: '2', Marker: 'MQ' }),
  ]
}

/** Replaces one value somewhere in the tree. */
function spoil(random: () => number, value: object): void {
  const [key, entry] = pick(random, Object.entries(value))
  if (typeof entry === 'object' && random() < 0.8) return spoil(random, entry)
  ;(value as Record<string, unknown>)[key] = anything(random, 2)
}

async function times(attempt: () => Promise<void>): Promise<void> {
  for (let n = 0; n < TRIES; n += 10) await Promise.all(Array.from({ length: 10 }, attempt))
}

function anything(random: () => number, depth: number): unknown {
  const kind = random()
  if (depth === 0 || kind < 0.3) return scalar(random)
  const length = Math.floor(random() * 4)
  if (kind < 0.5) return Array.from({ length }, () => anything(random, depth - 1))
  return Object.fromEntries(Array.from({ length }, () => [pick(random, NAMES), anything(random, depth - 1)]))
}

function scalar(random: () => number): unknown {
  return pick(random, [null, true, -1, 0, 1.5, 1e308, 60, '', 'a', '\u0000', 'arn:aws:x', '127.0.0.1', '😀'.repeat(20)])
}

function garbage(random: () => number): string {
  return Array.from({ length: 20 }, () => String.fromCharCode(Math.floor(random() * 0x250))).join('')
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
