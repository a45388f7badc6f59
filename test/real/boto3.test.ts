import { type LabProcess, startLabProcess } from '@interlock/lab'
import { appImages } from '@interlock/lab/shop'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { run, runScript } from './python.ts'

let lab: LabProcess
beforeAll(async () => {
  const images = appImages([{ version: 'v1' }, { version: 'v2' }])
  lab = await startLabProcess({ images, propagationSeconds: 0.2, settleSeconds: 0 })
}, 60_000)
afterAll(() => lab?.close())

interface Story {
  readonly before: string[]
  readonly after: string[]
  readonly requests: number
  readonly requestsByGroup: number[]
  readonly [member: string]: unknown
}

test('boto3 makes two services behind a weighted listener, sends traffic with curl and reads it back from CloudWatch', async () => {
  const story = await runScript<Story>('story.py', lab.url, '8090')
  expect(story.before).toEqual(Array(20).fill('v1'))
  expect(story.after).toEqual(Array(10).fill('v2'))
  expect(story).toMatchObject({
    clusterStatus: 'ACTIVE',
    account: '123456789012',
    runningTasks: ['RUNNING', 'RUNNING'],
    health: [
      ['healthy', 'healthy'],
      ['healthy', 'healthy'],
    ],
    requests: 30,
    requestsByGroup: [20, 10],
    own: 7,
    errors: {
      unknownCluster: 'ClusterNotFoundException',
      unknownService: 'ServiceNotFoundException',
      unknownGroup: 'TargetGroupNotFound',
      duplicateBalancer: 'DuplicateLoadBalancerName',
      duplicateListener: 'DuplicateListener',
      groupInUse: 'ResourceInUse',
      unknownOperation: 'UnknownOperationException',
    },
  })
  expect(story['listed']).toEqual(
    expect.arrayContaining(['RequestCount', 'HTTPCode_Target_2XX_Count', 'TargetResponseTime']),
  )
}, 180_000)

test('the aws command does the same', async () => {
  const aws = async (...given: string[]) => {
    const text = await run('aws', [...given, '--output', 'json'], lab.url)
    return text.trim() === '' ? {} : JSON.parse(text)
  }
  await aws('ecs', 'create-cluster', '--cluster-name', 'cli')
  const balancer = (await aws('elbv2', 'create-load-balancer', '--name', 'cli', '--subnets', 'subnet-a'))
    .LoadBalancers[0]
  const health = [
    '--health-check-path',
    '/healthz',
    '--health-check-interval-seconds',
    '5',
    '--health-check-timeout-seconds',
    '2',
  ]
  const groups: string[] = []
  for (const side of ['blue', 'green']) {
    const place = ['--protocol', 'HTTP', '--port', '8080', '--vpc-id', 'vpc-lab', '--target-type', 'ip']
    const made = await aws('elbv2', 'create-target-group', '--name', `cli-${side}`, ...place, ...health)
    groups.push(made.TargetGroups[0].TargetGroupArn)
  }
  const weighted = (...weights: number[]) =>
    JSON.stringify([
      {
        Type: 'forward',
        ForwardConfig: { TargetGroups: groups.map((TargetGroupArn, at) => ({ TargetGroupArn, Weight: weights[at] })) },
      },
    ])
  const listener = (
    await aws(
      'elbv2',
      'create-listener',
      '--load-balancer-arn',
      balancer.LoadBalancerArn,
      '--port',
      '8091',
      '--protocol',
      'HTTP',
      '--default-actions',
      weighted(100, 0),
    )
  ).Listeners[0].ListenerArn
  for (const [at, version] of ['v1', 'v2'].entries()) {
    const containers = JSON.stringify([
      { name: 'web', image: `web:${version}`, portMappings: [{ containerPort: 8080 }] },
    ])
    const size = [
      '--network-mode',
      'awsvpc',
      '--requires-compatibilities',
      'FARGATE',
      '--cpu',
      '256',
      '--memory',
      '512',
    ]
    await aws(
      'ecs',
      'register-task-definition',
      '--family',
      `cli-${version}`,
      ...size,
      '--container-definitions',
      containers,
    )
    await aws(
      ...[
        'ecs',
        'create-service',
        '--cluster',
        'cli',
        '--service-name',
        `side-${at}`,
        '--task-definition',
        `cli-${version}`,
      ],
      ...['--desired-count', '2', '--launch-type', 'FARGATE'],
      ...['--load-balancers', `targetGroupArn=${groups[at]},containerName=web,containerPort=8080`],
      ...['--network-configuration', 'awsvpcConfiguration={subnets=[subnet-a],securityGroups=[sg-a]}'],
    )
  }
  await run('aws', ['ecs', 'wait', 'services-stable', '--cluster', 'cli', '--services', 'side-0', 'side-1'], lab.url)
  for (const arn of groups) await run('aws', ['elbv2', 'wait', 'target-in-service', '--target-group-arn', arn], lab.url)
  const versions = async (count: number) => {
    const seen: string[] = []
    for (let n = 0; n < count; n += 1) {
      seen.push(JSON.parse(await run('curl', ['-s', `http://${balancer.DNSName}:8091/`], lab.url)).version)
    }
    return seen
  }
  expect(await versions(10)).toEqual(Array(10).fill('v1'))
  await aws('elbv2', 'modify-listener', '--listener-arn', listener, '--default-actions', weighted(0, 100))
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await versions(5)).toEqual(Array(5).fill('v2'))

  const time = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const dimensions = [{ Name: 'LoadBalancer', Value: balancer.LoadBalancerArn.split(':loadbalancer/')[1] }]
  const query = [
    {
      Id: 'q',
      MetricStat: {
        Metric: { Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCount', Dimensions: dimensions },
        Period: 60,
        Stat: 'Sum',
      },
    },
  ]
  const data = await aws(
    'cloudwatch',
    'get-metric-data',
    '--start-time',
    time(-10),
    '--end-time',
    time(2),
    '--metric-data-queries',
    JSON.stringify(query),
  )
  expect(data.MetricDataResults[0].Values.reduce((sum: number, value: number) => sum + value, 0)).toBe(15)
  expect((await aws('sts', 'get-caller-identity')).Account).toBe('123456789012')
}, 240_000)
