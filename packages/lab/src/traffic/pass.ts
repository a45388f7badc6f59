import { type Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { clearWallTimeout, wallTimeout } from '../clock/index.ts'
import type { Outcome } from './accounting.ts'
import { forwardedHeaders, withoutHopByHop } from './headers.ts'
import { startPatience } from './patience.ts'
import type { ChosenTarget } from './target-group.ts'

/** How long the balancer tries to connect to a target. ALB: 10 s (troubleshooting page, HTTP 504). */
const CONNECT_MILLISECONDS = 10_000
/** However fast lab time runs, a target may be silent for this long in wall time. */
const LEAST_IDLE_SECONDS = 5

export interface Passing {
  readonly agent: Agent
  readonly target: ChosenTarget
  readonly idleTimeoutSeconds: number
  /** `Set-Cookie` values of the balancer itself. */
  readonly cookies: readonly string[]
  /** Called once, with what became of the request. */
  readonly onEnd: (outcome: Pick<Outcome, 'status' | 'byBalancer' | 'connectionError' | 'targetSeconds'>) => void
}

/** Passes a request to its target and the answer back, both as streams. */
export function pass(incoming: IncomingMessage, answer: ServerResponse, passing: Passing): void {
  let ended = false
  const finish = (outcome: Parameters<Passing['onEnd']>[0]) => {
    if (ended) return false
    ended = true
    passing.onEnd(outcome)
    return true
  }
  send(false)

  function send(isSecondTry: boolean): void {
    const { agent, target, cookies } = passing
    const begun = performance.now()
    const outgoing = request({
      ...{ host: target.address, port: target.port, agent },
      ...{ method: incoming.method, path: incoming.url, headers: forwardedHeaders(incoming) },
    })
    let connected = false
    const fail = (status: 502 | 504, connectionError = false) => {
      if (!finish({ status, byBalancer: true, ...(connectionError && { connectionError }) })) return
      outgoing.destroy()
      // An answer that has begun can only be broken off.
      if (answer.headersSent) answer.destroy()
      else write(answer, status, status === 502 ? 'Bad Gateway' : 'Gateway Time-out')
    }
    const connecting = wallTimeout(() => fail(504, true), CONNECT_MILLISECONDS)
    const silence = startPatience(passing.idleTimeoutSeconds, LEAST_IDLE_SECONDS, () => fail(504))
    outgoing.on('close', () => {
      clearWallTimeout(connecting)
      silence.end()
    })
    outgoing.on('socket', (socket) => {
      // It may have waited in the agent with a time-out of its own.
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
      silence.renew()
      fromTarget.on('data', silence.renew)
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
      if (answer.writableFinished) return
      finish({ status: 460, byBalancer: true })
      outgoing.destroy()
    })
    if (isSecondTry) outgoing.end()
    else {
      incoming.on('data', silence.renew)
      incoming.pipe(outgoing)
    }
  }
}

/** An answer that the balancer makes itself. */
export function write(
  answer: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  const text = Buffer.from(body)
  answer.writeHead(status, {
    server: 'awselb/2.0',
    'content-type': 'text/html',
    ...headers,
    'content-length': text.length,
  })
  answer.end(text)
}

function isRepeatable({ method, headers }: IncomingMessage): boolean {
  return (
    ['GET', 'HEAD', 'OPTIONS'].includes(method ?? '') &&
    headers['content-length'] === undefined &&
    !headers['transfer-encoding']
  )
}
