import {
  AddTagsCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Routing, Split, TargetState, TrafficSwitch } from '@interlock/model'
import { UserError } from '@interlock/model'
import { type AwsOptions, clientConfig, lazy } from './client-config.ts'
import { toExternalError } from './external-error.ts'
import { type ElbAction, routingOf, withSplit } from './rule-actions.ts'

const SERVICE = 'Elastic Load Balancing'

/**
 * The traffic switch on an Application Load Balancer. Every action asks it first, so its SDK client is loaded with it; the
 * others are loaded when they are first used.
 * API: Elastic Load Balancing 2015-12-01. A default action belongs to its listener and is changed with ModifyListener;
 * ModifyRule refuses default rules.
 */
export function elbSwitch(options: AwsOptions): TrafficSwitch {
  const reader = lazy(() => new ElasticLoadBalancingV2Client(clientConfig(options, 'read')))
  const writer = lazy(() => new ElasticLoadBalancingV2Client(clientConfig(options, 'write')))

  return {
    async read(arn) {
      const client = reader()
      if (isListener(arn)) {
        const { Listeners } = await client
          .send(new DescribeListenersCommand({ ListenerArns: [arn] }))
          .catch(rethrow('DescribeListeners'))
        return routingOf(arn, actionsOf(arn, Listeners?.[0]?.DefaultActions))
      }
      const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [arn] })).catch(rethrow('DescribeRules'))
      if (Rules?.[0]?.IsDefault) {
        throw new UserError(
          `${arn} is the default rule of its listener, which Elastic Load Balancing changes through the listener only. Give the listener's ARN instead.`,
          'unsupported-routing',
        )
      }
      return routingOf(arn, actionsOf(arn, Rules?.[0]?.Actions))
    },

    async write(routing: Routing, split: Split) {
      const client = writer()
      const actions = withSplit(routing.actions as unknown as readonly ElbAction[], split)
      if (isListener(routing.arn)) {
        await client
          .send(new ModifyListenerCommand({ ListenerArn: routing.arn, DefaultActions: actions }))
          .catch(rethrow('ModifyListener'))
      } else {
        await client
          .send(new ModifyRuleCommand({ RuleArn: routing.arn, Actions: actions }))
          .catch(rethrow('ModifyRule'))
      }
    },

    async tags(arn) {
      const client = reader()
      const { TagDescriptions } = await client
        .send(new DescribeTagsCommand({ ResourceArns: [arn] }))
        .catch(rethrow('DescribeTags'))
      const tags = TagDescriptions?.find(({ ResourceArn }) => ResourceArn === arn)?.Tags ?? []
      return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },

    async setTags(arn, tags) {
      // Adding equal tags again changes nothing, so the SDK may repeat this write.
      const client = reader()
      await client
        .send(new AddTagsCommand({ ResourceArns: [arn], Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }))
        .catch(rethrow('AddTags'))
    },

    async removeTags(arn, keys) {
      const client = reader()
      await client.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [...keys] })).catch(rethrow('RemoveTags'))
    },

    async targetHealth(targetGroupArn) {
      const client = reader()
      const { TargetHealthDescriptions = [] } = await client
        .send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }))
        .catch(rethrow('DescribeTargetHealth'))
      return TargetHealthDescriptions.map(
        ({ Target, TargetHealth }): TargetState => ({
          address: Target?.Id ?? '',
          port: Target?.Port ?? 0,
          state: TargetHealth?.State ?? 'unavailable',
          ...(TargetHealth?.Reason !== undefined && { reason: TargetHealth.Reason }),
        }),
      )
    },

    async loadBalancerOf(targetGroupArn) {
      const client = reader()
      const { TargetGroups } = await client
        .send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] }))
        .catch(rethrow('DescribeTargetGroups'))
      return TargetGroups?.[0]?.LoadBalancerArns?.[0]?.split(':loadbalancer/')[1]
    },
  }
}

function isListener(arn: string): boolean {
  return arn.includes(':listener/')
}

function actionsOf(arn: string, actions: readonly ElbAction[] | undefined): readonly ElbAction[] {
  if (!actions) throw new UserError(`${arn} does not exist.`, 'unsupported-routing')
  return actions
}

function rethrow(operation: string) {
  return (error: unknown): never => {
    throw toExternalError(SERVICE, operation, error)
  }
}
