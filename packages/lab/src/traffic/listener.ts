import { randomUUID } from 'node:crypto'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clearWallTimeout, wallTimeout } from '../clock/index.ts'
import type { RuleAction, RuleConfig } from '../ports.ts'
import type { Outcome } from './accounting.ts'
import { ruleFor } from './match.ts'
import { type CookieJar, cookieIn } from './stickiness.ts'
import type { ChosenTarget, TargetGroup } from './target-group.ts'

type Forward = Extract<RuleAction, { type: 'forward' }>

/** An idle connection to a target is not used again after this long: Node's own servers close theirs after 5 s. */
const REUSE_MILLISECONDS = 1_000
/** How long the balancer tries to connect to a target. ALB: 10 s (troubleshooting page, HTTP 504). */
const CONNECT_MILLISECONDS = 10_000
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
      // Only a socket that idles is given up; `#pass` takes the time-out off again.
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
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
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
    const sealed = cookieIn(cookieHeader, GROUP_COOKIE)
    const stuckTo = action.stickinessSeconds ? this.#options.cookies.open(sealed) : undefined
    const arn = stickyGroup(action, stuckTo) ?? weightedChoice(action, this.#options.random())
    const group = arn === undefined ? undefined : this.#options.groupOf(arn)
    const target = group?.choose(this.#stickyTarget(group, cookieHeader))
    if (!group || !target) return this.#answer(answer, 503, 'Service Temporarily Unavailable')

    const cookies: string[] = []
    if (action.stickinessSeconds && arn !== undefined && stuckTo === undefined) {
      cookies.push(`${GROUP_COOKIE}=${this.#options.cookies.seal(arn)}; Max-Age=${action.stickinessSeconds}; Path=/`)
    }
    if (group.config.stickinessSeconds) {
      const value = this.#options.cookies.seal(`${target.address} ${target.port}`)
      cookies.push(`${TARGET_COOKIE}=${value}; Max-Age=${group.config.stickinessSeconds}; Path=/`)
    }
    this.#pass(incoming, answer, group, target, cookies)
  }

  #stickyTarget(group: TargetGroup, cookieHeader: string | undefined): { address: string; port: number } | undefined {
    if (!group.config.stickinessSeconds) return undefined
    const [address, port] = this.#options.cookies.open(cookieIn(cookieHeader, TARGET_COOKIE))?.split(' ') ?? []
    return address ? { address, port: Number(port) } : undefined
  }

  #pass(
    incoming: IncomingMessage,
    answer: ServerResponse,
    group: TargetGroup,
    target: ChosenTarget,
    cookies: string[],
  ): void {
    const { loadBalancer, onOutcome } = this.#options
    let ended = false
    const finish = (outcome: Pick<Outcome, 'status' | 'byBalancer'> & Partial<Outcome>) => {
      if (ended) return false
      ended = true
      onOutcome({
        loadBalancer: loadBalancer.dimension,
        targetGroup: group.config.dimension,
        ...(target.failedOpen && { failedOpen: true }),
        ...outcome,
      })
      return true
    }

    const send = (isSecondTry: boolean) => {
      const begun = performance.now()
      const outgoing = request({
        ...{ host: target.address, port: target.port, agent: this.#agent },
        ...{ method: incoming.method, path: incoming.url, headers: forwardedHeaders(incoming) },
      })
      let connected = false
      const fail = (status: 502 | 504, connectionError = false) => {
        if (!finish({ status, byBalancer: true, ...(connectionError && { connectionError }) })) return
        outgoing.destroy()
        if (answer.headersSent) answer.destroy()
        else write(answer, status, status === 502 ? 'Bad Gateway' : 'Gateway Time-out')
      }
      const connecting = wallTimeout(() => fail(504, true), CONNECT_MILLISECONDS)
      const idle = setTimeout(() => fail(504), loadBalancer.idleTimeoutSeconds * 1000)
      outgoing.on('close', () => {
        clearWallTimeout(connecting)
        clearTimeout(idle)
      })
      outgoing.on('socket', (socket) => {
        socket.setTimeout(0)
        const ready = () => {
          connected = true
          clearWallTimeout(connecting)
        }
        if (socket.connecting) socket.once('connect', ready)
        else ready()
      })
      outgoing.on('response', (fromTarget) => {
        const status = fromTarget.statusCode ?? 502
        const targetSeconds = (performance.now() - begun) / 1000
        const own = [fromTarget.headers['set-cookie'] ?? []].flat()
        const headers = withoutHopByHop(fromTarget.headers)
        answer.writeHead(status, cookies.length > 0 ? { ...headers, 'set-cookie': [...own, ...cookies] } : headers)
        fromTarget.pipe(answer)
        fromTarget.on('end', () => finish({ status, byBalancer: false, targetSeconds }))
        fromTarget.on('error', () => fail(502))
      })
      outgoing.on('error', () => {
        // A kept connection that the target closed just now: nothing was answered, so a request without a body may go again.
        const mayGoAgain =
          outgoing.reusedSocket && !isSecondTry && !ended && !answer.headersSent && isRepeatable(incoming)
        if (mayGoAgain) send(true)
        else fail(502, !connected)
      })
      answer.on('close', () => {
        // The client has gone: the target's answer is of no use to anyone. 460 is ALB's own code for it.
        if (!answer.writableFinished && finish({ status: 460, byBalancer: true })) outgoing.destroy()
      })
      if (isSecondTry) outgoing.end()
      else incoming.pipe(outgoing)
    }
    send(false)
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

function write(answer: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  const text = Buffer.from(body)
  answer.writeHead(status, {
    server: 'awselb/2.0',
    'content-type': 'text/html',
    ...headers,
    'content-length': text.length,
  })
  answer.end(text)
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

function isRepeatable({ method, headers }: IncomingMessage): boolean {
  return (
    ['GET', 'HEAD', 'OPTIONS'].includes(method ?? '') &&
    headers['content-length'] === undefined &&
    !headers['transfer-encoding']
  )
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function withoutHopByHop(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value]],
    ),
  )
}

function forwardedHeaders({ headers, socket }: IncomingMessage): Record<string, string | string[]> {
  const client = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const before = headers['x-forwarded-for']
  return {
    ...withoutHopByHop(headers),
    // The body's framing is hop by hop, so it is chosen anew: chunked stays chunked.
    ...(headers['transfer-encoding'] && { 'transfer-encoding': headers['transfer-encoding'] }),
    'x-forwarded-for': before === undefined ? client : `${before}, ${client}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': `${socket.localPort}`,
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
  }
}
