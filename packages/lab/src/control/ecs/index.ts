import type {
  CreateClusterCommandInput,
  DescribeClustersCommandInput,
  ListClustersCommandInput,
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-ecs'
import * as model from '@aws-sdk/client-ecs'
import { AwsError } from '../../wire/aws-error.ts'
import type { Service } from '../../wire/service.ts'
import type { ElbState } from '../elb/index.ts'
import { arn } from '../names.ts'
import { definitionOperations } from './definitions.ts'
import { page } from './page.ts'
import type { Scheduler } from './scheduler.ts'
import { serviceOperations } from './services.ts'
import { type EcsState, lastPart } from './state.ts'
import { taskOperations } from './tasks.ts'

export { Scheduler } from './scheduler.ts'
export { EcsState } from './state.ts'

/** Amazon ECS, API version 2014-11-13. */
export function ecsService(state: EcsState, scheduler: Scheduler, elb: ElbState, now: () => Date): Service {
  return {
    name: 'Amazon ECS',
    iam: 'ecs',
    model,
    version: '2014-11-13',
    namespace: 'com.amazonaws.ecs',
    target: 'AmazonEC2ContainerServiceV20141113',
    errors: {
      unknownOperation: 'UnknownOperationException',
      throttled: 'ThrottlingException',
      invalid: 'InvalidParameterException',
    },
    operations: {
      ...clusterOperations(state),
      ...definitionOperations(state, now),
      ...serviceOperations(state, scheduler, elb, now),
      ...taskOperations(state, scheduler),
      ...tagOperations(state),
    },
  }
}

function clusterOperations(state: EcsState) {
  const describe = (name: string) => {
    const cluster = state.cluster(name)
    const tasks = [...state.tasks.values()].filter(({ spec }) => spec.cluster === cluster)
    return {
      clusterArn: cluster.arn,
      clusterName: cluster.name,
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
      pendingTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'PENDING' || lastStatus === 'PROVISIONING')
        .length,
      activeServicesCount: [...state.services.values()].filter(
        (each) => each.cluster === cluster && each.status === 'ACTIVE',
      ).length,
      statistics: [],
      tags: [],
      settings: [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    }
  }
  return {
    CreateCluster({ clusterName = 'default', tags }: CreateClusterCommandInput) {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(clusterName))
        throw new AwsError('InvalidParameterException', `Invalid cluster name: ${clusterName}`)
      if (!state.clusters.has(clusterName))
        state.clusters.set(clusterName, { arn: arn('ecs', `cluster/${clusterName}`), name: clusterName })
      state.setTags(state.cluster(clusterName).arn, tags)
      return { cluster: describe(clusterName) }
    },
    ListClusters({ maxResults = 100, nextToken }: ListClustersCommandInput) {
      const { items, next } = page(
        [...state.clusters.values()].map((each) => each.arn),
        maxResults,
        nextToken,
      )
      return { clusterArns: items, ...(next && { nextToken: next }) }
    },
    DescribeClusters({ clusters = ['default'] }: DescribeClustersCommandInput) {
      const known = clusters.filter((name) => state.clusters.has(lastPart(name)))
      const missing = clusters.filter((name) => !state.clusters.has(lastPart(name)))
      return {
        clusters: known.map(describe),
        failures: missing.map((name) => ({ arn: arn('ecs', `cluster/${lastPart(name)}`), reason: 'MISSING' })),
      }
    },
  }
}

function tagOperations(state: EcsState) {
  return {
    TagResource({ resourceArn = '', tags }: TagResourceCommandInput) {
      refuseUnknown(state, resourceArn)
      state.setTags(resourceArn, tags)
      return {}
    },
    UntagResource({ resourceArn = '', tagKeys = [] }: UntagResourceCommandInput) {
      refuseUnknown(state, resourceArn)
      for (const key of tagKeys) state.tags.get(resourceArn)?.delete(key)
      return {}
    },
    ListTagsForResource({ resourceArn = '' }: ListTagsForResourceCommandInput) {
      refuseUnknown(state, resourceArn)
      return { tags: state.tagsOf(resourceArn) }
    },
  }
}

function refuseUnknown(state: EcsState, resourceArn: string): void {
  const known =
    state.tags.has(resourceArn) ||
    state.tasks.has(resourceArn) ||
    [...state.clusters.values(), ...state.services.values()].some((each) => each.arn === resourceArn)
  if (!known) throw new AwsError('InvalidParameterException', 'The specified resource was not found.')
}
