import type {
  CreateServiceCommandInput,
  DeleteServiceCommandInput,
  DescribeServicesCommandInput,
  ListServicesCommandInput,
  LoadBalancer,
  Service,
  TaskDefinition,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import type { ElbState } from '../elb/index.ts'
import { arn } from '../names.ts'
import { describeService } from './describe-service.ts'
import { page } from './page.ts'
import type { Scheduler } from './scheduler.ts'
import { type EcsState, refuseWithoutNetwork, type ServiceRecord } from './state.ts'

const DEFAULT_CONFIGURATION = {
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  deploymentCircuitBreaker: { enable: false, rollback: false },
}
/** Members that change what runs, and that the lab would have to ignore. */
const NOT_HERE = [
  'capacityProviderStrategy',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
]
/** Per service; AWS has 5000. Each is a process on this machine. */
const MOST_TASKS = 100
/** What the lab follows of a deployment configuration and of its circuit breaker. */
const CONFIGURED = ['maximumPercent', 'minimumHealthyPercent', 'strategy']
const BREAKER = ['enable', 'rollback']
const IN_PROGRESS = 'ECS deployment in progress.'

export function serviceOperations(state: EcsState, scheduler: Scheduler, elb: ElbState, now: () => Date) {
  return {
    CreateService(input: CreateServiceCommandInput) {
      const cluster = state.cluster(input.cluster)
      const { serviceName = '', loadBalancers = [], desiredCount = 0 } = input
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName)) throw invalid(`Invalid service name: ${serviceName}`)
      const known = state.findService(cluster, serviceName)
      if (known?.status === 'DRAINING') throw invalid('Unable to Start a service that is still Draining.')
      if (known?.status === 'ACTIVE') throw invalid('Creation of service was not idempotent.')
      refuseOtherStrategies(input)
      checkNumbers(input)
      const definition = state.definition(input.taskDefinition)
      refuseWithoutNetwork(definition, input.networkConfiguration)
      checkLoadBalancers(elb, definition, loadBalancers)
      const serviceArn = arn('ecs', `service/${cluster.name}/${serviceName}`)
      const service: ServiceRecord = {
        ...{ arn: serviceArn, name: serviceName, cluster, status: 'ACTIVE', desired: desiredCount, loadBalancers },
        taskDefinition: definition.taskDefinitionArn ?? '',
        configuration: { ...DEFAULT_CONFIGURATION, ...input.deploymentConfiguration },
        graceSeconds: input.healthCheckGracePeriodSeconds ?? 0,
        ...{ steady: false, deployments: [], events: [], createdAt: now() },
        echoed: {
          launchType: input.launchType ?? 'FARGATE',
          schedulingStrategy: 'REPLICA',
          deploymentController: { type: 'ECS' },
          enableECSManagedTags: input.enableECSManagedTags ?? false,
          propagateTags: input.propagateTags ?? 'NONE',
          ...{ platformVersion: 'LATEST', enableExecuteCommand: false, ...givenBack(input) },
        },
      }
      state.tags.delete(serviceArn)
      state.setTags(serviceArn, input.tags)
      state.services.set(`${cluster.name}/${serviceName}`, service)
      scheduler.deploy(service, IN_PROGRESS)
      return { service: { ...describeService(state, service), tags: state.tagsOf(serviceArn) } }
    },

    /** Only members that are sent change anything; equal values start no deployment. */
    UpdateService(input: UpdateServiceCommandInput) {
      const service = state.service(state.cluster(input.cluster), input.service)
      if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.')
      refuseOtherStrategies(input)
      if (input.loadBalancers) throw invalid('This lab does not move a service to other target groups')
      checkNumbers(input)
      // Looked up before anything changes: a call that fails has no effect.
      const wanted = input.taskDefinition === undefined ? undefined : state.definition(input.taskDefinition)
      const definition = wanted?.taskDefinitionArn ?? service.taskDefinition
      const echoed = { ...service.echoed, ...givenBack(input) }
      const isNew = definition !== service.taskDefinition || JSON.stringify(echoed) !== JSON.stringify(service.echoed)
      service.taskDefinition = definition
      service.echoed = echoed
      service.desired = input.desiredCount ?? service.desired
      service.configuration = { ...service.configuration, ...input.deploymentConfiguration }
      service.graceSeconds = input.healthCheckGracePeriodSeconds ?? service.graceSeconds
      if (isNew || input.forceNewDeployment) scheduler.deploy(service, IN_PROGRESS)
      else scheduler.reconcile(service)
      return { service: describeService(state, service) }
    },

    DescribeServices({ cluster, services = [], include }: DescribeServicesCommandInput) {
      if (services.length === 0) throw invalid('Services cannot be empty.')
      if (services.length > 10) throw invalid('Services cannot have more than 10 elements.')
      const owner = state.cluster(cluster)
      const found = services.map((name) => ({ name, service: state.findService(owner, name) }))
      const tags = (service: ServiceRecord) => include?.includes('TAGS') && { tags: state.tagsOf(service.arn) }
      return {
        services: found.flatMap(({ service }) =>
          service ? [{ ...describeService(state, service), ...tags(service) }] : [],
        ),
        failures: found.flatMap(({ name, service }) =>
          service ? [] : [{ arn: arn('ecs', `service/${owner.name}/${name}`), reason: 'MISSING' }],
        ),
      }
    },

    ListServices({ cluster, maxResults = 10, nextToken }: ListServicesCommandInput) {
      const owner = state.cluster(cluster)
      const all = [...state.services.values()].filter((each) => each.cluster === owner && each.status !== 'INACTIVE')
      const arns = all.map((each) => each.arn)
      const { items, next } = page(arns, maxResults, nextToken)
      return { serviceArns: items, ...(next && { nextToken: next }) }
    },

    DeleteService({ cluster, service: name, force }: DeleteServiceCommandInput) {
      const service = state.service(state.cluster(cluster), name)
      if (service.desired > 0 && !force) throw invalid('The service cannot be stopped while it is scaled above 0.')
      service.desired = 0
      service.status = 'DRAINING'
      const left = state
        .tasksOf(service)
        .filter(({ lastStatus }) => lastStatus !== 'STOPPED')
        .map((task) => task.stop('ServiceSchedulerInitiated', 'Service deleted'))
      void Promise.all(left).then(() => {
        service.status = 'INACTIVE'
      })
      return { service: describeService(state, service) }
    },
  }
}

