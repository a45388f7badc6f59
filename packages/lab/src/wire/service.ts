import type { Caller } from './protocol.ts'

/** What an operation does: from its decoded input to its output, in the shapes of the service's model. */
// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs are checked against the model's shapes at the wire
export type Handler = (input: any, caller: Caller) => unknown

/** A service of the lab: a closed list of operations over AWS's own model. */
export interface Service {
  /** As people know it. */
  readonly name: string
  /** First part of its IAM actions. */
  readonly iam: string
  /** The SDK's package: every shape is exported as `<Name>$`. */
  readonly model: object
  /** API version, which tells services apart in the query protocol. */
  readonly version: string
  readonly namespace: string
  /** First part of `X-Amz-Target`, and service name of rpc-v2-cbor. */
  readonly target?: string
  /** Errors that the protocol itself needs. */
  readonly errors: { readonly unknownOperation: string; readonly throttled: string; readonly invalid: string }
  readonly operations: Readonly<Record<string, Handler>>
}
