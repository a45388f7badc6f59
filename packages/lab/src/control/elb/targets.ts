import { isIPv4 } from 'node:net'
import type {
  DeregisterTargetsCommandInput,
  DescribeTargetHealthCommandInput,
  RegisterTargetsCommandInput,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TargetHealth } from '../../ports.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { portOf } from './port.ts'
import type { ElbState } from './state.ts'

export function targetOperations(state: ElbState) {
  return {
    RegisterTargets({ TargetGroupArn, Targets = [] }: RegisterTargetsCommandInput) {
      const group = state.group(TargetGroupArn)
      const stray = Targets.find(({ Id = '' }) => !isIPv4(Id))
      if (stray) throw new AwsError('InvalidTargetException', `'${stray.Id}' is not a valid IPv4 address`)
      const targets = Targets.map(({ Id = '', Port }) => ({ Id, port: portOf(Port, group.description.Port) }))
      for (const { Id, port } of targets) state.traffic.registerTarget(group.arn, Id, port)
      return {}
    },

    /** Answers at once; the targets drain. Those that are not registered are no error. */
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
      const all = state.traffic.targetHealth(group.arn).map(describe)
      if (!Targets?.length) return { TargetHealthDescriptions: all }
      return {
        TargetHealthDescriptions: Targets.map(
          ({ Id = '', Port = group.description.Port ?? 80 }) =>
            all.find(({ Target }) => Target?.Id === Id && Target.Port === Port) ?? notRegistered(Id, Port),
        ),
      }
    },
  }
}

function describe({ address, port, state, reason, description }: TargetHealth): TargetHealthDescription {
  return {
    Target: { Id: address, Port: port },
    HealthCheckPort: `${port}`,
    TargetHealth: {
      State: state,
      ...(reason && { Reason: reason as NonNullable<TargetHealthDescription['TargetHealth']>['Reason'] }),
      ...(description && { Description: description }),
    },
  }
}

function notRegistered(Id: string, Port: number): TargetHealthDescription {
  return {
    Target: { Id, Port },
    HealthCheckPort: `${Port}`,
    TargetHealth: {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    },
  }
}
