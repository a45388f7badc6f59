import {
  CreateClusterCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  TagResourceCommand,
  type Task,
  UntagResourceCommand,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type LocalAws, startLocalAws } from '../../local-aws.ts'
import { clientsFor, errorOf, until } from '../../testing/clients.ts'
import { TEST_IMAGES } from '../../testing/images.ts'

let lab: LocalAws
let ecs: ReturnType<typeof clientsFor>['ecs']
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-lab'] } }

beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: TEST_IMAGES, baseDirectory: '.' })
  ecs = clientsFor(lab.url).ecs
  await ecs.send(new CreateClusterCommand({ clusterName: 'jobs' }))
})
afterAll(() => lab.close())

const register = (more: Partial<RegisterTaskDefinitionCommandInput>) =>
  ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'any', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [{ name: 'main', image: 'idle', stopTimeout: 1 }],
      ...more,
    }),
  )

async function run(image: string, more: Partial<RunTaskCommandInput> = {}, environment: Record<string, string> = {}) {
  const { taskDefinition } = await register({
    family: image,
    containerDefinitions: [
      {
        ...{ name: 'main', image, stopTimeout: 1 },
        environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      },
    ],
  })
  const definition = taskDefinition?.taskDefinitionArn
  return ecs.send(new RunTaskCommand({ cluster: 'jobs', taskDefinition: definition, networkConfiguration, ...more }))
}

const describe = async (task: Task | undefined) => {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'jobs', tasks: [task?.taskArn ?? ''] }))
  return tasks?.[0]
}

const stopped = (task: Task | undefined) =>
  until('the task has stopped', async () => {
    const now = await describe(task)
    return now?.lastStatus === 'STOPPED' && now
  })

const running = (task: Task | undefined) =>
  until('the task runs', async () => {
    const now = await describe(task)
    return now?.lastStatus === 'RUNNING' && now
  })

test('counts a new revision at each registration, also of the same definition', async () => {
  const revisions = [await register({ family: 'counted' }), await register({ family: 'counted' })]
  expect(revisions.map(({ taskDefinition }) => taskDefinition?.revision)).toEqual([1, 2])
  const newest = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'counted' }))
  expect(newest.taskDefinition?.taskDefinitionArn).toMatch(/task-definition\/counted:2$/)
})

test('describes a definition with what ECS fills in', async () => {
  const { taskDefinition } = await register({
    ...{ family: 'filled', cpu: '.5 vCPU', memory: '1 GB', tags: [{ key: 'team', value: 'shop' }] },
    containerDefinitions: [{ name: 'main', image: 'idle', portMappings: [{ containerPort: 8080 }] }],
  })
  expect(taskDefinition).toMatchObject({
    ...{ cpu: '512', memory: '1024', status: 'ACTIVE', registeredAt: expect.any(Date) },
    containerDefinitions: [
      { essential: true, portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }] },
    ],
  })
  const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'filled', include: ['TAGS'] }))
  expect(described.tags).toEqual([{ key: 'team', value: 'shop' }])
})

test('refuses definitions that ECS refuses', async () => {
  const container = { name: 'main', image: 'idle' }
  const refused: Partial<RegisterTaskDefinitionCommandInput>[] = [
    { memory: '1536' },
    { cpu: '300' },
    { networkMode: 'bridge' },
    { family: 'no spaces' },
    { containerDefinitions: [] },
    { containerDefinitions: [container, container] },
    { containerDefinitions: [{ ...container, essential: false }] },
    { containerDefinitions: [{ ...container, stopTimeout: 121 }] },
    { containerDefinitions: [{ name: 'main' }] },
  ]
  for (const each of refused) expect(await errorOf(register(each))).toMatchObject({ name: 'ClientException' })
  const unknown = ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'nobody:7' }))
  expect(await errorOf(unknown)).toMatchObject({
    name: 'ClientException',
    message: 'Unable to describe task definition.',
  })
})

