import { ExternalError, type ReasonCode, UserError } from '@interlock/model'

/** How a step ended when it did not throw. */
export interface Ending {
  readonly reasonCode: ReasonCode
  /** The last line of the log: what happened, in one sentence. */
  readonly verdict: string
  /** A deliberate failure, such as a rollback: the outputs are all set and the step is red. */
  readonly failed?: boolean
}

/** What an error means for the step. A stack is shown at debug only, and only for what is our own fault. */
export function endingOf(error: unknown, signal: AbortSignal, debug: (message: string) => void): Ending {
  if (error instanceof UserError) return { failed: true, reasonCode: error.reasonCode, verdict: error.message }
  if (error instanceof ExternalError) return { failed: true, reasonCode: error.reasonCode, verdict: withFacts(error) }
  // An SDK that was told to stop throws an AbortError of its own: the reason it was told is the better message.
  if (signal.aborted && error !== signal.reason && (error as Error | undefined)?.name === 'AbortError') {
    return endingOf(signal.reason, signal, debug)
  }
  debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const message = error instanceof Error ? error.message : String(error)
  return {
    failed: true,
    reasonCode: 'internal-error',
    verdict: `This is a bug in Interlock: ${message.replace(/\.$/, '')}. Please report it with the log of a run that has debug logging on.`,
  }
}

/** The message of the error with those facts about the call that it does not tell yet. */
function withFacts({ message, call }: ExternalError): string {
  const { service, operation, code, status, requestId, attempts } = call
  const facts = [
    !message.includes(operation) && `${service} ${operation}`,
    !message.includes(code) && code,
    status !== undefined && `status ${status}`,
    requestId !== undefined && `request id ${requestId}`,
    attempts !== undefined && attempts > 1 && `${attempts} attempts`,
  ].filter((fact) => fact !== false)
  return facts.length > 0 ? `${message} (${facts.join(', ')})` : message
}
