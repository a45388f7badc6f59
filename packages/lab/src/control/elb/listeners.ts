import type {
  CreateListenerCommandInput,
  CreateRuleCommandInput,
  DescribeListenersCommandInput,
  DescribeRulesCommandInput,
  ModifyListenerCommandInput,
  ModifyRuleCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { arn, newId, resourceOf } from '../names.ts'
import { normaliseActions } from './actions.ts'
import { normaliseConditions } from './conditions.ts'
import { page } from './page.ts'
import { portOf } from './port.ts'
import type { ElbState, ListenerRecord, RuleRecord } from './state.ts'
import { setTags } from './tags.ts'

export function listenerOperations(state: ElbState) {
  return {
    async CreateListener({
      LoadBalancerArn,
      Port = 80,
      Protocol = 'HTTP',
      DefaultActions,
      Tags,
    }: CreateListenerCommandInput) {
      const balancer = state.balancer(LoadBalancerArn)
      portOf(Port)
      if (Protocol !== 'HTTP')
        throw new AwsError('UnsupportedProtocolException', `This lab listens on HTTP only, not '${Protocol}'`)
      const defaultActions = normaliseActions(state, DefaultActions, { balancerArn: balancer.arn })
      const onPort = state.listenersOf(balancer.arn).find((each) => each.port === Port)
      if (onPort) {
        // Creating the same again succeeds (API reference, CreateListener: "This operation is idempotent").
        if (JSON.stringify(onPort.defaultActions) === JSON.stringify(defaultActions)) {
          return { Listeners: [listenerOf(onPort)] }
        }
        throw new AwsError(
          'DuplicateListenerException',
          'A listener already exists on this port for this load balancer',
        )
      }
      const listener: ListenerRecord = {
        arn: arn(
          'elasticloadbalancing',
          `${resourceOf(balancer.arn).replace('loadbalancer/', 'listener/')}/${newId()}`,
        ),
        balancerArn: balancer.arn,
        port: Port,
        defaultActions,
      }
      await state.traffic.createListener(listener.arn, balancer.arn, Port).catch((error: NodeJS.ErrnoException) => {
        throw new AwsError(
          'InvalidConfigurationRequestException',
          `Port ${Port} cannot be listened on here: ${error.code ?? error.message}`,
        )
      })
      state.listeners.set(listener.arn, listener)
      setTags(state, listener.arn, Tags)
      state.publishListener(listener.arn)
      return { Listeners: [listenerOf(listener)] }
    },

    DescribeListeners({ LoadBalancerArn, ListenerArns, ...paging }: DescribeListenersCommandInput) {
      if (ListenerArns?.length) return { Listeners: ListenerArns.map((each) => listenerOf(state.listener(each))) }
      const { items, ...rest } = page(state.listenersOf(state.balancer(LoadBalancerArn).arn), paging)
      return { Listeners: items.map(listenerOf), ...rest }
    },

    ModifyListener({ ListenerArn, DefaultActions, Port, Protocol }: ModifyListenerCommandInput) {
      const listener = state.listener(ListenerArn)
      if ((Port !== undefined && Port !== listener.port) || (Protocol !== undefined && Protocol !== 'HTTP')) {
        throw new AwsError(
          'InvalidConfigurationRequestException',
          'This lab changes only the default actions of a listener',
        )
      }
      if (DefaultActions)
        listener.defaultActions = normaliseActions(state, DefaultActions, {
          balancerArn: listener.balancerArn,
          before: listener.defaultActions,
        })
      state.publishListener(listener.arn)
      return { Listeners: [listenerOf(listener)] }
    },

    async DeleteListener({ ListenerArn }: { ListenerArn?: string }) {
      const listener = state.listener(ListenerArn)
      state.forgetListener(listener)
      await state.traffic.deleteListener(listener.arn)
      return {}
    },

    CreateRule({ ListenerArn, Conditions, Priority, Actions, Tags }: CreateRuleCommandInput) {
      const listener = state.listener(ListenerArn)
      const priority = Number(Priority)
      if (!(priority >= 1 && priority <= 50_000))
        throw new AwsError('ValidationError', 'Priority must be between 1 and 50000')
      if (state.rulesOf(listener.arn).some((each) => each.priority === priority)) {
        throw new AwsError('PriorityInUseException', `Priority '${priority}' is currently in use`)
      }
      const rule: RuleRecord = {
        arn: arn(
          'elasticloadbalancing',
          `${resourceOf(listener.arn).replace('listener/', 'listener-rule/')}/${newId()}`,
        ),
        listenerArn: listener.arn,
        priority,
        conditions: normaliseConditions(Conditions),
        actions: normaliseActions(state, Actions, { balancerArn: listener.balancerArn }),
      }
      state.rules.set(rule.arn, rule)
      setTags(state, rule.arn, Tags)
      state.publishListener(listener.arn)
      return { Rules: [ruleOf(rule)] }
    },

    DescribeRules({ ListenerArn, RuleArns, ...paging }: DescribeRulesCommandInput) {
      if (RuleArns?.length) return { Rules: RuleArns.map((each) => describeRule(state, each)) }
      const listener = state.listener(ListenerArn)
      const { items, ...rest } = page([...state.rulesOf(listener.arn).map(ruleOf), defaultRule(listener)], paging)
      return { Rules: items, ...rest }
    },

    ModifyRule({ RuleArn = '', Conditions, Actions }: ModifyRuleCommandInput) {
      refuseDefault(state, RuleArn)
      const rule = state.rule(RuleArn)
      const conditions = Conditions ? normaliseConditions(Conditions) : rule.conditions
      const actions =
        Actions &&
        normaliseActions(state, Actions, {
          balancerArn: state.listener(rule.listenerArn).balancerArn,
          before: rule.actions,
        })
      rule.conditions = conditions
      if (actions) rule.actions = actions
      state.publishListener(rule.listenerArn)
      return { Rules: [ruleOf(rule)] }
    },

    DeleteRule({ RuleArn = '' }: { RuleArn?: string }) {
      refuseDefault(state, RuleArn)
      const rule = state.rule(RuleArn)
      state.rules.delete(rule.arn)
      state.tags.delete(rule.arn)
      state.publishListener(rule.listenerArn)
      return {}
    },
  }
}

function listenerOf({ arn, balancerArn, port, defaultActions }: ListenerRecord) {
  return {
    ListenerArn: arn,
    LoadBalancerArn: balancerArn,
    Port: port,
    Protocol: 'HTTP',
    DefaultActions: defaultActions,
  }
}

function ruleOf({ arn, priority, conditions, actions }: RuleRecord) {
  return { RuleArn: arn, Priority: `${priority}`, Conditions: conditions, Actions: actions, IsDefault: false }
}

/** The default rule is the listener's default actions under an ARN of its own. */
function defaultRule(listener: ListenerRecord) {
  return {
    RuleArn: defaultRuleArn(listener),
    Priority: 'default',
    Conditions: [],
    Actions: listener.defaultActions,
    IsDefault: true,
  }
}

function defaultRuleArn({ arn }: ListenerRecord): string {
  return `${arn.replace(':listener/', ':listener-rule/')}/${arn.slice(-16)}`
}

function describeRule(state: ElbState, ruleArn: string) {
  const listener = [...state.listeners.values()].find((each) => defaultRuleArn(each) === ruleArn)
  return listener ? defaultRule(listener) : ruleOf(state.rule(ruleArn))
}

function refuseDefault(state: ElbState, ruleArn: string): void {
  if ([...state.listeners.values()].some((each) => defaultRuleArn(each) === ruleArn)) {
    throw new AwsError('OperationNotPermittedException', `Default rule '${ruleArn}' cannot be modified or deleted`)
  }
}