test('runs a task to its end and tells its exit code', async () => {
  const { tasks } = await run('job', {}, { CODE: '3' })
  expect(tasks?.[0]).toMatchObject({ lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', group: 'family:job' })
  expect(await stopped(tasks?.[0])).toMatchObject({
    ...{ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' },
    ...{ desiredStatus: 'STOPPED', stoppedAt: expect.any(Date) },
    containers: [{ name: 'main', exitCode: 3, lastStatus: 'STOPPED' }],
  })
})

test('honours overrides of environment and command', async () => {
  const environment = [{ name: 'CODE', value: '5' }]
  const first = await run('job', { overrides: { containerOverrides: [{ name: 'main', environment }] } }, { CODE: '3' })
  expect((await stopped(first.tasks?.[0])).containers?.[0]?.exitCode).toBe(5)
  const command = ['-e', 'process.exit(9)']
  const second = await run('idle', { overrides: { containerOverrides: [{ name: 'main', command }] } })
  expect((await stopped(second.tasks?.[0])).containers?.[0]?.exitCode).toBe(9)
  const stray = run('idle', { overrides: { containerOverrides: [{ name: 'sidecar' }] } })
  expect(await errorOf(stray)).toMatchObject({ name: 'InvalidParameterException' })
})

test('starts nothing more for the same client token, and refuses it for another request', async () => {
  const { taskDefinition } = await register({ family: 'token' })
  const request = { cluster: 'jobs', taskDefinition: taskDefinition?.taskDefinitionArn, clientToken: 'once' }
  const once = (count: number) => ecs.send(new RunTaskCommand({ ...request, networkConfiguration, count }))
  const [first, again] = [await once(1), await once(1)]
  expect(again.tasks?.[0]?.taskArn).toBe(first.tasks?.[0]?.taskArn)
  expect(await errorOf(once(2))).toMatchObject({ name: 'ConflictException' })
  await ecs.send(new StopTaskCommand({ cluster: 'jobs', task: first.tasks?.[0]?.taskArn }))
})

test('stops a task with SIGTERM, and with SIGKILL when it does not listen', async () => {
  for (const [image, exitCode] of [
    ['idle', 143],
    ['deaf', 137],
  ] as const) {
    const { tasks } = await run(image)
    await running(tasks?.[0])
    // Time for the program to hear no signal.
    await new Promise((resolve) => setTimeout(resolve, 200))
    await ecs.send(new StopTaskCommand({ cluster: 'jobs', task: tasks?.[0]?.taskArn, reason: 'enough' }))
    expect(await stopped(tasks?.[0])).toMatchObject({
      ...{ stopCode: 'UserInitiated', stoppedReason: 'enough' },
      containers: [{ exitCode }],
    })
  }
})

test('says why a container could not be started at all', async () => {
  const unknown = await run('not-in-the-file')
  expect(await stopped(unknown.tasks?.[0])).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringContaining('CannotPullContainerError'),
  })
  const broken = await run('missing')
  const task = await stopped(broken.tasks?.[0])
  expect(task).toMatchObject({ stopCode: 'TaskFailedToStart' })
  expect(task.startedAt).toBeUndefined()
})

test('stops all containers of a task when an essential one ends, and goes on when another does', async () => {
  const containers = (essential: boolean) => [
    { name: 'main', image: 'idle', stopTimeout: 1 },
    { name: 'side', image: 'job', essential, environment: [{ name: 'CODE', value: '0' }] },
  ]
  const start = async (essential: boolean) => {
    await register({ family: 'pair', containerDefinitions: containers(essential) })
    const request = { cluster: 'jobs', taskDefinition: 'pair', networkConfiguration }
    return (await ecs.send(new RunTaskCommand(request))).tasks?.[0]
  }
  const ended = await stopped(await start(true))
  expect(ended.containers?.map(({ exitCode }) => exitCode)).toEqual([143, 0])
  const goesOn = await start(false)
  const sideEnded = await until('the side container has ended', async () => {
    const now = await describe(goesOn)
    return now?.containers?.[1]?.exitCode === 0 && now
  })
  expect(sideEnded).toMatchObject({ lastStatus: 'RUNNING', containers: [{ lastStatus: 'RUNNING' }, { exitCode: 0 }] })
  await ecs.send(new StopTaskCommand({ cluster: 'jobs', task: goesOn?.taskArn }))
})

test('gives a task an address of its own', async () => {
  const { tasks = [] } = await run('idle', { count: 2 })
  const addresses = tasks.map(({ attachments, containers }) => [
    attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value,
    containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address,
  ])
  expect(addresses[0]?.[0]).toMatch(/^127\./)
  expect(addresses.map(([attached, own]) => attached === own)).toEqual([true, true])
  expect(new Set(addresses.flat()).size).toBe(2)
  for (const { taskArn } of tasks) await ecs.send(new StopTaskCommand({ cluster: 'jobs', task: taskArn }))
})

test('refuses to run without a network interface described, or on what does not exist', async () => {
  const { taskDefinition } = await register({ family: 'net' })
  const request = { cluster: 'jobs', taskDefinition: taskDefinition?.taskDefinitionArn }
  expect(await errorOf(ecs.send(new RunTaskCommand(request)))).toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('Network Configuration'),
  })
  const elsewhere = new RunTaskCommand({ ...request, cluster: 'nowhere', networkConfiguration })
  expect(await errorOf(ecs.send(elsewhere))).toMatchObject({ name: 'ClusterNotFoundException' })
  const nothing = new RunTaskCommand({ cluster: 'jobs', taskDefinition: 'nothing', networkConfiguration })
  expect(await errorOf(ecs.send(nothing))).toMatchObject({ name: 'ClientException' })
  const stop = new StopTaskCommand({ cluster: 'jobs', task: 'nobody' })
  expect(await errorOf(ecs.send(stop))).toMatchObject({ name: 'InvalidParameterException' })
})

