import type {
  CreateLoadBalancerCommandInput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancersCommandInput,
  ModifyLoadBalancerAttributesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { arn, newId, resourceOf } from '../names.ts'
import type { BalancerRecord, ElbState } from './state.ts'
import { setTags } from './tags.ts'

/** Defaults of an Application Load Balancer, the ones that have an effect or that tools read. */
const DEFAULTS = {
  'idle_timeout.timeout_seconds': '60',
  'deletion_protection.enabled': 'false',
  'routing.http2.enabled': 'true',
  'client_keep_alive.seconds': '3600',
}

export function balancerOperations(state: ElbState, now: () => Date) {
  const config = ({ arn, attributes }: BalancerRecord) => ({
    arn,
    dimension: resourceOf(arn).replace(/^loadbalancer\//, ''),
    idleTimeoutSeconds: Number(attributes.get('idle_timeout.timeout_seconds')),
  })

  return {
    CreateLoadBalancer({
      Name = '',
      Type = 'application',
      Scheme = 'internet-facing',
      Tags,
    }: CreateLoadBalancerCommandInput) {
      if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name)) {
        throw new AwsError('ValidationError', `'${Name}' is not a valid load balancer name`)
      }
      if (Type !== 'application')
        throw new AwsError('ValidationError', `This lab has application load balancers only, not '${Type}'`)
      const known = [...state.balancers.values()].find(({ description }) => description.LoadBalancerName === Name)
      if (known)
        throw new AwsError(
          'DuplicateLoadBalancerNameException',
          `A load balancer with the name '${Name}' already exists`,
        )
      const id = newId()
      const created: BalancerRecord = {
        arn: arn('elasticloadbalancing', `loadbalancer/app/${Name}/${id}`),
        attributes: new Map(Object.entries(DEFAULTS)),
        description: {},
      }
      const { address } = state.traffic.createLoadBalancer(config(created))
      Object.assign(created.description, {
        LoadBalancerArn: created.arn,
        // AWS gives a DNS name; here it is the balancer's own loopback address, which every client can resolve.
        DNSName: address,
        LoadBalancerName: Name,
        ...{ Type, Scheme, CreatedTime: now(), State: { Code: 'active' }, IpAddressType: 'ipv4', VpcId: 'vpc-lab' },
        AvailabilityZones: [],
        SecurityGroups: [],
      })
      state.balancers.set(created.arn, created)
      setTags(state, created.arn, Tags)
      return { LoadBalancers: [created.description] }
    },

    DescribeLoadBalancers({ LoadBalancerArns, Names }: DescribeLoadBalancersCommandInput) {
      if (LoadBalancerArns?.length)
        return { LoadBalancers: LoadBalancerArns.map((each) => state.balancer(each).description) }
      const all = [...state.balancers.values()].map(({ description }) => description)
      if (!Names?.length) return { LoadBalancers: all }
      return {
        LoadBalancers: Names.map((name) => {
          const found = all.find(({ LoadBalancerName }) => LoadBalancerName === name)
          if (!found) throw new AwsError('LoadBalancerNotFoundException', `Load balancer '${name}' not found`)
          return found
        }),
      }
    },

    async DeleteLoadBalancer({ LoadBalancerArn = '' }: DeleteLoadBalancerCommandInput) {
      // Deleting what is gone succeeds.
      if (!state.balancers.delete(LoadBalancerArn)) return {}
      for (const listener of [...state.listeners.values()].filter(
        ({ balancerArn }) => balancerArn === LoadBalancerArn,
      )) {
        for (const rule of state.rulesOf(listener.arn)) state.rules.delete(rule.arn)
        state.listeners.delete(listener.arn)
      }
      await state.traffic.deleteLoadBalancer(LoadBalancerArn)
      return {}
    },

    DescribeLoadBalancerAttributes({ LoadBalancerArn }: { LoadBalancerArn?: string }) {
      return { Attributes: attributesOf(state.balancer(LoadBalancerArn).attributes) }
    },

    ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes }: ModifyLoadBalancerAttributesCommandInput) {
      const found = state.balancer(LoadBalancerArn)
      modifyAttributes(found.attributes, Attributes)
      state.traffic.updateLoadBalancer(config(found))
      return { Attributes: attributesOf(found.attributes) }
    },
  }
}

export function attributesOf(attributes: ReadonlyMap<string, string>) {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }))
}

/** Only attributes that the lab has an effect for can be changed: pretending otherwise would prove nothing. */
export function modifyAttributes(
  attributes: Map<string, string>,
  changes: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): void {
  for (const { Key = '' } of changes) {
    if (!attributes.has(Key))
      throw new AwsError(
        'ValidationError',
        `Load balancing attribute key '${Key}' is not one of this lab's: ${[...attributes.keys()].join(', ')}`,
      )
  }
  for (const { Key = '', Value = '' } of changes) attributes.set(Key, Value)
}
