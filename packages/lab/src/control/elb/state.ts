import type { Action, LoadBalancer, RuleCondition, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancing } from '../../ports.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { ruleConfigs, targetGroupConfig } from './to-traffic.ts'

export interface BalancerRecord {
  readonly arn: string
  /** The request that created it, to know the same request again. */
  readonly createdWith: string
  readonly description: LoadBalancer
  readonly attributes: Map<string, string>
}

export interface GroupRecord {
  readonly arn: string
  readonly createdWith: string
  readonly description: TargetGroup
  readonly attributes: Map<string, string>
}

export interface ListenerRecord {
  readonly arn: string
  readonly balancerArn: string
  readonly port: number
  defaultActions: readonly Action[]
}

export interface RuleRecord {
  readonly arn: string
  readonly listenerArn: string
  readonly priority: number
  conditions: readonly RuleCondition[]
  actions: readonly Action[]
}

/** What Elastic Load Balancing knows. The data plane is told of every change. */
export class ElbState {
  readonly balancers = new Map<string, BalancerRecord>()
  readonly groups = new Map<string, GroupRecord>()
  readonly listeners = new Map<string, ListenerRecord>()
  readonly rules = new Map<string, RuleRecord>()
  readonly tags = new Map<string, Map<string, string>>()
  readonly traffic: LoadBalancing

  constructor(traffic: LoadBalancing) {
    this.traffic = traffic
  }

  balancer(arn = ''): BalancerRecord {
    return found(this.balancers.get(arn), 'LoadBalancerNotFoundException', `Load balancer '${arn}' not found`)
  }

  group(arn = ''): GroupRecord {
    return found(this.groups.get(arn), 'TargetGroupNotFoundException', `Target group '${arn}' not found`)
  }

  listener(arn = ''): ListenerRecord {
    return found(this.listeners.get(arn), 'ListenerNotFoundException', `Listener '${arn}' not found`)
  }

  rule(arn = ''): RuleRecord {
    return found(this.rules.get(arn), 'RuleNotFoundException', `Rule '${arn}' not found`)
  }

  rulesOf(listenerArn: string): RuleRecord[] {
    return [...this.rules.values()]
      .filter((rule) => rule.listenerArn === listenerArn)
      .toSorted((a, b) => a.priority - b.priority)
  }

  /** Whether a load balancer has this address. */
  isAddress(address: string): boolean {
    return [...this.balancers.values()].some(({ description }) => description.DNSName === address)
  }

  listenersOf(balancerArn: string): ListenerRecord[] {
    return [...this.listeners.values()].filter((listener) => listener.balancerArn === balancerArn)
  }

  forgetListener({ arn }: ListenerRecord): void {
    for (const rule of this.rulesOf(arn)) {
      this.rules.delete(rule.arn)
      this.tags.delete(rule.arn)
    }
    this.listeners.delete(arn)
    this.tags.delete(arn)
  }

  /** Rules and listeners that forward to the group. */
  usersOf(groupArn: string): string[] {
    const forwards = (actions: readonly Action[]) => actions.some((action) => groupsIn(action).includes(groupArn))
    return [
      ...[...this.rules.values()].filter(({ actions }) => forwards(actions)).map(({ arn }) => arn),
      ...[...this.listeners.values()].filter(({ defaultActions }) => forwards(defaultActions)).map(({ arn }) => arn),
    ]
  }

  /** Load balancers whose listeners forward to the group. */
  balancersOf(groupArn: string): string[] {
    const listeners = this.usersOf(groupArn).map((arn) => this.rules.get(arn)?.listenerArn ?? arn)
    return [...new Set(listeners.map((arn) => this.listener(arn).balancerArn))]
  }

  publishListener(listenerArn: string): void {
    this.traffic.setRules(listenerArn, ruleConfigs(this.listener(listenerArn), this.rulesOf(listenerArn)))
  }

  publishGroup(group: GroupRecord): void {
    this.traffic.putTargetGroup(targetGroupConfig(group))
  }
}

export function groupsIn({ TargetGroupArn, ForwardConfig }: Action): string[] {
  const listed = ForwardConfig?.TargetGroups?.map((tuple) => tuple.TargetGroupArn ?? '')
  return listed?.length ? listed : TargetGroupArn ? [TargetGroupArn] : []
}

function found<T>(record: T | undefined, error: string, message: string): T {
  if (record === undefined) throw new AwsError(error, message)
  return record
}
