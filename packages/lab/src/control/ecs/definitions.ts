import type {
  ContainerDefinition,
  DescribeTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import type { Caller } from '../../wire/protocol.ts'
import { ACCOUNT, arn } from '../names.ts'
import { fargateSize } from './fargate.ts'
import type { EcsState } from './state.ts'

/** Seconds, on Fargate. */
const LONGEST_STOP = 120
const NAME = /^[A-Za-z0-9_-]{1,255}$/

export function definitionOperations(state: EcsState, now: () => Date) {
  return {
    RegisterTaskDefinition(input: RegisterTaskDefinitionCommandInput, caller: Caller) {
      const { tags, family = '', containerDefinitions = [], ...rest } = input
      check(family, containerDefinitions, rest)
      const isFargate = rest.requiresCompatibilities?.includes('FARGATE')
      const revisions = state.definitions.get(family) ?? []
      const revision = (revisions.at(-1)?.revision ?? 0) + 1
      const definitionArn = arn('ecs', `task-definition/${family}:${revision}`)
      state.setTags(definitionArn, tags)
      const taskDefinition: TaskDefinition = {
        volumes: [],
        placementConstraints: [],
        ...rest,
        ...(isFargate && fargateSize(rest.cpu, rest.memory)),
        family,
        revision,
        taskDefinitionArn: definitionArn,
        status: 'ACTIVE',
        containerDefinitions: containerDefinitions.map(completed),
        compatibilities: ['EC2', 'FARGATE'],
        registeredAt: now(),
        registeredBy: `arn:aws:iam::${ACCOUNT}:user/${caller.accessKey}`,
      }
      state.definitions.set(family, [...revisions, taskDefinition])
      return { taskDefinition, tags: tags ?? [] }
    },

    DescribeTaskDefinition({ taskDefinition, include }: DescribeTaskDefinitionCommandInput) {
      const found = state.definition(taskDefinition, 'Unable to describe task definition.')
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

/** @throws AwsError for a definition that ECS refuses. */
function check(
  family: string,
  containers: readonly ContainerDefinition[],
  task: Partial<RegisterTaskDefinitionCommandInput>,
): void {
  const names = containers.map(({ name = '' }) => name)
  if (!NAME.test(family)) throw refusal('Family should not be null or empty.')
  if (containers.length === 0) throw refusal('Container list cannot be empty.')
  if (names.some((name) => !NAME.test(name))) throw refusal('Container.name should not be null or empty.')
  if (new Set(names).size < names.length) throw refusal('Container names in a task definition must be unique.')
  if (containers.some(({ image }) => !image)) throw refusal('Container.image should not be null or empty.')
  if (containers.every(({ essential }) => essential === false)) {
    throw refusal('At least one container must be essential.')
  }
  for (const { portMappings = [], stopTimeout = 0 } of containers) {
    const isPort = ({ containerPort = 0 }) =>
      Number.isInteger(containerPort) && containerPort > 0 && containerPort < 65_536
    if (!portMappings.every(isPort)) throw refusal('Invalid container port in port mapping.')
    if (!(stopTimeout >= 0 && stopTimeout <= LONGEST_STOP)) {
      throw refusal(`stopTimeout must be between 0 and ${LONGEST_STOP} seconds`)
    }
  }
  if (task.requiresCompatibilities?.includes('FARGATE') && task.networkMode !== 'awsvpc') {
    throw refusal('Fargate only supports network mode ‘awsvpc’.')
  }
}

function refusal(message: string): AwsError {
  return new AwsError('ClientException', message)
}
