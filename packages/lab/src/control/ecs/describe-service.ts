import type { Service } from '@aws-sdk/client-ecs'
import type { EcsState, ServiceRecord } from './state.ts'

/** A service as DescribeServices tells it. */
export function describeService(state: EcsState, service: ServiceRecord): Service {
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
    placementConstraints: [],
    placementStrategy: [],
    deploymentConfiguration: service.configuration,
    healthCheckGracePeriodSeconds: service.graceSeconds,
    createdAt: service.createdAt,
    events: service.events,
    deployments: service.deployments.map((each) => ({
      ...{ id: each.id, status: each.status, taskDefinition: each.taskDefinition, failedTasks: each.failedTasks },
      desiredCount: each.status === 'PRIMARY' ? service.desired : 0,
      runningCount: inDeployment(running, each.id),
      pendingCount: inDeployment(pending, each.id),
      ...{ rolloutState: each.rolloutState, rolloutStateReason: each.reason },
      ...{ createdAt: each.createdAt, updatedAt: each.updatedAt },
      launchType: service.echoed.launchType,
    })),
  }
}
