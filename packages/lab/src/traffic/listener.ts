import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RuleAction, RuleConfig } from '../ports.ts'
import type { Outcome } from './accounting.ts'
import { ruleFor } from './match.ts'
import { pass, write } from './pass.ts'
import { type CookieJar, cookieIn } from './stickiness.ts'
import type { TargetGroup } from './target-group.ts'

type Forward = Extract<RuleAction, { type: 'forward' }>

/** An idle connection to a target is not used again after this long: Node's own servers close theirs after 5 s. */
const REUSE_MILLISECONDS = 1_000
/** Clients may keep their connection this long, so that none meets a closing one. ALB: client keep-alive 3600 s. */
const CLIENT_KEEP_ALIVE_MILLISECONDS = 3_600_000

const GROUP_COOKIE = 'AWSALBTG'
const TARGET_COOKIE = 'AWSALB'

export interface ListenerOptions {
  readonly loadBalancer: { readonly dimension: string; readonly idleTimeoutSeconds: number }
  readonly groupOf: (arn: string) => TargetGroup | undefined
  readonly random: () => number
  readonly cookies: CookieJar
  readonly onOutcome: (outcome: Outcome) => void
}

/** A listener: takes requests, asks the rules that are in effect, and forwards. */
export class Listener {
  rules: readonly RuleConfig[] = []
  readonly #options: ListenerOptions
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#server = createServer((incoming, answer) => this.#serve(incoming, answer))
    this.#server.keepAliveTimeout = CLIENT_KEEP_ALIVE_MILLISECONDS
    this.#server.requestTimeout = 0
    this.#agent.on('free', (socket) => {
      // Only a socket that idles is given up; `pass` takes the time-out off again.
      if (socket.listenerCount('timeout', closeIdle) === 0) socket.on('timeout', closeIdle)
      socket.setTimeout(REUSE_MILLISECONDS)
    })
  }

  listen(address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    // Clients keep their connections for an hour, and none can be made any more now.
    this.#server.closeAllConnections()
    await closed
  }

  #serve(incoming: IncomingMessage, answer: ServerResponse): void {
    const url = URL.parse(incoming.url ?? '/', 'http://balancer')
    if (!url) return this.#answer(answer, 400, 'Bad Request')
    const rule = ruleFor(this.rules, {
      method: incoming.method ?? 'GET',
      host: incoming.headers.host ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      sourceAddress: incoming.socket.remoteAddress ?? '',
    })
    const action = rule?.action
    if (action?.type === 'forward') return this.#forward(action, incoming, answer)
    if (action?.type === 'fixed-response') {
      this.#answer(answer, action.status, action.body, { 'content-type': action.contentType || 'text/plain' })
    } else if (action?.type === 'redirect') {
      this.#answer(answer, action.status, '', { location: filledIn(action.location, incoming, url) })
    } else {
      this.#answer(answer, 503, 'No rule matches')
    }
  }

  #forward(action: Forward, incoming: IncomingMessage, answer: ServerResponse): void {
    const cookieHeader = incoming.headers.cookie
    const stuckTo = action.stickinessSeconds
      ? this.#options.cookies.open(cookieIn(cookieHeader, GROUP_COOKIE))
      : undefined
    const arn = stickyGroup(action, stuckTo) ?? weightedChoice(action, this.#options.random())
    const group = arn === undefined ? undefined : this.#options.groupOf(arn)
    const target = group?.choose(this.#stickyTarget(group, cookieHeader))
    if (!group || !target) return this.#answer(answer, 503, 'Service Temporarily Unavailable')

    const cookies: string[] = []
    // Renewed with each answer, as a session that goes on.
    const stick = (name: string, value: string, seconds: number | undefined) => {
      if (seconds) cookies.push(`${name}=${this.#options.cookies.seal(value, seconds)}; Max-Age=${seconds}; Path=/`)
    }
    stick(GROUP_COOKIE, arn ?? '', action.stickinessSeconds)
    stick(TARGET_COOKIE, `${target.address} ${target.port}`, group.config.stickinessSeconds)
    const { loadBalancer, onOutcome } = this.#options
    pass(incoming, answer, {
      ...{ agent: this.#agent, target, cookies, idleTimeoutSeconds: loadBalancer.idleTimeoutSeconds },
      onEnd: (outcome) =>
        onOutcome({
          loadBalancer: loadBalancer.dimension,
          targetGroup: group.config.dimension,
          ...(target.failedOpen && { failedOpen: true }),
          ...outcome,
        }),
    })
  }

  #stickyTarget(group: TargetGroup, cookieHeader: string | undefined): { address: string; port: number } | undefined {
    if (!group.config.stickinessSeconds) return undefined
    const [address, port] = this.#options.cookies.open(cookieIn(cookieHeader, TARGET_COOKIE))?.split(' ') ?? []
    return address ? { address, port: Number(port) } : undefined
  }

  #answer(answer: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
    this.#options.onOutcome({ loadBalancer: this.#options.loadBalancer.dimension, status, byBalancer: true })
    write(answer, status, body, headers)
  }
}

/** The location of a redirect: `#{host}` and its like stand for parts of the request. */
function filledIn(location: string, { headers, socket }: IncomingMessage, url: URL): string {
  const parts: Record<string, string> = {
    protocol: 'http',
    host: (headers.host ?? '').replace(/:\d+$/, ''),
    port: `${socket.localPort}`,
    path: url.pathname.slice(1),
    query: url.search.slice(1),
  }
  return location.replaceAll(/#\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole).replace(/\?$/, '')
}

function closeIdle(this: Socket): void {
  this.destroy()
}

/** A cookie holds while its group is still in the rule, whatever the group's weight is now. */
function stickyGroup({ targetGroups }: Forward, stuckTo: string | undefined): string | undefined {
  return targetGroups.find(({ arn }) => arn === stuckTo)?.arn
}

/** A group by its share of the weights; undefined when all are 0. */
function weightedChoice({ targetGroups }: Forward, random: number): string | undefined {
  const total = targetGroups.reduce((sum, { weight }) => sum + weight, 0)
  let left = random * total
  for (const { arn, weight } of targetGroups) {
    if (left < weight) return arn
    left -= weight
  }
  return undefined
}
