/** Which calls a fault strikes: all those that match, or only the n-th of them. */
export interface FaultMatch {
  /** Its name (`Amazon ECS`) or the first part of its IAM actions (`ecs`). */
  readonly service?: string
  readonly operation?: string
  /** Access key id of the caller. */
  readonly caller?: string
  /** Counted from 1 among the calls that match the rest. */
  readonly nth?: number
}

export const FAULTS = ['throttle', 'error-500', 'timeout-before', 'timeout-after', 'slow'] as const

/**
 * `throttle` and `error-500` answer without effect; `timeout-before` never answers and has no effect; `timeout-after`
 * has its effect and never answers; `slow` answers late.
 */
export interface Fault {
  readonly match: FaultMatch
  readonly fault: (typeof FAULTS)[number]
  /** For `slow`: wall milliseconds. */
  readonly milliseconds?: number
  /** How many calls it strikes; without it every one. */
  readonly times?: number
}

export interface FaultedCall {
  readonly service: string
  readonly iam: string
  readonly operation: string
  readonly caller: string
}

/** The faults in force. */
export class Faults {
  #armed: { fault: Fault; seen: number; struck: number }[] = []

  /** @throws Error that says what is wrong with the entries. */
  add(entries: unknown): void {
    if (!Array.isArray(entries)) throw new Error('Faults are a list of {match, fault}')
    const checked = entries.map((entry: Partial<Fault>) => {
      if (!FAULTS.includes(entry?.fault as Fault['fault']))
        throw new Error(`\`fault\` must be one of ${FAULTS.join(', ')}`)
      const unknown = Object.keys(entry.match ?? {}).filter(
        (name) => !['service', 'operation', 'caller', 'nth'].includes(name),
      )
      if (unknown.length > 0) throw new Error(`\`match\` has no ${unknown.join(', ')}`)
      return { fault: { ...entry, match: entry.match ?? {} } as Fault, seen: 0, struck: 0 }
    })
    this.#armed.push(...checked)
  }

  list(): (Fault & { struck: number })[] {
    return this.#armed.map(({ fault, struck }) => ({ ...fault, struck }))
  }

  clear(caller?: string): void {
    this.#armed = caller === undefined ? [] : this.#armed.filter(({ fault }) => fault.match.caller !== caller)
  }

  /** The fault that strikes this call, if any. Counts the call. */
  strike(call: FaultedCall): Fault | undefined {
    let found: Fault | undefined
    for (const armed of this.#armed) {
      const { match, times = Number.POSITIVE_INFINITY } = armed.fault
      const fits =
        [call.service, call.iam, undefined].includes(match.service) &&
        (match.operation ?? call.operation) === call.operation &&
        (match.caller ?? call.caller) === call.caller
      if (!fits) continue
      armed.seen += 1
      if (found || armed.struck >= times || (match.nth !== undefined && armed.seen !== match.nth)) continue
      armed.struck += 1
      found = armed.fault
    }
    return found
  }
}
