import type {
  CreateTargetGroupCommandInput,
  DeleteTargetGroupCommandInput,
  DeregisterTargetsCommandInput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetHealthCommandInput,
  ModifyTargetGroupAttributesCommandInput,
  RegisterTargetsCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { arn, newId } from '../names.ts'
import { attributesOf, modifyAttributes } from './balancers.ts'
import type { ElbState, GroupRecord } from './state.ts'
import { setTags } from './tags.ts'

const DEFAULTS = {
  'deregistration_delay.timeout_seconds': '300',
  'slow_start.duration_seconds': '0',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'load_balancing.algorithm.type': 'round_robin',
}

export function groupOperations(state: ElbState) {
  const describe = ({ arn, description }: GroupRecord) => ({ ...description, LoadBalancerArns: state.balancersOf(arn) })

  return {
    CreateTargetGroup(input: CreateTargetGroupCommandInput) {
      const { Name = '', Protocol = 'HTTP', Port, TargetType = 'instance', VpcId = 'vpc-lab', Tags } = input
      if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name)) {
        throw new AwsError('ValidationError', `'${Name}' is not a valid target group name`)
      }
      if (Protocol !== 'HTTP') throw new AwsError('ValidationError', `This lab forwards HTTP only, not '${Protocol}'`)
      if ([...state.groups.values()].some(({ description }) => description.TargetGroupName === Name)) {
        throw new AwsError('DuplicateTargetGroupNameException', `A target group with the name '${Name}' already exists`)
      }
      const interval = input.HealthCheckIntervalSeconds ?? 30
      const timeout = input.HealthCheckTimeoutSeconds ?? 5
      between('Health check interval', interval, 5, 300)
      between('Health check timeout', timeout, 2, 120)
      between('Healthy threshold count', input.HealthyThresholdCount ?? 5, 2, 10)
      between('Unhealthy threshold count', input.UnhealthyThresholdCount ?? 2, 2, 10)
      if (timeout >= interval) {
        throw new AwsError('ValidationError', 'Health check interval must be greater than the timeout')
      }
      const groupArn = arn('elasticloadbalancing', `targetgroup/${Name}/${newId()}`)
      const group: GroupRecord = {
        arn: groupArn,
        attributes: new Map(Object.entries(DEFAULTS)),
        description: {
          TargetGroupArn: groupArn,
          TargetGroupName: Name,
          ...{ Protocol, Port, VpcId, TargetType, ProtocolVersion: 'HTTP1', IpAddressType: 'ipv4' },
          HealthCheckProtocol: 'HTTP',
          HealthCheckPort: input.HealthCheckPort ?? 'traffic-port',
          HealthCheckEnabled: input.HealthCheckEnabled ?? true,
          HealthCheckPath: input.HealthCheckPath ?? '/',
          HealthCheckIntervalSeconds: interval,
          HealthCheckTimeoutSeconds: timeout,
          HealthyThresholdCount: input.HealthyThresholdCount ?? 5,
          UnhealthyThresholdCount: input.UnhealthyThresholdCount ?? 2,
          Matcher: { HttpCode: input.Matcher?.HttpCode ?? '200' },
        },
      }
      state.groups.set(groupArn, group)
      setTags(state, groupArn, Tags)
      state.publishGroup(group)
      return { TargetGroups: [describe(group)] }
    },

    DescribeTargetGroups({ TargetGroupArns, Names, LoadBalancerArn }: DescribeTargetGroupsCommandInput) {
      if (TargetGroupArns?.length) return { TargetGroups: TargetGroupArns.map((each) => describe(state.group(each))) }
      const all = [...state.groups.values()].map(describe)
      if (LoadBalancerArn) {
        return {
          TargetGroups: all.filter(({ LoadBalancerArns }) =>
            LoadBalancerArns.includes(state.balancer(LoadBalancerArn).arn),
          ),
        }
      }
      if (!Names?.length) return { TargetGroups: all }
      return {
        TargetGroups: Names.map((name) => {
          const found = all.find(({ TargetGroupName }) => TargetGroupName === name)
          if (!found) throw new AwsError('TargetGroupNotFoundException', `Target group '${name}' not found`)
          return found
        }),
      }
    },

    DeleteTargetGroup({ TargetGroupArn = '' }: DeleteTargetGroupCommandInput) {
      const users = state.usersOf(TargetGroupArn)
      if (users.length > 0) {
        throw new AwsError(
          'ResourceInUseException',
          `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
        )
      }
      state.groups.delete(TargetGroupArn)
      state.traffic.deleteTargetGroup(TargetGroupArn)
      return {}
    },

    DescribeTargetGroupAttributes({ TargetGroupArn }: { TargetGroupArn?: string }) {
      return { Attributes: attributesOf(state.group(TargetGroupArn).attributes) }
    },

    ModifyTargetGroupAttributes({ TargetGroupArn, Attributes }: ModifyTargetGroupAttributesCommandInput) {
      const group = state.group(TargetGroupArn)
      modifyAttributes(group.attributes, Attributes)
      state.publishGroup(group)
      return { Attributes: attributesOf(group.attributes) }
    },

    RegisterTargets({ TargetGroupArn, Targets = [] }: RegisterTargetsCommandInput) {
      const group = state.group(TargetGroupArn)
      for (const { Id = '', Port = group.description.Port ?? 80 } of Targets)
        state.traffic.registerTarget(group.arn, Id, Port)
      return {}
    },

    DeregisterTargets({ TargetGroupArn, Targets = [] }: DeregisterTargetsCommandInput) {
      const group = state.group(TargetGroupArn)
      const registered = state.traffic.targetHealth(group.arn)
      for (const { Id = '', Port } of Targets) {
        const own = registered.filter(({ address, port }) => address === Id && (Port === undefined || port === Port))
        for (const { address, port } of own) void state.traffic.deregisterTarget(group.arn, address, port)
      }
      return {}
    },

    DescribeTargetHealth({ TargetGroupArn, Targets }: DescribeTargetHealthCommandInput) {
      const group = state.group(TargetGroupArn)
      const all = state.traffic.targetHealth(group.arn).map(({ address, port, state, reason, description }) => ({
        Target: { Id: address, Port: port },
        HealthCheckPort: `${port}`,
        TargetHealth: {
          State: state,
          ...(reason && { Reason: reason }),
          ...(description && { Description: description }),
        },
      }))
      if (!Targets?.length) return { TargetHealthDescriptions: all }
      return {
        TargetHealthDescriptions: Targets.map(({ Id = '', Port = group.description.Port ?? 80 }) => {
          const known = all.find(({ Target }) => Target.Id === Id && Target.Port === Port)
          const unknown = {
            State: 'unused' as const,
            Reason: 'Target.NotRegistered' as const,
            Description: 'Target is not registered to the target group',
          }
          return known ?? { Target: { Id, Port }, HealthCheckPort: `${Port}`, TargetHealth: unknown }
        }),
      }
    },
  }
}

function between(what: string, value: number, least: number, most: number): void {
  if (value < least || value > most)
    throw new AwsError('ValidationError', `${what} must be between ${least} and ${most}`)
}
