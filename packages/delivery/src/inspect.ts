import {
  type Journal,
  type Platform,
  type Routing,
  type ServiceState,
  type Split,
  type TrafficSwitch,
  UserError,
} from '@interlock/model'
import { journalOf } from './journal.ts'

/** A service with the target group that the rule gives traffic to. */
export interface SideState {
  readonly service: ServiceState
  readonly targetGroupArn: string
  readonly weight: number
}

/** What is really there before anything is changed. */
export interface Inspection {
  readonly cluster: string
  readonly routing: Routing
  readonly live: SideState
  readonly idle: SideState
  readonly healthyLiveTargets: number
  /** `app/<name>/<id>`, the load balancer's name in CloudWatch. */
  readonly loadBalancer: string
  /** Of an earlier shift that nobody has closed. */
  readonly journal?: Journal
}

/**
 * Reads routing, services and health of the live side.
 *
 * @throws UserError when the two services and the rule do not form two sides, one of them live and healthy.
 */
export async function inspect(options: {
  readonly trafficSwitch: TrafficSwitch
  readonly platform: Platform
  readonly cluster: string
  readonly services: readonly [string, string]
  readonly routingArn: string
}): Promise<Inspection> {
  const { trafficSwitch, platform, cluster, services, routingArn } = options
  const routing = await trafficSwitch.read(routingArn)
  const [first, second, journal] = await Promise.all([
    sideOf(platform, cluster, services[0], routing),
    sideOf(platform, cluster, services[1], routing),
    journalOf(trafficSwitch, routingArn),
  ])
  const { live, idle } = tellApart(first, second, routing)
  const [health, loadBalancer] = await Promise.all([
    trafficSwitch.targetHealth(live.targetGroupArn),
    trafficSwitch.loadBalancerOf(live.targetGroupArn),
  ])
  const healthyLiveTargets = health.filter(({ state }) => state === 'healthy').length
  if (healthyLiveTargets === 0) {
    throw new UserError(
      `The live side (${live.service.name}) has no healthy target, so a shift would have nothing to come back to. Bring it back to health first.`,
      'no-live-side',
    )
  }
  if (!loadBalancer) {
    throw new UserError(`The target group of ${live.service.name} belongs to no load balancer.`, 'unsupported-routing')
  }
  return { cluster, routing, live, idle, healthyLiveTargets, loadBalancer, ...(journal && { journal }) }
}

/** The split that gives the idle side all traffic. What the live side had is what the idle side gets. */
export function shiftedSplit({ routing, live, idle }: Pick<Inspection, 'routing' | 'live' | 'idle'>): Split {
  return {
    stickinessSeconds: routing.stickinessSeconds,
    weights: routing.weights.map(({ targetGroupArn, weight }) => {
      if (targetGroupArn === idle.targetGroupArn) return { targetGroupArn, weight: live.weight }
      if (targetGroupArn === live.targetGroupArn) return { targetGroupArn, weight: 0 }
      return { targetGroupArn, weight }
    }),
  }
}

export function sameSplit(a: Split, b: Split): boolean {
  const weightIn = ({ weights }: Split, arn: string) =>
    weights.find(({ targetGroupArn }) => targetGroupArn === arn)?.weight
  return (
    a.stickinessSeconds === b.stickinessSeconds &&
    a.weights.length === b.weights.length &&
    a.weights.every(({ targetGroupArn, weight }) => weightIn(b, targetGroupArn) === weight)
  )
}

async function sideOf(platform: Platform, cluster: string, name: string, routing: Routing): Promise<SideState> {
  const service = await platform.service(cluster, name)
  if (service?.status !== 'ACTIVE') {
    throw new UserError(
      service
        ? `Service ${name} in cluster ${cluster} is ${service.status}. Both services must be ACTIVE.`
        : `There is no service ${name} in cluster ${cluster}. Check the inputs \`cluster\` and \`services\`.`,
    )
  }
  if (service.controller !== 'ECS' || service.strategy !== 'ROLLING') {
    throw new UserError(
      `Service ${name} uses the ${service.controller} controller with the ${service.strategy} strategy. ` +
        'A weighted rule between two services needs the ECS controller with ROLLING on both, or AWS would move the weights too.',
      'unsupported-routing',
    )
  }
  const inRule = service.loadBalancers.flatMap(({ targetGroupArn }) =>
    routing.weights.filter((weight) => weight.targetGroupArn === targetGroupArn),
  )
  const [target, ...others] = inRule
  if (!target || others.length > 0) {
    throw new UserError(
      `Service ${name} must have exactly one target group among those that ${routing.arn} forwards to; it has ${inRule.length}. ` +
        'Give the rule a forward action with the target groups of both services, the idle one with weight 0.',
      'unsupported-routing',
    )
  }
  return { service, targetGroupArn: target.targetGroupArn, weight: target.weight }
}

function tellApart(a: SideState, b: SideState, routing: Routing): { live: SideState; idle: SideState } {
  if (a.targetGroupArn === b.targetGroupArn) {
    throw new UserError(
      `Services ${a.service.name} and ${b.service.name} share one target group.`,
      'unsupported-routing',
    )
  }
  const foreign = routing.weights.find(
    ({ targetGroupArn, weight }) =>
      weight > 0 && targetGroupArn !== a.targetGroupArn && targetGroupArn !== b.targetGroupArn,
  )
  if (foreign) {
    throw new UserError(
      `The rule also gives traffic to ${foreign.targetGroupArn}, which belongs to neither service. Two sides are needed, no third.`,
      'unsupported-routing',
    )
  }
  if (a.weight > 0 && b.weight > 0) {
    throw new UserError(
      `Both sides have traffic (${a.service.name} ${a.weight}, ${b.service.name} ${b.weight}): an unfinished change of somebody else. ` +
        'Decide which side is right and set the other weight to 0.',
      'both-sides-live',
    )
  }
  if (a.weight === 0 && b.weight === 0) {
    throw new UserError(
      'Neither side has traffic: all weights of the rule are 0. Give the live side its weight back.',
      'no-live-side',
    )
  }
  return a.weight > 0 ? { live: a, idle: b } : { live: b, idle: a }
}
