import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '@interlock/model'

/** Lab time: the machine's own, or what the preloaded clock (clock/preload.js) has made of it. */
export const labClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    wait(milliseconds, undefined, signal && { signal }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error
    }),
}
