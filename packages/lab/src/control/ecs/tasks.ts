import type {
  DescribeTasksCommandInput,
  ListTasksCommandInput,
  RunTaskCommandInput,
  StopTaskCommandInput,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import { page } from './page.ts'
import type { Scheduler } from './scheduler.ts'
import { type EcsState, lastPart } from './state.ts'
import type { LabTask } from './task.ts'

export function taskOperations(state: EcsState, scheduler: Scheduler) {
  /** What a client token has started: the same token starts nothing more. */
  const started = new Map<string, LabTask[]>()

  const find = (cluster: string | undefined, nameOrArn = '') => {
    const owner = state.cluster(cluster)
    return [...state.tasks.values()].find(
      ({ arn, spec }) => spec.cluster === owner && lastPart(arn) === lastPart(nameOrArn),
    )
  }

  return {
    ListTasks({
      cluster,
      serviceName,
      desiredStatus = 'RUNNING',
      startedBy,
      family,
      maxResults = 100,
      nextToken,
    }: ListTasksCommandInput) {
      const owner = state.cluster(cluster)
      const service = serviceName === undefined ? undefined : state.service(owner, serviceName)
      const all = [...state.tasks.values()].filter(
        (task) =>
          task.spec.cluster === owner &&
          task.desiredStatus === desiredStatus &&
          (service === undefined || task.service === service) &&
          (startedBy === undefined || task.spec.startedBy === startedBy) &&
          (family === undefined || task.spec.definition.family === family),
      )
      const { items, next } = page(
        all.map(({ arn }) => arn),
        maxResults,
        nextToken,
      )
      return { taskArns: items, ...(next && { nextToken: next }) }
    },

    DescribeTasks({ cluster, tasks = [] }: DescribeTasksCommandInput) {
      if (tasks.length > 100)
        throw new AwsError('InvalidParameterException', 'Tasks cannot have more than 100 elements.')
      const found = tasks.map((name) => ({ name, task: find(cluster, name) }))
      return {
        tasks: found.flatMap(({ task }) => (task ? [task.describe()] : [])),
        failures: found.flatMap(({ name, task }) => (task ? [] : [{ arn: name, reason: 'MISSING' }])),
      }
    },

    RunTask(input: RunTaskCommandInput) {
      const cluster = state.cluster(input.cluster)
      const definition = state.definition(input.taskDefinition)
      const count = input.count ?? 1
      if (!(count >= 1 && count <= 10))
        throw new AwsError('InvalidParameterException', 'count must be between 1 and 10')
      const known = input.clientToken && started.get(input.clientToken)
      if (known) return { tasks: known.map((task) => task.describe()), failures: [] }
      const names = definition.containerDefinitions?.map(({ name }) => name) ?? []
      const stray = input.overrides?.containerOverrides?.find(({ name }) => !names.includes(name))
      if (stray)
        throw new AwsError(
          'InvalidParameterException',
          `Override for container named ${stray.name} is not a container in the TaskDefinition.`,
        )
      const tasks = Array.from({ length: count }, () =>
        scheduler.startTask({
          ...{ cluster, definition, group: input.group ?? `family:${definition.family}` },
          ...(input.startedBy && { startedBy: input.startedBy }),
          ...(input.overrides?.containerOverrides && { overrides: input.overrides.containerOverrides }),
          ...(input.tags && { tags: input.tags }),
        }),
      )
      if (input.clientToken) started.set(input.clientToken, tasks)
      return { tasks: tasks.map((task) => task.describe()), failures: [] }
    },

    StopTask({ cluster, task: name, reason }: StopTaskCommandInput) {
      const task = find(cluster, name)
      if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.')
      void task.stop('UserInitiated', reason ?? 'Task stopped by user')
      return { task: task.describe() }
    },
  }
}
