import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type LabProcess, startLabProcess } from '../../lab-process.ts'
import { clientsFor, errorOf, until } from '../../testing/clients.ts'
import { TEST_IMAGES } from '../../testing/images.ts'

/** Lab seconds per real second: health checks come every 5 lab seconds at the most often. */
const RATE = 20

let lab: LabProcess
let ecs: ReturnType<typeof clientsFor>['ecs']
let elb: ReturnType<typeof clientsFor>['elb']
let names = 0
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-lab'] } }

beforeAll(async () => {
  lab = await startLabProcess({ images: TEST_IMAGES, propagationSeconds: 0, clockRate: RATE })
  const clients = clientsFor(lab.url)
  ecs = clients.ecs
  elb = clients.elb
  await ecs.send(new CreateClusterCommand({ clusterName: 'shop' }))
  await define('idle', 'idle')
  await define('crash', 'job', { CODE: '1' })
  await define('web', 'web', { VERSION: 'v1' }, 8080)
  await define('web', 'web', { VERSION: 'v2' }, 8080)
  await define('sick', 'web', { SICK: 'yes' }, 8080)
}, 60_000)
afterAll(() => lab.close())

async function define(family: string, image: string, environment: Record<string, string> = {}, port?: number) {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [
        {
          ...{ name: 'main', image, stopTimeout: 10 },
          environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
          portMappings: port === undefined ? [] : [{ containerPort: port }],
        },
      ],
    }),
  )
}

const create = async (more: Partial<CreateServiceCommandInput>) => {
  names += 1
  const input = { cluster: 'shop', serviceName: `service-${names}`, networkConfiguration, ...more }
  return (await ecs.send(new CreateServiceCommand(input))).service?.serviceName ?? ''
}
const update = (service: string, more: Partial<UpdateServiceCommandInput>) =>
  ecs.send(new UpdateServiceCommand({ cluster: 'shop', service, ...more }))
const describe = async (service: string): Promise<Service> => {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [service] }))
  return services?.[0] ?? {}
}
const steady = (service: string, running: number) =>
  until(`${service} is steady with ${running} tasks`, async () => {
    const now = await describe(service)
    const [primary, ...older] = now.deployments ?? []
    return primary?.rolloutState === 'COMPLETED' && older.length === 0 && now.runningCount === running && now
  })
const tasksOf = async (serviceName: string, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING') => {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: 'shop', serviceName, desiredStatus }))
  if (taskArns.length === 0) return []
  return (await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: taskArns }))).tasks ?? []
}

/** A target group behind a listener of its own. */
async function behind(): Promise<{ group: string; url: string; health(): Promise<(string | undefined)[]> }> {
  names += 1
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name: `group-${names}`, Protocol: 'HTTP', Port: 8080, VpcId: 'vpc-lab', TargetType: 'ip' },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 4, HealthCheckPath: '/healthz' },
    }),
  )
  const group = TargetGroups?.[0]?.TargetGroupArn ?? ''
  const delay = { Key: 'deregistration_delay.timeout_seconds', Value: '10' }
  await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: group, Attributes: [delay] }))
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: `web-${names}` }))
  const { LoadBalancerArn, DNSName } = LoadBalancers?.[0] ?? {}
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: group }]
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Port: 8080, Protocol: 'HTTP', DefaultActions }))
  const health = async () =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))).TargetHealthDescriptions?.map(
      ({ TargetHealth }) => TargetHealth?.State,
    ) ?? []
  return { group, url: `http://${DNSName}:8080`, health }
}
const loadBalancers = (targetGroupArn: string) => [{ targetGroupArn, containerName: 'main', containerPort: 8080 }]