/** The lab rolls; the strategies in which AWS moves the traffic itself are not emulated and must not seem to be. */
function refuseOtherStrategies(input: Partial<CreateServiceCommandInput>): void {
  const controller = input.deploymentController?.type ?? 'ECS'
  const strategy = input.deploymentConfiguration?.strategy ?? 'ROLLING'
  if (controller !== 'ECS' || strategy !== 'ROLLING') {
    throw invalid(`This lab has the ECS controller with the ROLLING strategy only, not ${controller} with ${strategy}`)
  }
  const missing: string[] = NOT_HERE.filter((member) => (input as Record<string, unknown>)[member] !== undefined)
  const { deploymentCircuitBreaker, ...configuration } = input.deploymentConfiguration ?? {}
  missing.push(...Object.keys(configuration).filter((member) => !CONFIGURED.includes(member)))
  missing.push(...Object.keys(deploymentCircuitBreaker ?? {}).filter((member) => !BREAKER.includes(member)))
  if (missing.length > 0) throw invalid(`This lab does not do anything with ${missing.join(', ')}`)
  if (input.schedulingStrategy === 'DAEMON') throw invalid('This lab has REPLICA services only')
}

function checkNumbers(input: Partial<CreateServiceCommandInput>): void {
  const { minimumHealthyPercent, maximumPercent } = { ...DEFAULT_CONFIGURATION, ...input.deploymentConfiguration }
  const check = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
    throw invalid(`${name} must be a whole number between ${least} and ${most}`)
  }
  check('desiredCount', input.desiredCount, 0, MOST_TASKS)
  check('healthCheckGracePeriodSeconds', input.healthCheckGracePeriodSeconds, 0, 2_147_483_647)
  check('minimumHealthyPercent', minimumHealthyPercent, 0, 100)
  check('maximumPercent', maximumPercent, 100, 200)
  if (minimumHealthyPercent === 100 && maximumPercent === 100) {
    throw invalid('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.')
  }
}

function checkLoadBalancers(elb: ElbState, definition: TaskDefinition, loadBalancers: readonly LoadBalancer[]): void {
  for (const { targetGroupArn, containerName, containerPort } of loadBalancers) {
    const group = elb.group(targetGroupArn)
    if (elb.usersOf(group.arn).length === 0) {
      throw invalid(`The target group with targetGroupArn ${group.arn} does not have an associated load balancer.`)
    }
    const container = definition.containerDefinitions?.find(({ name }) => name === containerName)
    if (!container) throw invalid(`The container ${containerName} does not exist in the task definition.`)
    if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
      throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`)
    }
  }
}

/** Members without an effect here, which a new deployment takes up at AWS and which are described as they were sent. */
function givenBack({
  networkConfiguration,
  platformVersion,
  enableExecuteCommand,
}: Pick<
  CreateServiceCommandInput,
  'networkConfiguration' | 'platformVersion' | 'enableExecuteCommand'
>): Partial<Service> {
  return {
    ...(networkConfiguration && { networkConfiguration }),
    ...(platformVersion && { platformVersion }),
    ...(enableExecuteCommand !== undefined && { enableExecuteCommand }),
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}
