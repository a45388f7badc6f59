import { type Clock, ExternalError } from '@interlock/model'

export interface Settling<State> {
  readonly clock: Clock
  readonly read: () => Promise<State>
  /** Whether the state is what the write was to bring about. */
  readonly isDone: (state: State) => boolean
  /** Exactly one write, never repeated by itself. */
  readonly write: (state: State) => Promise<void>
  /** Throws when the state found is not one that may be overwritten. Asked before every write. */
  readonly mayWrite?: (state: State) => void
  /** Milliseconds after which the last error is thrown. */
  readonly budget?: number
  readonly signal?: AbortSignal
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 4_000

/**
 * Read, compare, write, read back. An answer that was lost is settled by reading: the write is repeated only when the
 * state shows that it had no effect. Returns the state read back and the number of write calls that it took.
 */
export async function settle<State>(settling: Settling<State>): Promise<{ state: State; writes: number }> {
  const { clock, read, isDone, write, mayWrite, budget = 30_000, signal } = settling
  const deadline = clock.now().getTime() + budget
  let pause = FIRST_PAUSE
  let writes = 0
  let written = false
  let problem: unknown

  for (;;) {
    signal?.throwIfAborted()
    const state = await read()
    if (isDone(state)) return { state, writes }
    // An accepted write that is not visible yet is a stale read: wait for it, do not write again.
    if (!written) {
      mayWrite?.(state)
      try {
        writes += 1
        await write(state)
        written = true
        pause = FIRST_PAUSE
        continue
      } catch (error) {
        if (!(error instanceof ExternalError && error.call.transient)) throw error
        problem = error
      }
    }
    if (clock.now().getTime() >= deadline) {
      throw problem ?? new Error(`A write was accepted but did not become visible within ${budget / 1000} s.`)
    }
    await clock.sleep(pause, signal)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }
}
