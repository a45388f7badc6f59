import type { Clock } from '@interlock/model'

/** The longest delay of a timer; a longer one fires at once (Node: `TimeoutOverflowWarning`, set to 1 ms). */
const LONGEST_TIMER = 2 ** 31 - 1

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(milliseconds, signal) {
    let left = milliseconds
    do {
      await pause(Math.min(left, LONGEST_TIMER), signal)
      left -= LONGEST_TIMER
    } while (left > 0)
  },
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
