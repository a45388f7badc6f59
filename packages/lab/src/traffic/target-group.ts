import { request } from 'node:http'
import type { TargetGroupConfig, TargetHealth, TargetState } from '../ports.ts'
import { startPatience } from './patience.ts'

/** However fast lab time runs, a target has this long in wall time to answer a health check. */
const LEAST_CHECK_SECONDS = 1

interface Target {
  readonly address: string
  readonly port: number
  state: TargetState
  reason: string | undefined
  description: string | undefined
  successes: number
  failures: number
  timer: NodeJS.Timeout | undefined
  readonly gone: PromiseWithResolvers<void>
}

/** A target that a request can be sent to. */
export interface ChosenTarget {
  readonly address: string
  readonly port: number
  /** Every target of the group is unhealthy, so the balancer fails open and uses them all. */
  readonly failedOpen: boolean
}

/** Targets of one group, their health checks and their draining. */
export class TargetGroup {
  config: TargetGroupConfig
  readonly #targets: Target[] = []
  #inUse = false
  #turn = 0

  constructor(config: TargetGroupConfig) {
    this.config = config
  }

  /** A group that no rule forwards to does not check its targets: they are `unused`. */
  setInUse(inUse: boolean): void {
    if (inUse === this.#inUse) return
    this.#inUse = inUse
    for (const target of this.#targets) {
      if (target.state === 'draining') continue
      if (inUse) this.#begin(target)
      else this.#rest(target)
    }
  }

  register(address: string, port: number): void {
    const known = this.#targets.find((target) => target.address === address && target.port === port)
    if (known && known.state !== 'draining') return
    if (known) this.#remove(known)
    const target: Target = {
      ...{ address, port, state: 'unused', reason: 'Target.NotInUse', description: undefined, timer: undefined },
      ...{ successes: 0, failures: 0, gone: Promise.withResolvers<void>() },
    }
    this.#targets.push(target)
    if (this.#inUse) this.#begin(target)
    else this.#rest(target)
  }

  /**
   * No new requests from now on; shown as `draining` for the whole delay even when nothing is in flight
   * (ELB user guide, "Edit target group attributes", deregistration delay).
   */
  async deregister(address: string, port: number): Promise<void> {
    const target = this.#targets.find((each) => each.address === address && each.port === port)
    if (!target) return
    if (target.state === 'draining') return target.gone.promise
    if (target.state === 'unused') return this.#remove(target)
    clearTimeout(target.timer)
    set(target, 'draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress')
    target.timer = setTimeout(() => this.#remove(target), this.config.deregistrationDelaySeconds * 1000)
    return target.gone.promise
  }

  health(): TargetHealth[] {
    return this.#targets.map(({ address, port, state, reason, description }) => ({
      ...{ address, port, state },
      ...(reason !== undefined && { reason }),
      ...(description !== undefined && { description }),
    }))
  }

  /** The next target in turn; undefined when none is registered. `preferred` wins while it can be used. */
  choose(preferred?: { address: string; port: number }): ChosenTarget | undefined {
    const registered = this.#targets.filter(({ state }) => state !== 'draining' && state !== 'unused')
    const healthy = registered.filter(({ state }) => state === 'healthy')
    // Fail open: with no healthy target the balancer uses all that are registered.
    const usable = healthy.length > 0 ? healthy : registered
    const target =
      usable.find(({ address, port }) => address === preferred?.address && port === preferred.port) ??
      usable[this.#turn++ % Math.max(1, usable.length)]
    if (!target) return undefined
    return {
      address: target.address,
      port: target.port,
      failedOpen: healthy.length === 0,
    }
  }

  close(): void {
    for (const target of [...this.#targets]) this.#remove(target)
  }

  #begin(target: Target): void {
    clearTimeout(target.timer)
    target.successes = 0
    target.failures = 0
    set(target, 'initial', 'Elb.RegistrationInProgress', 'Target registration is in progress')
    if (!this.config.healthCheck.enabled) return set(target, 'healthy')
    target.timer = setTimeout(() => this.#check(target), 0)
  }

  #rest(target: Target): void {
    clearTimeout(target.timer)
    set(target, 'unused', 'Target.NotInUse', 'Target group is not configured to receive traffic from the load balancer')
  }

  #remove(target: Target): void {
    clearTimeout(target.timer)
    const at = this.#targets.indexOf(target)
    if (at >= 0) this.#targets.splice(at, 1)
    target.gone.resolve()
  }

  async #check(target: Target): Promise<void> {
    const { healthCheck } = this.config
    const begun = Date.now()
    const problem = await problemOf(target, healthCheck)
    if (!this.#targets.includes(target) || target.state === 'draining' || target.state === 'unused') return
    this.#count(target, problem)
    const pause = Math.max(0, healthCheck.intervalSeconds * 1000 - (Date.now() - begun))
    target.timer = setTimeout(() => this.#check(target), pause)
  }

  #count(target: Target, problem: Problem | undefined): void {
    const { healthyThreshold, unhealthyThreshold } = this.config.healthCheck
    if (!problem) {
      target.successes += 1
      target.failures = 0
      // A new target needs one success, one that was unhealthy the whole threshold (ELB user guide, "Health checks").
      if (target.state === 'initial' || target.successes >= healthyThreshold) set(target, 'healthy')
      return
    }
    target.failures += 1
    target.successes = 0
    if (target.failures >= unhealthyThreshold) set(target, 'unhealthy', problem.reason, problem.description)
    else if (target.state === 'initial') {
      set(target, 'initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress')
    }
  }
}

function set(target: Target, state: TargetState, reason?: string, description?: string): void {
  target.state = state
  target.reason = reason
  target.description = description
}

interface Problem {
  readonly reason: string
  readonly description: string
}

function problemOf({ address, port }: Target, check: TargetGroupConfig['healthCheck']): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    const probe = request(
      {
        ...{ host: address, path: check.path, agent: false },
        port: check.port === 'traffic-port' ? port : Number(check.port),
        headers: { 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
      },
      (answer) => {
        patience.end()
        answer.resume()
        const status = answer.statusCode ?? 0
        resolve(
          matches(check.matcher, status)
            ? undefined
            : {
                reason: 'Target.ResponseCodeMismatch',
                description: `Health checks failed with these codes: [${status}]`,
              },
        )
      },
    )
    const patience = startPatience(check.timeoutSeconds, LEAST_CHECK_SECONDS, () => {
      resolve({ reason: 'Target.Timeout', description: 'Request timed out' })
      probe.destroy()
    })
    probe.on('error', () => {
      patience.end()
      resolve({ reason: 'Target.FailedHealthChecks', description: 'Health checks failed' })
    })
    probe.end()
  })
}

/** `200`, `200,202` or `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to = from] = part.split('-').map(Number)
    return from !== undefined && to !== undefined && status >= from && status <= to
  })
}
