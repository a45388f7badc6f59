/** One call of the AWS API, as an audit would keep it. */
export interface LoggedCall {
  /** Counted from 1 in order of arrival. */
  readonly n: number
  /** Real milliseconds since the epoch at arrival, and at the answer; 0 while there is none. */
  readonly at: number
  readonly answeredAt: number
  readonly service: string
  readonly operation: string
  /** IAM action, e.g. `elasticloadbalancing:ModifyRule`. */
  readonly action: string
  readonly caller: string
  /** ARNs at the top level of the request. */
  readonly resources?: readonly string[]
  /** 0 while, or when for ever, unanswered. */
  readonly status: number
  readonly error?: string
  readonly fault?: string
}

/** Later calls push the oldest out. */
const KEPT = 50_000

export class CallLog {
  readonly #calls: LoggedCall[] = []
  #last = 0

  /** Opens an entry and returns the function that completes it. */
  open(call: Pick<LoggedCall, 'service' | 'operation' | 'action' | 'caller' | 'at'>) {
    this.#last += 1
    const n = this.#last
    const entry: LoggedCall = { n, ...call, answeredAt: 0, status: 0 }
    this.#calls.push(entry)
    if (this.#calls.length > KEPT) this.#calls.shift()
    return (more: Partial<Pick<LoggedCall, 'resources' | 'status' | 'error' | 'fault' | 'answeredAt'>>) =>
      void Object.assign(entry, more)
  }

  since(n: number, caller?: string): LoggedCall[] {
    return this.#calls.filter((call) => call.n > n && (caller === undefined || call.caller === caller))
  }
}
