import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { CallLog } from './call-log.ts'
import { realNow, wallTimeout } from './clock/index.ts'
import { Faults } from './faults.ts'
import { AwsError, ShapeError } from './wire/aws-error.ts'
import { type Call, callOf, type WireAnswer } from './wire/protocol.ts'
import type { Service } from './wire/service.ts'

/** No AWS request that the lab serves is near this. */
const LARGEST_BODY = 4 * 1024 * 1024

export interface ApiServer {
  readonly url: string
  readonly calls: CallLog
  readonly faults: Faults
  close(): Promise<void>
}

/** What the lab itself answers under `/_lab/`: method and path to JSON. */
export type LabRoutes = Readonly<Record<string, (body: unknown, query: URLSearchParams) => unknown>>

/** AWS's wire protocols over `services` on one loopback port. */
export async function startApiServer(
  services: readonly Service[],
  port: number,
  routes: LabRoutes,
): Promise<ApiServer> {
  const calls = new CallLog()
  const faults = new Faults()
  const own: LabRoutes = {
    'GET /_lab/calls': (_body, query) => calls.since(Number(query.get('since') ?? 0), query.get('caller') ?? undefined),
    'GET /_lab/faults': () => faults.list(),
    'POST /_lab/faults': (body) => {
      faults.add(body)
      return faults.list()
    },
    'DELETE /_lab/faults': (_body, query) => {
      faults.clear(query.get('caller') ?? undefined)
      return faults.list()
    },
    ...routes,
  }
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      // A client that hangs up in the middle is its own affair.
      if (request.destroyed && !request.complete) return
      const status = error instanceof BadRequest ? error.status : 500
      if (status === 500) console.error('local-aws:', error)
      if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
      response.end(`${error instanceof Error ? error.message : error}\n`)
    })
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const url = urlOf(request)
    if (url.pathname.startsWith('/_lab/')) return serveLab(own, request.method ?? 'GET', url, body, response)
    const call = callOf(services, { path: url.pathname, headers: request.headers, body })
    if (!call) {
      response.writeHead(404, { 'content-type': 'text/plain' })
      response.end(
        `This lab serves ${services.map(({ name }) => name).join(', ')} in their own protocols, nothing else.\n`,
      )
      return
    }
    await serveCall(call, response)
  }

  async function serveCall(call: Call, response: ServerResponse): Promise<void> {
    const { service, operation, caller } = call
    const facts = { service: service.name, operation, caller: caller.accessKey }
    const requestId = randomUUID()
    const complete = calls.open({ ...facts, action: `${service.iam}:${operation}`, at: realNow() })
    const fault = faults.strike({ ...facts, iam: service.iam })
    if (fault) complete({ fault: fault.fault })
    if (fault?.fault === 'timeout-before') return // Left open: the client gives up.
    if (fault?.fault === 'slow') await new Promise<void>((resolve) => wallTimeout(resolve, fault.milliseconds ?? 1000))

    let answer: WireAnswer
    try {
      if (fault?.fault === 'throttle') throw new AwsError(service.errors.throttled, 'Rate exceeded')
      if (fault?.fault === 'error-500') throw new AwsError('InternalFailure', 'An internal error occurred', 500)
      const handler = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined
      const input = call.input()
      complete({ resources: resourcesIn(input) })
      answer = call.answer(await handler?.(input, caller), requestId)
    } catch (error) {
      const known =
        error instanceof AwsError
          ? nameFor(service, error)
          : new AwsError('InternalFailure', 'The lab itself failed', 500)
      if (!(error instanceof AwsError)) console.error(`local-aws: ${service.name} ${operation}:`, error)
      answer = call.error(known, requestId)
      complete({ error: known.code })
    }
    if (fault?.fault === 'timeout-after') return
    complete({ status: answer.status, answeredAt: realNow() })
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body)
  }

  await listen(server, port)
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    calls,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** A shape that does not fit has another error name in each service. */
function nameFor({ errors }: Service, error: AwsError): AwsError {
  return error instanceof ShapeError ? new AwsError(errors.invalid, error.message) : error
}

/** Refused before it is known which service is asked. */
class BadRequest extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = URL.parse(url, 'http://lab')
  if (!parsed) throw new BadRequest(400, `${url} is not a path`)
  return parsed
}

/** ARNs that the request itself names, at its top level. */
function resourcesIn(input: unknown): string[] {
  return Object.values(input ?? {})
    .flat()
    .filter((value): value is string => typeof value === 'string' && value.startsWith('arn:'))
}

function serveLab(routes: LabRoutes, method: string, url: URL, body: Buffer, response: ServerResponse): void {
  const route = `${method} ${url.pathname}`
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined
  const write = (status: number, content: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(content)}\n`)
  }
  if (!handler) return write(404, { message: `No ${route}; there are: ${Object.keys(routes).join(', ')}` })
  try {
    write(200, handler(body.length > 0 ? JSON.parse(body.toString()) : undefined, url.searchParams) ?? {})
  } catch (error) {
    write(400, { message: error instanceof Error ? error.message : String(error) })
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += (part as Buffer).length
    if (size > LARGEST_BODY) throw new BadRequest(413, `A body has at most ${LARGEST_BODY} bytes`)
    parts.push(part as Buffer)
  }
  const body = Buffer.concat(parts)
  // The SDK compresses large bodies of operations that allow it, PutMetricData among them (Smithy requestCompression).
  return request.headers['content-encoding'] === 'gzip' ? unzipped(body) : body
}

function unzipped(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST_BODY })
  } catch (error) {
    throw new BadRequest(400, `The body is not gzip: ${error instanceof Error ? error.message : error}`)
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}