test('lists tasks by what is asked, page by page, stopped ones when asked for', async () => {
  const { tasks } = await run('job', { count: 3, startedBy: 'lister' })
  for (const task of tasks ?? []) await stopped(task)
  const list = (more: object) => ecs.send(new ListTasksCommand({ cluster: 'jobs', startedBy: 'lister', ...more }))
  expect((await list({})).taskArns).toEqual([])
  const first = await list({ desiredStatus: 'STOPPED', maxResults: 2 })
  const rest = await list({ desiredStatus: 'STOPPED', maxResults: 2, nextToken: first.nextToken })
  expect([first.taskArns?.length, rest.taskArns?.length, rest.nextToken]).toEqual([2, 1, undefined])
  const { failures } = await ecs.send(new DescribeTasksCommand({ cluster: 'jobs', tasks: ['nobody'] }))
  expect(failures).toMatchObject([{ reason: 'MISSING' }])
})

test('lists and describes clusters, the missing as failures', async () => {
  const { clusterArns } = await ecs.send(new ListClustersCommand({}))
  expect(clusterArns).toEqual(['arn:aws:ecs:eu-west-1:123456789012:cluster/jobs'])
  const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: ['jobs', 'nowhere'] }))
  expect(clusters).toMatchObject([{ clusterName: 'jobs', status: 'ACTIVE' }])
  expect(failures).toMatchObject([{ reason: 'MISSING' }])
})

test('keeps tags of a resource, within the limits of ECS', async () => {
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: 'tagged' }))
  const resourceArn = cluster?.clusterArn ?? ''
  const tag = (key: string, value: string) => ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key, value }] }))
  await tag('a', '1')
  await tag('b', '2')
  await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
  const { tags } = await ecs.send(new ListTagsForResourceCommand({ resourceArn }))
  expect(tags).toEqual([{ key: 'b', value: '2' }])
  expect(await errorOf(tag('b', '{}'))).toMatchObject({ name: 'InvalidParameterException' })
  const nobody = new TagResourceCommand({ resourceArn: `${resourceArn}x`, tags: [] })
  expect(await errorOf(ecs.send(nobody))).toMatchObject({ name: 'InvalidParameterException' })
})
