import type {
  CreateServiceCommandInput,
  DeleteServiceCommandInput,
  DescribeServicesCommandInput,
  ListServicesCommandInput,
  Service,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import type { ElbState } from '../elb/index.ts'
import { arn } from '../names.ts'
import { page } from './page.ts'
import type { Scheduler } from './scheduler.ts'
import type { EcsState, ServiceRecord } from './state.ts'

const DEFAULT_CONFIGURATION = {
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  deploymentCircuitBreaker: { enable: false, rollback: false },
}

export function serviceOperations(state: EcsState, scheduler: Scheduler, elb: ElbState, now: () => Date) {
  return {
    CreateService(input: CreateServiceCommandInput) {
      const cluster = state.cluster(input.cluster)
      const { serviceName = '', loadBalancers = [], desiredCount = 0 } = input
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName))
        throw new AwsError('InvalidParameterException', `Invalid service name: ${serviceName}`)
      const known = state.findService(cluster, serviceName)
      if (known && known.status !== 'INACTIVE')
        throw new AwsError('InvalidParameterException', 'Creation of service was not idempotent.')
      refuseOtherStrategies(input)
      const definition = state.definition(input.taskDefinition)
      for (const { targetGroupArn, containerName, containerPort } of loadBalancers) {
        const group = elb.group(targetGroupArn)
        if (elb.usersOf(group.arn).length === 0) {
          throw new AwsError(
            'InvalidParameterException',
            `The target group with targetGroupArn ${group.arn} does not have an associated load balancer.`,
          )
        }
        const container = definition.containerDefinitions?.find(({ name }) => name === containerName)
        if (!container?.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
          throw new AwsError(
            'InvalidParameterException',
            `The container ${containerName} did not have a container port ${containerPort} defined.`,
          )
        }
      }
      const service: ServiceRecord = {
        ...{ name: serviceName, cluster, status: 'ACTIVE', desired: desiredCount, loadBalancers },
        arn: arn('ecs', `service/${cluster.name}/${serviceName}`),
        taskDefinition: definition.taskDefinitionArn ?? '',
        configuration: { ...DEFAULT_CONFIGURATION, ...input.deploymentConfiguration },
        graceSeconds: input.healthCheckGracePeriodSeconds ?? 0,
        ...{ deployments: [], events: [], createdAt: now() },
        echoed: {
          launchType: input.launchType ?? 'FARGATE',
          schedulingStrategy: 'REPLICA',
          deploymentController: { type: 'ECS' },
          ...(input.networkConfiguration && { networkConfiguration: input.networkConfiguration }),
          ...(input.platformVersion && { platformVersion: input.platformVersion }),
          enableECSManagedTags: input.enableECSManagedTags ?? false,
          enableExecuteCommand: input.enableExecuteCommand ?? false,
          propagateTags: input.propagateTags ?? 'NONE',
        },
      }
      state.services.set(`${cluster.name}/${serviceName}`, service)
      state.setTags(service.arn, input.tags)
      scheduler.deploy(service, 'ECS deployment in progress.')
      return { service: describe(state, service) }
    },

    UpdateService(input: UpdateServiceCommandInput) {
      const service = state.service(state.cluster(input.cluster), input.service)
      if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.')
      refuseOtherStrategies(input)
      // Looked up before anything changes: a call that fails has no effect.
      const definition =
        input.taskDefinition === undefined
          ? service.taskDefinition
          : state.definition(input.taskDefinition).taskDefinitionArn
      if (input.desiredCount !== undefined) service.desired = input.desiredCount
      if (input.deploymentConfiguration)
        service.configuration = { ...service.configuration, ...input.deploymentConfiguration }
      if (input.healthCheckGracePeriodSeconds !== undefined) service.graceSeconds = input.healthCheckGracePeriodSeconds
      const isNew = definition !== service.taskDefinition
      service.taskDefinition = definition ?? service.taskDefinition
      if (isNew || input.forceNewDeployment) scheduler.deploy(service, 'ECS deployment in progress.')
      else scheduler.reconcile(service)
      return { service: describe(state, service) }
    },

    DescribeServices({ cluster, services = [], include }: DescribeServicesCommandInput) {
      if (services.length > 10)
        throw new AwsError('InvalidParameterException', 'Services cannot have more than 10 elements.')
      const owner = state.cluster(cluster)
      const found = services.map((name) => ({ name, service: state.findService(owner, name) }))
      return {
        services: found.flatMap(({ service }) =>
          service
            ? [{ ...describe(state, service), ...(include?.includes('TAGS') && { tags: state.tagsOf(service.arn) }) }]
            : [],
        ),
        failures: found.flatMap(({ name, service }) =>
          service ? [] : [{ arn: arn('ecs', `service/${owner.name}/${name}`), reason: 'MISSING' }],
        ),
      }
    },

    ListServices({ cluster, maxResults = 10, nextToken }: ListServicesCommandInput) {
      const owner = state.cluster(cluster)
      const all = [...state.services.values()].filter((each) => each.cluster === owner && each.status !== 'INACTIVE')
      const { items, next } = page(
        all.map((each) => each.arn),
        maxResults,
        nextToken,
      )
      return { serviceArns: items, ...(next && { nextToken: next }) }
    },

    DeleteService({ cluster, service: name, force }: DeleteServiceCommandInput) {
      const service = state.service(state.cluster(cluster), name)
      if (service.desired > 0 && !force) {
        throw new AwsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.')
      }
      service.desired = 0
      scheduler.reconcile(service)
      service.status = 'DRAINING'
      const tasks = state.tasksOf(service).filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
      const all = tasks.map((task) => task.stop('ServiceSchedulerInitiated', 'Service deleted'))
      void Promise.all(all).then(() => {
        service.status = 'INACTIVE'
      })
      return { service: describe(state, service) }
    },
  }
}

