import type {
  RegisterTaskDefinitionCommandInput,
  TaskDefinition as SdkTaskDefinition,
  Service,
  Task,
} from '@aws-sdk/client-ecs'
import type { Platform, ServiceState, TaskDefinition, TaskDocument, TaskState } from '@interlock/model'
import { ExternalError, UserError } from '@interlock/model'
import { type AwsOptions, clientConfig, lazy } from './client-config.ts'
import { toExternalError } from './external-error.ts'

const SERVICE = 'Amazon ECS'

/** The platform on Amazon ECS, API version 2014-11-13. */
export function ecsPlatform(options: AwsOptions): Platform {
  const sdk = lazy(() => import('./sdk/ecs.ts'))
  const reader = lazy(async () => new (await sdk()).ECSClient(clientConfig(options, 'read')))
  const writer = lazy(async () => new (await sdk()).ECSClient(clientConfig(options, 'write')))

  return {
    async service(cluster, name) {
      const { DescribeServicesCommand } = await sdk()
      const client = await reader()
      const { services, failures } = await client
        .send(new DescribeServicesCommand({ cluster, services: [name] }))
        .catch(rethrow('DescribeServices'))
      const refused = failures?.find(({ reason }) => reason !== 'MISSING')
      if (refused) throw new UserError(`ECS cannot describe service ${name} in cluster ${cluster}: ${refused.reason}.`)
      return services?.[0] && serviceState(services[0])
    },

    async tasks(cluster, service, desired) {
      const { DescribeTasksCommand, ListTasksCommand } = await sdk()
      const client = await reader()
      const desiredStatus = desired === 'running' ? 'RUNNING' : 'STOPPED'
      const arns: string[] = []
      let nextToken: string | undefined
      do {
        const page = await client
          .send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus, ...(nextToken && { nextToken }) }))
          .catch(rethrow('ListTasks'))
        arns.push(...(page.taskArns ?? []))
        nextToken = page.nextToken
      } while (nextToken)

      const found: Task[] = []
      // DescribeTasks takes at most 100 tasks a call.
      for (let at = 0; at < arns.length; at += 100) {
        const { tasks = [] } = await client
          .send(new DescribeTasksCommand({ cluster, tasks: arns.slice(at, at + 100) }))
          .catch(rethrow('DescribeTasks'))
        found.push(...tasks)
      }
      return found.toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0)).map(taskState)
    },

    async taskDefinition(nameOrArn) {
      const { DescribeTaskDefinitionCommand } = await sdk()
      const client = await reader()
      try {
        const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: nameOrArn }))
        return taskDefinition && revisionOf(taskDefinition)
      } catch (error) {
        const external = toExternalError(SERVICE, 'DescribeTaskDefinition', error)
        if (external instanceof ExternalError && external.call.code === 'ClientException') return undefined
        throw external
      }
    },

    async register({ document }) {
      const { RegisterTaskDefinitionCommand } = await sdk()
      const client = await writer()
      const { taskDefinition } = await client
        .send(new RegisterTaskDefinitionCommand(document as unknown as RegisterTaskDefinitionCommandInput))
        .catch(rethrow('RegisterTaskDefinition'))
      if (!taskDefinition) throw new Error('RegisterTaskDefinition answered without a task definition')
      return revisionOf(taskDefinition)
    },

    async update(cluster, service, { taskDefinition, desiredCount }) {
      const { UpdateServiceCommand } = await sdk()
      const client = await writer()
      await client
        .send(new UpdateServiceCommand({ cluster, service, desiredCount, ...(taskDefinition && { taskDefinition }) }))
        .catch(rethrow('UpdateService'))
    },
  }
}

/** Members that DescribeTaskDefinition adds and RegisterTaskDefinition refuses. */
const DESCRIBED_ONLY = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
])

function revisionOf(definition: SdkTaskDefinition): TaskDefinition {
  const document = Object.fromEntries(
    Object.entries(definition).filter(([member, value]) => !DESCRIBED_ONLY.has(member) && value !== undefined),
  )
  return {
    arn: definition.taskDefinitionArn ?? '',
    family: definition.family ?? '',
    revision: definition.revision ?? 0,
    active: definition.status === 'ACTIVE',
    document: document as unknown as TaskDocument,
  }
}

function serviceState(service: Service): ServiceState {
  return {
    name: service.serviceName ?? '',
    status: service.status ?? 'INACTIVE',
    controller: service.deploymentController?.type ?? 'ECS',
    strategy: service.deploymentConfiguration?.strategy ?? 'ROLLING',
    taskDefinition: service.taskDefinition ?? '',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    loadBalancers: (service.loadBalancers ?? []).map(({ targetGroupArn, containerName, containerPort }) => ({
      targetGroupArn: targetGroupArn ?? '',
      container: containerName ?? '',
      port: containerPort ?? 0,
    })),
    deployments: (service.deployments ?? []).map((deployment) => ({
      status: deployment.status ?? '',
      taskDefinition: deployment.taskDefinition ?? '',
      rolloutState: deployment.rolloutState ?? '',
      failedTasks: deployment.failedTasks ?? 0,
      ...(deployment.rolloutStateReason && { reason: deployment.rolloutStateReason }),
    })),
    events: (service.events ?? []).map(({ message = '' }) => message),
  }
}

function taskState(task: Task): TaskState {
  const attached = task.attachments
    ?.flatMap(({ details }) => details ?? [])
    .find(({ name }) => name === 'privateIPv4Address')?.value
  const address = attached ?? task.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address
  return {
    arn: task.taskArn ?? '',
    taskDefinition: task.taskDefinitionArn ?? '',
    status: task.lastStatus ?? 'UNKNOWN',
    ...(address !== undefined && { address }),
    ...(task.stoppedReason !== undefined && { stopped: whyStopped(task) }),
  }
}

function whyStopped({ stoppedReason = '', containers = [] }: Task): string {
  const exits = containers
    .filter(({ exitCode, reason }) => exitCode !== undefined || reason !== undefined)
    .map(({ name = '?', exitCode, reason }) =>
      `${name}: ${exitCode === undefined ? '' : `exit code ${exitCode} `}${reason ?? ''}`.trim(),
    )
  return exits.length > 0 ? `${stoppedReason} (${exits.join('; ')})` : stoppedReason
}

function rethrow(operation: string) {
  return (error: unknown): never => {
    throw toExternalError(SERVICE, operation, error)
  }
}
