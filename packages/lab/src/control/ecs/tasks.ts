import type {
  DescribeTasksCommandInput,
  ListTasksCommandInput,
  RunTaskCommandInput,
  StopTaskCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import { page } from './page.ts'
import type { Scheduler } from './scheduler.ts'
import { type EcsState, lastPart, refuseWithoutNetwork } from './state.ts'
import type { LabTask } from './task.ts'

/** What a client token has started, and with what. */
interface Started {
  readonly request: string
  readonly tasks: readonly LabTask[]
}

export function taskOperations(state: EcsState, scheduler: Scheduler) {
  const byToken = new Map<string, Started>()

  const find = (cluster: string | undefined, nameOrArn = '') => {
    const owner = state.cluster(cluster)
    return [...state.tasks.values()].find(
      ({ arn, spec }) => spec.cluster === owner && lastPart(arn) === lastPart(nameOrArn),
    )
  }
  const describe = (task: LabTask) => ({ ...task.describe(), tags: state.tagsOf(task.arn) })

  return {
    ListTasks(input: ListTasksCommandInput) {
      const owner = state.cluster(input.cluster)
      const service = input.serviceName === undefined ? undefined : state.service(owner, input.serviceName)
      const desiredStatus = input.desiredStatus ?? 'RUNNING'
      if (!['RUNNING', 'PENDING', 'STOPPED'].includes(desiredStatus)) {
        throw new AwsError('InvalidParameterException', `Invalid desiredStatus: ${desiredStatus}`)
      }
      const all = [...state.tasks.values()].filter(
        (task) =>
          task.spec.cluster === owner &&
          task.desiredStatus === desiredStatus &&
          (service === undefined || task.service === service) &&
          (input.startedBy === undefined || task.spec.startedBy === input.startedBy) &&
          (input.family === undefined || task.spec.definition.family === input.family) &&
          (input.launchType === undefined || input.launchType === 'FARGATE') &&
          input.containerInstance === undefined,
      )
      const arns = all.map(({ arn }) => arn)
      const { items, next } = page(arns, input.maxResults ?? 100, input.nextToken)
      return { taskArns: items, ...(next && { nextToken: next }) }
    },

    DescribeTasks({ cluster, tasks = [], include }: DescribeTasksCommandInput) {
      if (tasks.length === 0) throw new AwsError('InvalidParameterException', 'Tasks cannot be empty.')
      if (tasks.length > 100) {
        throw new AwsError('InvalidParameterException', 'Tasks cannot have more than 100 elements.')
      }
      const found = tasks.map((name) => ({ name, task: find(cluster, name) }))
      const show = (task: LabTask) => (include?.includes('TAGS') ? describe(task) : { ...task.describe(), tags: [] })
      return {
        tasks: found.flatMap(({ task }) => (task ? [show(task)] : [])),
        failures: found.flatMap(({ name, task }) => (task ? [] : [{ arn: name, reason: 'MISSING' }])),
      }
    },

    RunTask({ clientToken, ...input }: RunTaskCommandInput) {
      const cluster = state.cluster(input.cluster)
      const definition = state.definition(input.taskDefinition)
      const request = JSON.stringify(input)
      const known = clientToken === undefined ? undefined : byToken.get(clientToken)
      if (known && known.request !== request) {
        throw new AwsError('ConflictException', 'The provided clientToken is already in use with a different request.')
      }
      if (known) return { tasks: known.tasks.map(describe), failures: [] }

      checkRun(definition, input)
      const { overrides, startedBy, group = `family:${definition.family}`, count = 1 } = input
      const tasks = Array.from({ length: count }, () =>
        scheduler.startTask({
          ...{ cluster, definition, group },
          ...(startedBy && { startedBy }),
          ...(overrides?.containerOverrides && { overrides: overrides.containerOverrides }),
        }),
      )
      for (const { arn } of tasks) state.setTags(arn, input.tags)
      if (clientToken !== undefined) byToken.set(clientToken, { request, tasks })
      return { tasks: tasks.map(describe), failures: [] }
    },

    StopTask({ cluster, task: name, reason }: StopTaskCommandInput) {
      const task = find(cluster, name)
      if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.')
      void task.stop('UserInitiated', reason ?? 'Task stopped by user')
      return { task: describe(task) }
    },
  }
}

function checkRun(definition: TaskDefinition, input: Omit<RunTaskCommandInput, 'clientToken'>): void {
  const { count = 1, overrides, networkConfiguration } = input
  if (!Number.isInteger(count) || count < 1 || count > 10) {
    throw new AwsError('InvalidParameterException', 'count must be between 1 and 10')
  }
  refuseWithoutNetwork(definition, networkConfiguration)
  const names = definition.containerDefinitions?.map(({ name }) => name) ?? []
  const stray = overrides?.containerOverrides?.find(({ name }) => !names.includes(name))
  if (stray) {
    throw new AwsError(
      'InvalidParameterException',
      `Override for container named ${stray.name} is not a container in the TaskDefinition.`,
    )
  }
}
