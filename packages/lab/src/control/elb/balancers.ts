import type {
  CreateLoadBalancerCommandInput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancersCommandInput,
  ModifyLoadBalancerAttributesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { arn, newId, resourceOf } from '../names.ts'
import { attributesOf, BALANCER_ATTRIBUTES, defaultsOf, modifyAttributes } from './attributes.ts'
import { page } from './page.ts'
import type { BalancerRecord, ElbState } from './state.ts'
import { setTags } from './tags.ts'

export function balancerOperations(state: ElbState, now: () => Date) {
  return {
    CreateLoadBalancer({ Tags, ...input }: CreateLoadBalancerCommandInput) {
      const { Name = '', Type = 'application', Scheme = 'internet-facing' } = input
      if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(Name)) {
        throw new AwsError('ValidationError', `'${Name}' is not a valid load balancer name`)
      }
      if (Type !== 'application') {
        throw new AwsError('ValidationError', `This lab has application load balancers only, not '${Type}'`)
      }
      const known = [...state.balancers.values()].find(({ description }) => description.LoadBalancerName === Name)
      if (known) {
        // Creating the same again succeeds (API reference, CreateLoadBalancer: "This operation is idempotent").
        if (known.createdWith === JSON.stringify(input)) return { LoadBalancers: [known.description] }
        throw new AwsError('DuplicateLoadBalancerNameException', `A load balancer named '${Name}' already exists`)
      }
      const created: BalancerRecord = {
        arn: arn('elasticloadbalancing', `loadbalancer/app/${Name}/${newId()}`),
        createdWith: JSON.stringify(input),
        attributes: defaultsOf(BALANCER_ATTRIBUTES),
        description: {},
      }
      setTags(state, created.arn, Tags)
      const { address } = state.traffic.createLoadBalancer(configOf(created))
      Object.assign(created.description, {
        LoadBalancerArn: created.arn,
        // AWS gives a DNS name; here it is the balancer's own loopback address, which every client can resolve.
        DNSName: address,
        LoadBalancerName: Name,
        ...{ Type, Scheme, CreatedTime: now(), State: { Code: 'active' }, IpAddressType: 'ipv4', VpcId: 'vpc-lab' },
        AvailabilityZones: (input.Subnets ?? []).map((SubnetId) => ({ SubnetId })),
        SecurityGroups: input.SecurityGroups ?? [],
      })
      state.balancers.set(created.arn, created)
      return { LoadBalancers: [created.description] }
    },

    DescribeLoadBalancers({ LoadBalancerArns, Names, ...paging }: DescribeLoadBalancersCommandInput) {
      if (LoadBalancerArns?.length) {
        return { LoadBalancers: LoadBalancerArns.map((each) => state.balancer(each).description) }
      }
      const all = [...state.balancers.values()].map(({ description }) => description)
      if (!Names?.length) {
        const { items, ...rest } = page(all, paging)
        return { LoadBalancers: items, ...rest }
      }
      return {
        LoadBalancers: Names.map((name) => {
          const found = all.find(({ LoadBalancerName }) => LoadBalancerName === name)
          if (!found) throw new AwsError('LoadBalancerNotFoundException', `Load balancer '${name}' not found`)
          return found
        }),
      }
    },

    async DeleteLoadBalancer({ LoadBalancerArn = '' }: DeleteLoadBalancerCommandInput) {
      const found = state.balancers.get(LoadBalancerArn)
      // Deleting what is gone succeeds (API reference, DeleteLoadBalancer).
      if (!found) return {}
      if (found.attributes.get('deletion_protection.enabled') === 'true') {
        throw new AwsError('OperationNotPermittedException', `'${LoadBalancerArn}' is protected against deletion`)
      }
      for (const listener of state.listenersOf(LoadBalancerArn)) state.forgetListener(listener)
      state.balancers.delete(LoadBalancerArn)
      state.tags.delete(LoadBalancerArn)
      await state.traffic.deleteLoadBalancer(LoadBalancerArn)
      return {}
    },

    DescribeLoadBalancerAttributes({ LoadBalancerArn }: { LoadBalancerArn?: string }) {
      return { Attributes: attributesOf(state.balancer(LoadBalancerArn).attributes) }
    },

    ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes }: ModifyLoadBalancerAttributesCommandInput) {
      const found = state.balancer(LoadBalancerArn)
      modifyAttributes(BALANCER_ATTRIBUTES, found.attributes, Attributes)
      state.traffic.updateLoadBalancer(configOf(found))
      return { Attributes: attributesOf(found.attributes) }
    },
  }
}

function configOf({ arn, attributes }: BalancerRecord) {
  return {
    arn,
    dimension: resourceOf(arn).replace(/^loadbalancer\//, ''),
    idleTimeoutSeconds: Number(attributes.get('idle_timeout.timeout_seconds')),
  }
}
