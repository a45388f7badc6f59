import type { IncomingHttpHeaders } from 'node:http'
import { cbor } from '@smithy/core/cbor'
import { AwsError } from './aws-error.ts'
import { decode, decodeForm } from './decode.ts'
import { toCbor, toJson, toXml } from './encode.ts'
import type { Service } from './service.ts'
import { errorShape, type Schema, shapesOf } from './shape.ts'

export interface Caller {
  /** Access key id of the signature; tells runs apart that share one lab. */
  readonly accessKey: string
}

export interface WireRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string
}

/** A request whose service and operation are known, with the way to read its input and to write its answer. */
export interface Call {
  readonly service: Service
  readonly operation: string
  readonly caller: Caller
  input(): unknown
  answer(output: unknown, requestId: string): WireAnswer
  error(error: AwsError, requestId: string): WireAnswer
}

/** Which call a request is; undefined when it speaks none of the protocols to any of the services. */
export function callOf(services: readonly Service[], request: WireRequest): Call | undefined {
  return cborCall(services, request) ?? jsonCall(services, request) ?? queryCall(services, request)
}

/** AWS JSON 1.0 and 1.1: operation in `X-Amz-Target`. */
function jsonCall(services: readonly Service[], { headers, body }: WireRequest): Call | undefined {
  const [target = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.')
  const service = services.find((each) => each.target === target)
  if (!service) return undefined
  const contentType = String(headers['content-type'] ?? 'application/x-amz-json-1.1').split(';')[0] ?? ''
  const write = (
    status: number,
    content: unknown,
    requestId: string,
    more: Record<string, string> = {},
  ): WireAnswer => ({
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...more },
    body: JSON.stringify(content),
  })
  return {
    ...{ service, operation, caller: callerOf(headers) },
    input() {
      let value: unknown
      try {
        value = JSON.parse(body.toString() || '{}')
      } catch {
        throw new AwsError('SerializationException', 'The body is not JSON')
      }
      return decode(inputOf(service, operation), value ?? {})
    },
    answer: (output, requestId) => write(200, toJson(outputOf(service, operation), output ?? {}), requestId),
    error(error, requestId) {
      const { code, status } = namesOf(service, error)
      const queryError = service.target?.startsWith('Granite') ? { 'x-amzn-query-error': `${code};Sender` } : {}
      return write(status, { __type: error.code, message: error.message }, requestId, queryError)
    },
  }
}

/** Smithy RPC v2 CBOR: service and operation in the path. */
function cborCall(services: readonly Service[], { path, headers, body }: WireRequest): Call | undefined {
  if (headers['smithy-protocol'] !== 'rpc-v2-cbor') return undefined
  const [, target, operation = ''] = /^\/service\/([^/]+)\/operation\/([^/?]+)/.exec(path) ?? []
  const service = services.find((each) => each.target !== undefined && each.target === target)
  if (!service) return undefined
  const write = (
    status: number,
    content: unknown,
    requestId: string,
    more: Record<string, string> = {},
  ): WireAnswer => ({
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
      ...more,
    },
    body: Buffer.from(cbor.serialize(content)),
  })
  return {
    ...{ service, operation, caller: callerOf(headers) },
    input() {
      let value: unknown
      try {
        value = body.length === 0 ? {} : cbor.deserialize(body)
      } catch {
        throw new AwsError('SerializationException', 'The body is not CBOR')
      }
      return decode(inputOf(service, operation), value ?? {})
    },
    answer: (output, requestId) => write(200, toCbor(outputOf(service, operation), output ?? {}), requestId),
    error(error, requestId) {
      const { code, status } = namesOf(service, error)
      const __type = `${service.namespace}#${error.code}`
      return write(status, { __type, message: error.message }, requestId, { 'x-amzn-query-error': `${code};Sender` })
    },
  }
}

/** AWS query: operation and input in a form, answer in XML. */
function queryCall(services: readonly Service[], { headers, body }: WireRequest): Call | undefined {
  if (!String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return undefined
  const form = new URLSearchParams(body.toString())
  const operation = form.get('Action') ?? ''
  const service = services.find(({ version }) => version === form.get('Version'))
  if (!service) return undefined
  const write = (status: number, xml: string, requestId: string): WireAnswer => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  })
  const xmlns = `xmlns="http://${service.iam}.amazonaws.com/doc/${service.version}/"`
  return {
    ...{ service, operation, caller: callerOf(headers) },
    input: () => decodeForm(inputOf(service, operation), form),
    answer(output, requestId) {
      const result = toXml(outputOf(service, operation), output ?? {})
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
      const name = `${operation}Response`
      return write(
        200,
        `<${name} ${xmlns}><${operation}Result>${result}</${operation}Result>${metadata}</${name}>`,
        requestId,
      )
    },
    error(error, requestId) {
      const { code, status, type } = namesOf(service, error)
      const message = toXml(textSchema, error.message)
      const inside = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId>`
      return write(status, `<ErrorResponse ${xmlns}>${inside}</ErrorResponse>`, requestId)
    },
  }
}

const textSchema = { isStructSchema: () => false, isListSchema: () => false } as unknown as Schema

function inputOf(service: Service, operation: string): Schema {
  return knownShapes(service, operation).input
}

function outputOf(service: Service, operation: string): Schema {
  return knownShapes(service, operation).output
}

function knownShapes(service: Service, operation: string) {
  const shapes = Object.hasOwn(service.operations, operation) ? shapesOf(service.model, operation) : undefined
  if (!shapes)
    throw new AwsError(
      service.errors.unknownOperation,
      `${service.name} in this lab has no operation ${operation || '(none)'}`,
    )
  return shapes
}

function namesOf(service: Service, error: AwsError): { code: string; status: number; type: 'Sender' | 'Receiver' } {
  const known = errorShape(service.model, error.code)
  return known ?? { code: error.code, status: error.status, type: error.status < 500 ? 'Sender' : 'Receiver' }
}

function callerOf(headers: IncomingHttpHeaders): Caller {
  return { accessKey: /Credential=([^/,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? 'anonymous' }
}
