import type {
  CreateTargetGroupCommandInput,
  DeleteTargetGroupCommandInput,
  DescribeTargetGroupsCommandInput,
  ModifyTargetGroupAttributesCommandInput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { arn, newId } from '../names.ts'
import { attributesOf, defaultsOf, GROUP_ATTRIBUTES, modifyAttributes } from './attributes.ts'
import { page } from './page.ts'
import { portOf } from './port.ts'
import type { ElbState, GroupRecord } from './state.ts'
import { setTags } from './tags.ts'

export function groupOperations(state: ElbState) {
  const describe = ({ arn, description }: GroupRecord) => ({ ...description, LoadBalancerArns: state.balancersOf(arn) })

  return {
    CreateTargetGroup({ Tags, ...input }: CreateTargetGroupCommandInput) {
      const { Name = '', Protocol = 'HTTP', TargetType = 'instance' } = input
      if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name)) {
        throw new AwsError('ValidationError', `'${Name}' is not a valid target group name`)
      }
      if (Protocol !== 'HTTP') throw new AwsError('ValidationError', `This lab forwards HTTP only, not '${Protocol}'`)
      if (TargetType !== 'ip')
        throw new AwsError('ValidationError', `This lab has targets of type ip only, not '${TargetType}'`)
      portOf(input.Port)
      const known = [...state.groups.values()].find(({ description }) => description.TargetGroupName === Name)
      if (known) {
        // Creating the same again succeeds (API reference, CreateTargetGroup: "This operation is idempotent").
        if (known.createdWith === JSON.stringify(input)) return { TargetGroups: [describe(known)] }
        throw new AwsError('DuplicateTargetGroupNameException', `A target group named '${Name}' already exists`)
      }
      const group: GroupRecord = {
        arn: arn('elasticloadbalancing', `targetgroup/${Name}/${newId()}`),
        createdWith: JSON.stringify(input),
        attributes: defaultsOf(GROUP_ATTRIBUTES),
        description: {
          ...{ TargetGroupName: Name, Protocol, Port: input.Port, VpcId: input.VpcId ?? 'vpc-lab', TargetType },
          ...{ ProtocolVersion: 'HTTP1', IpAddressType: 'ipv4', ...healthCheckOf(input) },
        },
      }
      group.description.TargetGroupArn = group.arn
      setTags(state, group.arn, Tags)
      state.groups.set(group.arn, group)
      state.publishGroup(group)
      return { TargetGroups: [describe(group)] }
    },

    DescribeTargetGroups({ TargetGroupArns, Names, LoadBalancerArn, ...paging }: DescribeTargetGroupsCommandInput) {
      if (TargetGroupArns?.length) return { TargetGroups: TargetGroupArns.map((each) => describe(state.group(each))) }
      const all = [...state.groups.values()].map(describe)
      if (Names?.length) {
        return {
          TargetGroups: Names.map((name) => {
            const found = all.find(({ TargetGroupName }) => TargetGroupName === name)
            if (!found) throw new AwsError('TargetGroupNotFoundException', `Target group '${name}' not found`)
            return found
          }),
        }
      }
      const balancer = LoadBalancerArn === undefined ? undefined : state.balancer(LoadBalancerArn)
      const wanted = balancer ? all.filter(({ LoadBalancerArns }) => LoadBalancerArns.includes(balancer.arn)) : all
      const { items, ...rest } = page(wanted, paging)
      return { TargetGroups: items, ...rest }
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
      state.tags.delete(TargetGroupArn)
      state.traffic.deleteTargetGroup(TargetGroupArn)
      return {}
    },

    DescribeTargetGroupAttributes({ TargetGroupArn }: { TargetGroupArn?: string }) {
      return { Attributes: attributesOf(state.group(TargetGroupArn).attributes) }
    },

    ModifyTargetGroupAttributes({ TargetGroupArn, Attributes }: ModifyTargetGroupAttributesCommandInput) {
      const group = state.group(TargetGroupArn)
      modifyAttributes(GROUP_ATTRIBUTES, group.attributes, Attributes)
      state.publishGroup(group)
      return { Attributes: attributesOf(group.attributes) }
    },
  }
}

const PATH = /^\/[\x21-\x7e]{0,1023}$/
/** `200`, `200,202` or `200-299`. */
const CODES = /^[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*$/

/** Bounds are those of the API reference, CreateTargetGroup. */
function healthCheckOf(input: CreateTargetGroupCommandInput): Partial<TargetGroup> {
  const interval = between('Health check interval', input.HealthCheckIntervalSeconds ?? 30, 5, 300)
  const timeout = between('Health check timeout', input.HealthCheckTimeoutSeconds ?? 5, 2, 120)
  if (timeout >= interval) {
    throw new AwsError('ValidationError', 'Health check interval must be greater than the timeout')
  }
  return {
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: checkPortOf(input.HealthCheckPort),
    HealthCheckEnabled: input.HealthCheckEnabled ?? true,
    HealthCheckPath: matching('Health check path', input.HealthCheckPath ?? '/', PATH),
    HealthCheckIntervalSeconds: interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount: between('Healthy threshold count', input.HealthyThresholdCount ?? 5, 2, 10),
    UnhealthyThresholdCount: between('Unhealthy threshold count', input.UnhealthyThresholdCount ?? 2, 2, 10),
    Matcher: { HttpCode: matching('Matcher', input.Matcher?.HttpCode ?? '200', CODES) },
  }
}

function checkPortOf(port = 'traffic-port'): string {
  return port === 'traffic-port' ? port : `${portOf(Number(port))}`
}

function matching(what: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value
  throw new AwsError('ValidationError', `${what} '${value}' is not valid`)
}

function between(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new AwsError('ValidationError', `${what} must be between ${least} and ${most}`)
}
