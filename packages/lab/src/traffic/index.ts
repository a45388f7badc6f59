import type { Clock } from '@interlock/model'
import { clearWallTimeout, wallTimeout } from '../clock/index.ts'
import type { Addresses, LoadBalancerConfig, LoadBalancing, MetricStore, RuleConfig } from '../ports.ts'
import { createAccounting, type Outcome } from './accounting.ts'
import { Listener } from './listener.ts'
import { createCookieJar } from './stickiness.ts'
import { TargetGroup } from './target-group.ts'

/** Load balancer nodes report their hosts this often (lab time). */
const HOST_COUNT_MILLISECONDS = 60_000

export interface TrafficOptions {
  readonly clock: Clock
  readonly metrics: MetricStore
  readonly addresses: Addresses
  /** Wall seconds from a rule change until traffic follows it. AWS gives no figure: "rule updates do not take effect immediately". */
  readonly propagationSeconds: number
  /** Lab seconds from the end of a minute until its metrics can be read. */
  readonly settleSeconds: number
  /** 0 to 1; seeded in tests. */
  readonly random?: () => number
}

export interface Traffic extends LoadBalancing {
  /** The rules that traffic follows now, which lag behind those written. */
  inEffect(listenerArn: string): readonly RuleConfig[]
  onOutcome(listener: (outcome: Outcome) => void): void
}

interface Balancer {
  config: LoadBalancerConfig
  readonly address: string
}

interface Attached {
  readonly balancerArn: string
  readonly listener: Listener
  changes: NodeJS.Timeout[]
  written: readonly RuleConfig[]
}

/** Application Load Balancers as real HTTP servers on loopback. */
export function createLoadBalancing(options: TrafficOptions): Traffic {
  const { clock, metrics, addresses, propagationSeconds, settleSeconds, random = Math.random } = options
  const accounting = createAccounting(metrics, () => clock.now().getTime(), settleSeconds)
  const cookies = createCookieJar(() => clock.now().getTime())
  const balancers = new Map<string, Balancer>()
  const listeners = new Map<string, Attached>()
  const groups = new Map<string, TargetGroup>()
  const observers: ((outcome: Outcome) => void)[] = []

  /** A target group checks its targets once a rule forwards to it, whatever the weight. */
  const refreshUse = () => {
    const used = new Set([...listeners.values()].flatMap(({ written }) => groupsIn(written)))
    for (const [arn, group] of groups) group.setInUse(used.has(arn))
  }

  const countHosts = setInterval(() => {
    for (const { balancerArn, written } of listeners.values()) {
      const dimension = balancers.get(balancerArn)?.config.dimension ?? ''
      for (const arn of new Set(groupsIn(written))) {
        const group = groups.get(arn)
        const states = group?.health().map(({ state }) => state) ?? []
        if (!group || states.length === 0) continue
        const healthy = states.filter((state) => state === 'healthy').length
        accounting.hosts(
          dimension,
          group.config.dimension,
          healthy,
          states.filter((state) => state === 'unhealthy').length,
        )
      }
    }
  }, HOST_COUNT_MILLISECONDS)

  const traffic: Traffic = {
    createLoadBalancer(config) {
      const address = addresses.next()
      balancers.set(config.arn, { config, address })
      return { address }
    },

    updateLoadBalancer(config) {
      const balancer = balancers.get(config.arn)
      if (balancer) balancer.config = config
    },

    async deleteLoadBalancer(arn) {
      const own = [...listeners].filter(([, { balancerArn }]) => balancerArn === arn)
      await Promise.all(own.map(([listenerArn]) => traffic.deleteListener(listenerArn)))
      balancers.delete(arn)
    },

    async createListener(listenerArn, loadBalancerArn, port) {
      const balancer = balancers.get(loadBalancerArn)
      if (!balancer) throw new Error(`No load balancer ${loadBalancerArn}`)
      const listener = new Listener({
        // Read anew at each request, since attributes of the balancer can change.
        get loadBalancer() {
          return balancer.config
        },
        groupOf: (arn) => groups.get(arn),
        ...{ random, cookies },
        onOutcome(outcome) {
          accounting.count(outcome)
          for (const observe of observers) observe(outcome)
        },
      })
      await listener.listen(balancer.address, port)
      listeners.set(listenerArn, { balancerArn: loadBalancerArn, listener, changes: [], written: [] })
    },

    async deleteListener(listenerArn) {
      const attached = listeners.get(listenerArn)
      if (!attached) return
      for (const change of attached.changes) clearWallTimeout(change)
      listeners.delete(listenerArn)
      refreshUse()
      await attached.listener.close()
    },

    setRules(listenerArn, rules) {
      const attached = listeners.get(listenerArn)
      if (!attached) return
      const isFirst = attached.written.length === 0
      attached.written = rules
      refreshUse()
      if (isFirst || propagationSeconds === 0) {
        attached.listener.rules = rules
        return
      }
      const change = wallTimeout(() => {
        attached.listener.rules = rules
        attached.changes = attached.changes.filter((each) => each !== change)
      }, propagationSeconds * 1000)
      attached.changes.push(change)
    },

    putTargetGroup(config) {
      const known = groups.get(config.arn)
      if (known) known.config = config
      else groups.set(config.arn, new TargetGroup(config))
      refreshUse()
    },

    deleteTargetGroup(arn) {
      groups.get(arn)?.close()
      groups.delete(arn)
    },

    registerTarget: (arn, address, port) => groups.get(arn)?.register(address, port),
    deregisterTarget: async (arn, address, port) => groups.get(arn)?.deregister(address, port),
    targetHealth: (arn) => groups.get(arn)?.health() ?? [],
    inEffect: (listenerArn) => listeners.get(listenerArn)?.listener.rules ?? [],
    onOutcome: (observer) => void observers.push(observer),

    async close() {
      clearInterval(countHosts)
      for (const group of groups.values()) group.close()
      await Promise.all([...listeners.keys()].map((arn) => traffic.deleteListener(arn)))
    },
  }
  return traffic
}

function groupsIn(rules: readonly RuleConfig[]): string[] {
  return rules.flatMap(({ action }) => (action.type === 'forward' ? action.targetGroups.map(({ arn }) => arn) : []))
}
