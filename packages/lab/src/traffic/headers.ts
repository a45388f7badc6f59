import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** About one connection only (RFC 9110, 7.6.1): never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers of a message without those that are about its connection. */
export function withoutHopByHop(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value]],
    ),
  )
}

/** What a target gets: the client's headers, and who the client was (ALB guide, "HTTP headers", "Request tracing"). */
export function forwardedHeaders({ headers, socket }: IncomingMessage): Record<string, string | string[]> {
  const client = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const before = headers['x-forwarded-for']
  const traced = headers['x-amzn-trace-id']
  const traceId = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`
  return {
    ...withoutHopByHop(headers),
    // The body's framing is hop by hop, so it is chosen anew: chunked stays chunked.
    ...(headers['transfer-encoding'] && { 'transfer-encoding': headers['transfer-encoding'] }),
    'x-forwarded-for': before === undefined ? client : `${before}, ${client}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': `${socket.localPort}`,
    'x-amzn-trace-id': traced === undefined ? `Root=${traceId}` : `Self=${traceId};${traced}`,
  }
}