/** The lab rolls; the strategies in which AWS moves the traffic itself are not emulated and must not seem to be. */
function refuseOtherStrategies(input: Partial<CreateServiceCommandInput>): void {
  const controller = input.deploymentController?.type ?? 'ECS'
  const strategy = input.deploymentConfiguration?.strategy ?? 'ROLLING'
  if (controller === 'ECS' && strategy === 'ROLLING') return
  throw new AwsError(
    'InvalidParameterException',
    `This lab has the ECS controller with the ROLLING strategy only, not ${controller} with ${strategy}`,
  )
}

function describe(state: EcsState, service: ServiceRecord): Service {
  const tasks = state.tasksOf(service).filter(({ lastStatus }) => lastStatus !== 'STOPPED')
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING')
  const pending = tasks.filter(({ lastStatus }) => lastStatus === 'PROVISIONING' || lastStatus === 'PENDING')
  const inDeployment = (all: typeof tasks, id: string) => all.filter(({ spec }) => spec.deploymentId === id).length
  return {
    ...service.echoed,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount: service.desired,
    runningCount: running.length,
    pendingCount: pending.length,
    taskDefinition: service.taskDefinition,
    loadBalancers: [...service.loadBalancers],
    serviceRegistries: [],
    deploymentConfiguration: service.configuration,
    healthCheckGracePeriodSeconds: service.graceSeconds,
    createdAt: service.createdAt,
    events: service.events,
    deployments: service.deployments.map((each) => ({
      ...{ id: each.id, status: each.status, taskDefinition: each.taskDefinition, failedTasks: each.failedTasks },
      desiredCount: each.status === 'PRIMARY' ? service.desired : 0,
      runningCount: inDeployment(running, each.id),
      pendingCount: inDeployment(pending, each.id),
      ...{
        rolloutState: each.rolloutState,
        rolloutStateReason: each.reason,
        createdAt: each.createdAt,
        updatedAt: each.updatedAt,
      },
    })),
  }
}
