import { clearWallTimeout, wallTimeout } from '../clock/index.ts'

/** Waits that the balancer has with somebody else. */
export interface Patience {
  /** Something came: the wait begins anew. */
  renew(): void
  end(): void
}

/**
 * Calls `runsOut` after `seconds` of lab time, but not before `leastWallSeconds` of wall time (or `seconds`, where that
 * is less). Targets answer in wall time: at clock rate 40 a time-out of 5 s is an eighth of a second, and a machine
 * that is busy for so long must not pass for a target that hangs.
 */
export function startPatience(seconds: number, leastWallSeconds: number, runsOut: () => void): Patience {
  let lab: NodeJS.Timeout | undefined
  let wall: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(lab)
    clearWallTimeout(wall)
  }
  const renew = () => {
    end()
    let running = 2
    const isOver = () => {
      running -= 1
      if (running === 0) runsOut()
    }
    lab = setTimeout(isOver, seconds * 1000)
    wall = wallTimeout(isOver, Math.min(seconds, leastWallSeconds) * 1000)
  }
  renew()
  return { renew, end }
}