test('brings a service to its desired count and says so', async () => {
  const service = await create({ taskDefinition: 'idle', desiredCount: 2 })
  expect((await describe(service)).deployments).toMatchObject([
    { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', launchType: 'FARGATE' },
  ])
  const now = await steady(service, 2)
  expect(now).toMatchObject({ desiredCount: 2, pendingCount: 0, deployments: [{ runningCount: 2, failedTasks: 0 }] })
  expect(now.events?.[0]?.message).toBe(`(service ${service}) has reached a steady state.`)
})

test('starts nothing for equal values, and a deployment for a new revision or when forced', async () => {
  const service = await create({ taskDefinition: 'idle', desiredCount: 1 })
  const [before] = (await steady(service, 1)).deployments ?? []
  const same = await update(service, { taskDefinition: 'idle', desiredCount: 1, networkConfiguration })
  expect(same.service?.deployments).toMatchObject([{ id: before?.id }])
  const forced = await update(service, { forceNewDeployment: true })
  expect(forced.service?.deployments?.map(({ status }) => status)).toEqual(['PRIMARY', 'ACTIVE'])
  expect((await steady(service, 1)).deployments?.[0]?.id).not.toBe(before?.id)
})

test('merges only what is sent', async () => {
  const service = await create({
    ...{ taskDefinition: 'idle', desiredCount: 1, healthCheckGracePeriodSeconds: 30 },
    deploymentConfiguration: { minimumHealthyPercent: 50 },
  })
  await update(service, { deploymentConfiguration: { maximumPercent: 150 } })
  expect(await describe(service)).toMatchObject({
    ...{ desiredCount: 1, healthCheckGracePeriodSeconds: 30 },
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
  })
})

test('scales out and in without a new deployment', async () => {
  const service = await create({ taskDefinition: 'idle', desiredCount: 1 })
  const [before] = (await steady(service, 1)).deployments ?? []
  await update(service, { desiredCount: 3 })
  expect((await steady(service, 3)).deployments?.[0]?.id).toBe(before?.id)
  await update(service, { desiredCount: 0 })
  await steady(service, 0)
  const tasks = await until('three tasks have stopped', async () => {
    const all = await tasksOf(service, 'STOPPED')
    return all.length === 3 && all.every(({ lastStatus }) => lastStatus === 'STOPPED') && all
  })
  expect(tasks[0]).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Scaling activity initiated by (deployment ${before?.id})`,
  })
})

test('replaces a task that was stopped', async () => {
  const service = await create({ taskDefinition: 'idle', desiredCount: 1 })
  await steady(service, 1)
  const [task] = await tasksOf(service)
  await ecs.send(new StopTaskCommand({ cluster: 'shop', task: task?.taskArn }))
  const next = await until('another task runs', async () => {
    const [now] = await tasksOf(service)
    return now !== undefined && now.taskArn !== task?.taskArn && now.lastStatus === 'RUNNING' && now
  })
  expect(next.startedBy).toBe(task?.startedBy)
})

test('rolls to a new version behind a load balancer without a failed request, and drains the old', async () => {
  const { group, url, health } = await behind()
  const service = await create({ taskDefinition: 'web:1', desiredCount: 2, loadBalancers: loadBalancers(group) })
  await steady(service, 2)
  expect(await (await fetch(url)).text()).toBe('v1')
  await update(service, { taskDefinition: 'web:2' })
  const statuses = new Set<number>()
  const states = new Set<string | undefined>()
  await until('only v2 is left', async () => {
    for (let n = 0; n < 5; n += 1) {
      const answer = await fetch(url)
      statuses.add(answer.status)
      await answer.text()
    }
    for (const state of await health()) states.add(state)
    const { deployments, runningCount } = await describe(service)
    return deployments?.length === 1 && deployments[0]?.rolloutState === 'COMPLETED' && runningCount === 2
  })
  expect([...statuses]).toEqual([200])
  expect(await (await fetch(url)).text()).toBe('v2')
  await until('the old targets are gone', async () => {
    const now = await health()
    for (const state of now) states.add(state)
    return now.join() === 'healthy,healthy'
  })
  expect(states).toContain('draining')
})

test('stops and replaces a task that its target group calls unhealthy, after the grace period', async () => {
  const { group } = await behind()
  const service = await create({
    ...{ taskDefinition: 'sick', desiredCount: 1, loadBalancers: loadBalancers(group) },
    healthCheckGracePeriodSeconds: 40,
  })
  const task = await until('a task was stopped', async () => (await tasksOf(service, 'STOPPED'))[0])
  expect(task).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Task failed ELB health checks in (target-group ${group})`,
  })
  const lived = ((task.stoppingAt?.getTime() ?? 0) - (task.startedAt?.getTime() ?? 0)) / 1000
  expect(lived).toBeGreaterThanOrEqual(40)
  const { events, deployments } = await describe(service)
  expect(events?.some(({ message }) => message?.includes('is unhealthy in (target-group'))).toBe(true)
  expect(deployments?.[0]?.failedTasks).toBeGreaterThanOrEqual(1)
  await update(service, { desiredCount: 0 })
})

