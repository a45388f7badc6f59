import type {
  ContainerDefinition,
  DescribeTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import { arn } from '../names.ts'
import type { EcsState } from './state.ts'

/** Memory that Fargate allows for a size of CPU, in MiB (ECS developer guide, "Task CPU and memory"). */
const FARGATE: Record<string, readonly [least: number, most: number]> = {
  256: [512, 2_048],
  512: [1_024, 4_096],
  1024: [2_048, 8_192],
  2048: [4_096, 16_384],
  4096: [8_192, 30_720],
}

export function definitionOperations(state: EcsState, now: () => Date) {
  return {
    RegisterTaskDefinition(input: RegisterTaskDefinitionCommandInput) {
      const { tags, family = '', containerDefinitions = [], ...rest } = input
      check(family, containerDefinitions, rest)
      const revisions = state.definitions.get(family) ?? []
      const revision = (revisions.at(-1)?.revision ?? 0) + 1
      const taskDefinition: TaskDefinition = {
        volumes: [],
        placementConstraints: [],
        ...rest,
        family,
        revision,
        taskDefinitionArn: arn('ecs', `task-definition/${family}:${revision}`),
        status: 'ACTIVE',
        containerDefinitions: containerDefinitions.map(completed),
        compatibilities: ['EC2', 'FARGATE'],
        registeredAt: now(),
        registeredBy: arn('iam', 'user/lab').replace('eu-west-1', ''),
      }
      state.definitions.set(family, [...revisions, taskDefinition])
      state.setTags(taskDefinition.taskDefinitionArn ?? '', tags)
      return { taskDefinition, tags: tags ?? [] }
    },

    DescribeTaskDefinition({ taskDefinition, include }: DescribeTaskDefinitionCommandInput) {
      const found = state.definition(taskDefinition)
      return {
        taskDefinition: found,
        ...(include?.includes('TAGS') && { tags: state.tagsOf(found.taskDefinitionArn ?? '') }),
      }
    },
  }
}

/** Members that ECS fills in, so that what is described is not what was registered, as at AWS. */
function completed(container: ContainerDefinition): ContainerDefinition {
  return {
    cpu: 0,
    essential: true,
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    environment: [],
    ...container,
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      protocol: 'tcp' as const,
      ...mapping,
      hostPort: mapping.hostPort ?? mapping.containerPort,
    })),
  }
}

function check(
  family: string,
  containers: readonly ContainerDefinition[],
  task: Partial<RegisterTaskDefinitionCommandInput>,
): void {
  const refuse = (message: string) => {
    throw new AwsError('ClientException', message)
  }
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) refuse('Family should not be null or empty.')
  if (containers.length === 0) refuse('Task definition must have at least one container definition.')
  const names = containers.map(({ name = '' }) => name)
  if (names.some((name) => !/^[A-Za-z0-9_-]{1,255}$/.test(name))) refuse('Container.name should not be null or empty.')
  if (new Set(names).size < names.length) refuse('Container names in a task definition must be unique.')
  if (containers.some(({ image }) => !image)) refuse('Container.image should not be null or empty.')
  if (containers.every(({ essential }) => essential === false))
    refuse('Task definition must have at least one essential container.')
  if (!task.requiresCompatibilities?.includes('FARGATE')) return
  if (task.networkMode !== 'awsvpc') refuse('Fargate only supports network mode ‘awsvpc’.')
  const [least, most] = FARGATE[task.cpu ?? ''] ?? [Number.NaN, Number.NaN]
  const memory = Number(task.memory)
  if (!(memory >= least && memory <= most)) refuse('No Fargate configuration exists for given values.')
}
