import type { RuleAction } from '../ports.ts'
import type { Traffic } from '../traffic/index.ts'
import type { EcsState } from './ecs/index.ts'
import type { ElbState } from './elb/index.ts'
import { ruleConfigs } from './elb/to-traffic.ts'

/** Everything at a glance, for dashboards: weights as written and as traffic follows them, health, tasks. */
export interface World {
  readonly listeners: readonly {
    readonly arn: string
    readonly url: string
    readonly rules: readonly { readonly arn: string; readonly written: Weights; readonly inEffect: Weights }[]
  }[]
  readonly targetGroups: readonly {
    readonly arn: string
    readonly name: string
    readonly health: Readonly<Record<string, number>>
  }[]
  readonly tasks: readonly {
    readonly arn: string
    readonly service?: string
    readonly image: string
    readonly status: string
    readonly address: string
    readonly stoppedReason?: string
    readonly log: readonly string[]
  }[]
}

/** Weight by ARN of the target group. */
export type Weights = Readonly<Record<string, number>>

export function worldOf(ecs: EcsState, elb: ElbState, traffic: Traffic): World {
  return {
    listeners: [...elb.listeners.values()].map((listener) => {
      const inEffect = traffic.inEffect(listener.arn)
      return {
        arn: listener.arn,
        url: `http://${elb.balancer(listener.balancerArn).description.DNSName}:${listener.port}`,
        rules: ruleConfigs(listener, elb.rulesOf(listener.arn)).map(({ arn, action }) => ({
          arn,
          written: weightsOf(action),
          inEffect: weightsOf(inEffect.find((rule) => rule.arn === arn)?.action),
        })),
      }
    }),
    targetGroups: [...elb.groups.values()].map(({ arn, description }) => ({
      arn,
      name: description.TargetGroupName ?? '',
      health: countBy(traffic.targetHealth(arn).map(({ state }) => state)),
    })),
    tasks: [...ecs.tasks.values()].map((task) => ({
      arn: task.arn,
      ...(task.service && { service: task.service.name }),
      image: task.spec.definition.containerDefinitions?.[0]?.image ?? '',
      status: task.lastStatus,
      address: task.spec.address,
      ...(task.stoppedReason && { stoppedReason: task.stoppedReason }),
      log: task.logTail().slice(-5),
    })),
  }
}

function weightsOf(action: RuleAction | undefined): Weights {
  return action?.type === 'forward'
    ? Object.fromEntries(action.targetGroups.map(({ arn, weight }) => [arn, weight]))
    : {}
}

function countBy(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