test('slows down when tasks keep failing', async () => {
  const service = await create({ taskDefinition: 'crash', desiredCount: 1 })
  const tasks = await until('four tasks have failed', async () => {
    const all = await tasksOf(service, 'STOPPED')
    return all.length >= 4 && all
  })
  const starts = tasks.map(({ createdAt }) => createdAt?.getTime() ?? 0).toSorted((a, b) => a - b)
  const pauses = starts.slice(1).map((start, n) => start - (starts[n] ?? 0))
  // Lab milliseconds: the pause doubles from one second on, and starting a process comes on top.
  for (const [n, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(1_000 * 2 ** n)
  expect((await describe(service)).deployments?.[0]).toMatchObject({ rolloutState: 'IN_PROGRESS' })
  await update(service, { desiredCount: 0 })
})

test('ends a deployment that keeps failing when the circuit breaker is on, and rolls back when told to', async () => {
  const breaker = (rollback: boolean) => ({ deploymentCircuitBreaker: { enable: true, rollback } })
  const stuck = await create({ taskDefinition: 'crash', desiredCount: 1, deploymentConfiguration: breaker(false) })
  const failed = await until('the deployment has failed', async () => {
    const { deployments } = await describe(stuck)
    return deployments?.[0]?.rolloutState === 'FAILED' && deployments[0]
  })
  expect(failed).toMatchObject({
    failedTasks: 3,
    rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
  })

  const service = await create({ taskDefinition: 'idle', desiredCount: 1, deploymentConfiguration: breaker(true) })
  const good = (await steady(service, 1)).taskDefinition
  await update(service, { taskDefinition: 'crash' })
  const back = await until('the service is back', async () => {
    const now = await describe(service)
    const [primary, ...older] = now.deployments ?? []
    return primary?.taskDefinition === good && primary?.rolloutState === 'COMPLETED' && older.length === 0 && now
  })
  expect(back).toMatchObject({ taskDefinition: good, runningCount: 1 })
  expect(back.events?.some(({ message }) => message?.includes('deployment failed'))).toBe(true)
})

test('keeps old tasks as long as the minimum of healthy ones needs them', async () => {
  const service = await create({ taskDefinition: 'idle', desiredCount: 1 })
  await steady(service, 1)
  const [old] = await tasksOf(service)
  await update(service, { taskDefinition: 'crash' })
  await until(
    'two new tasks have failed',
    async () => ((await describe(service)).deployments?.[0]?.failedTasks ?? 0) >= 2,
  )
  const running = await tasksOf(service)
  expect(running.some(({ taskArn, lastStatus }) => taskArn === old?.taskArn && lastStatus === 'RUNNING')).toBe(true)
  await update(service, { desiredCount: 0 })
})

test('drains a deleted service and gives its name free', async () => {
  const serviceName = await create({ taskDefinition: 'idle', desiredCount: 1 })
  await steady(serviceName, 1)
  const remove = (force: boolean) =>
    ecs.send(new DeleteServiceCommand({ cluster: 'shop', service: serviceName, force }))
  expect(await errorOf(remove(false))).toMatchObject({ name: 'InvalidParameterException' })
  expect((await remove(true)).service?.status).toBe('DRAINING')
  await until('it is inactive', async () => (await describe(serviceName)).status === 'INACTIVE')
  expect(await errorOf(update(serviceName, { desiredCount: 1 }))).toMatchObject({ name: 'ServiceNotFoundException' })
  await create({ serviceName, taskDefinition: 'idle', desiredCount: 0 })
})

test('refuses services that ECS refuses, and what this lab does not emulate', async () => {
  const { group } = await behind()
  const refused: Partial<CreateServiceCommandInput>[] = [
    { networkConfiguration: {} },
    { desiredCount: -1 },
    { desiredCount: 1e9 },
    { deploymentController: { type: 'CODE_DEPLOY' } },
    { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
    { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
    { serviceRegistries: [{ registryArn: 'arn' }] },
    { deploymentConfiguration: { alarms: { alarmNames: ['a'], enable: true, rollback: true } } },
    { loadBalancers: loadBalancers(group) },
  ]
  for (const each of refused) {
    expect(await errorOf(create({ taskDefinition: 'idle', ...each }))).toMatchObject({
      name: 'InvalidParameterException',
    })
  }
  expect(await errorOf(create({ taskDefinition: 'nothing' }))).toMatchObject({ name: 'ClientException' })
  expect(await errorOf(update('nobody', {}))).toMatchObject({ name: 'ServiceNotFoundException' })
})

test('lists services page by page and describes missing ones as failures', async () => {
  const first = await ecs.send(new ListServicesCommand({ cluster: 'shop', maxResults: 1 }))
  expect([first.serviceArns?.length, typeof first.nextToken]).toEqual([1, 'string'])
  const { failures } = await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['nobody'] }))
  expect(failures).toEqual([{ arn: 'arn:aws:ecs:eu-west-1:123456789012:service/shop/nobody', reason: 'MISSING' }])
})

test('shows services, tasks, weights and health to a dashboard', async () => {
  const { group, url } = await behind()
  const service = await create({ taskDefinition: 'web:1', desiredCount: 1, loadBalancers: loadBalancers(group) })
  await steady(service, 1)
  const world = await lab.world()
  const listener = world.listeners.find((each) => each.url === url)
  expect(listener?.rules.at(-1)).toMatchObject({ written: { [group]: 1 }, inEffect: { [group]: 1 } })
  expect(world.targetGroups.find(({ arn }) => arn === group)?.health).toEqual({ healthy: 1 })
  expect(world.tasks.find((task) => task.service === service)).toMatchObject({ image: 'web', status: 'RUNNING' })
})
