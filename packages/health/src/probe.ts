import type { Clock, Probe } from '@interlock/model'

/** How many answers in a row make the return of the old version more than luck. */
export const RESTORED_AFTER = 20

const PAUSE = 100
const PROBE_TIMEOUT = 10_000
/** One lost probe says nothing about a service. */
const TRIES = 5
const PAUSE_BETWEEN_TRIES = 1_000

/** The version that answers at `url`, as the response header names it; undefined when nobody answers or nobody says. */
export async function versionAt(url: string, header: string, signal?: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.timeout(PROBE_TIMEOUT)
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    })
    await answer.arrayBuffer()
    return answer.headers.get(header) ?? undefined
  } catch (error) {
    if (signal?.aborted) throw error
    return undefined // No answer is an answer here: nobody is serving.
  }
}

/** The version that answers now, asked a few times when nobody does; undefined when none names itself. */
export async function liveVersionAt(
  url: string,
  header: string,
  clock: Clock,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const version = await versionAt(url, header, signal)
    if (version !== undefined || attempt === TRIES) return version
    await clock.sleep(PAUSE_BETWEEN_TRIES, signal)
  }
}

/**
 * Probes the load balancer as a user would until the version before the shift has answered {@link RESTORED_AFTER} times
 * in a row. Returns the time of the first of those answers; undefined when the budget ran out first.
 */
export async function timeOfReturn(options: {
  readonly probe: Probe
  readonly clock: Clock
  readonly budgetMilliseconds: number
  readonly signal?: AbortSignal
}): Promise<Date | undefined> {
  const { probe, clock, budgetMilliseconds, signal } = options
  const deadline = clock.now().getTime() + budgetMilliseconds
  let first: Date | undefined
  let inARow = 0
  while (clock.now().getTime() < deadline) {
    const version = await versionAt(probe.url, probe.header, signal)
    if (version === probe.previousVersion) {
      first ??= clock.now()
      inARow += 1
      if (inARow === RESTORED_AFTER) return first
    } else {
      first = undefined
      inARow = 0
    }
    await clock.sleep(PAUSE, signal)
  }
  return undefined
}
