import type {
  DeploymentConfiguration,
  LoadBalancer,
  NetworkConfiguration,
  Service,
  Tag,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import { resourceOf } from '../names.ts'
import type { LabTask } from './task.ts'

const MOST_TAGS = 50
/** Letters, numbers, spaces and `+ - = . _ : / @` (ECS API reference, Tag). */
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u

export interface ClusterRecord {
  readonly arn: string
  readonly name: string
}

export interface DeploymentRecord {
  readonly id: string
  status: 'PRIMARY' | 'ACTIVE'
  readonly taskDefinition: string
  desired: number
  failedTasks: number
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  reason: string
  readonly createdAt: Date
  updatedAt: Date
  /** Tasks that stopped by themselves in a row; slows their replacement down. */
  failuresInARow: number
  startAgainAt: number
}

export interface ServiceRecord {
  readonly arn: string
  readonly name: string
  readonly cluster: ClusterRecord
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  desired: number
  taskDefinition: string
  readonly loadBalancers: readonly LoadBalancer[]
  configuration: DeploymentConfiguration
  graceSeconds: number
  /** All that is wanted runs and is healthy, and nothing else. */
  steady: boolean
  /** PRIMARY first. */
  deployments: DeploymentRecord[]
  /** Newest first. */
  events: { id: string; createdAt: Date; message: string }[]
  readonly createdAt: Date
  /** Members that are only given back. */
  echoed: Partial<Service>
}

/** What ECS knows. */
export class EcsState {
  readonly clusters = new Map<string, ClusterRecord>()
  /** By family, oldest revision first. */
  readonly definitions = new Map<string, TaskDefinition[]>()
  readonly services = new Map<string, ServiceRecord>()
  readonly tasks = new Map<string, LabTask>()
  readonly tags = new Map<string, Map<string, string>>()

  cluster(nameOrArn = 'default'): ClusterRecord {
    const found = this.clusters.get(lastPart(nameOrArn))
    if (!found) throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
    return found
  }

  findService(cluster: ClusterRecord, nameOrArn = ''): ServiceRecord | undefined {
    return this.services.get(`${cluster.name}/${lastPart(nameOrArn)}`)
  }

  service(cluster: ClusterRecord, nameOrArn: string | undefined): ServiceRecord {
    const found = this.findService(cluster, nameOrArn)
    if (!found || found.status === 'INACTIVE') throw new AwsError('ServiceNotFoundException', 'Service not found.')
    return found
  }

  /** By ARN, `family:revision`, or `family` for its newest ACTIVE revision. */
  definition(nameOrArn = '', refusal = 'TaskDefinition not found.'): TaskDefinition {
    const name = nameOrArn.startsWith('arn:') ? resourceOf(nameOrArn).replace('task-definition/', '') : nameOrArn
    const [family = '', revision] = name.split(':')
    const revisions = this.definitions.get(family) ?? []
    const found =
      revision === undefined
        ? revisions.findLast(({ status }) => status === 'ACTIVE')
        : revisions.find((each) => `${each.revision}` === revision)
    if (!found) throw new AwsError('ClientException', refusal)
    return found
  }

  /** Whether a task that has not stopped has this address. */
  isAddress(address: string): boolean {
    return [...this.tasks.values()].some((task) => task.spec.address === address && task.lastStatus !== 'STOPPED')
  }

  tasksOf(service: ServiceRecord): LabTask[] {
    return [...this.tasks.values()].filter((task) => task.service === service)
  }

  /** @throws AwsError for keys, values or a number of tags that ECS refuses. */
  setTags(arn: string, tags: readonly Tag[] = []): void {
    const known = new Map(this.tags.get(arn))
    for (const { key = '', value = '' } of tags) {
      if (!TAG_KEY.test(key) || /^aws:/i.test(key))
        throw new AwsError('InvalidParameterException', `Invalid tag key: ${key}`)
      if (!TAG_VALUE.test(value)) throw new AwsError('InvalidParameterException', `Invalid tag value: ${value}`)
      known.set(key, value)
    }
    if (known.size > MOST_TAGS)
      throw new AwsError('InvalidParameterException', `At most ${MOST_TAGS} tags per resource`)
    this.tags.set(arn, known)
  }

  tagsOf(arn: string): Tag[] {
    return [...(this.tags.get(arn) ?? [])].map(([key, value]) => ({ key, value }))
  }
}

/** @throws AwsError when tasks of the definition need a network interface and none is described. */
export function refuseWithoutNetwork(
  { networkMode }: TaskDefinition,
  configuration: NetworkConfiguration | undefined,
): void {
  if (networkMode !== 'awsvpc' || configuration?.awsvpcConfiguration) return
  throw new AwsError(
    'InvalidParameterException',
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  )
}

export function lastPart(nameOrArn: string): string {
  return nameOrArn.split('/').at(-1) ?? nameOrArn
}
