import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/**
 * Lab time, shared by all processes that are started with the same file: milliseconds since the epoch; `rate` lab
 * seconds pass in one real second.
 */
export interface ClockFile {
  readonly anchorReal: number
  readonly anchorVirtual: number
  readonly rate: number
}

const JUMP = Symbol.for('interlock.lab.clock.jump')
const PRELOAD = pathToFileURL(`${import.meta.dirname}/preload.js`).href

/** Starts lab time at now, or at `start`. Write it before the first process that shall follow it is started. */
export function writeClock(file: string, { rate, start = realNow() }: { rate: number; start?: number }): void {
  if (!(rate > 0)) throw new Error(`A clock rate must be above 0, got ${rate}`)
  write(file, { anchorReal: realNow(), anchorVirtual: start, rate })
}

/**
 * Lets `seconds` of lab time pass at once. This process follows at once when it was started with the clock (timers that
 * became due fire, in order); processes started later follow from their start; others that already run do not.
 */
export function advanceClock(file: string, seconds: number): void {
  const { anchorReal, anchorVirtual, rate } = JSON.parse(readFileSync(file, 'utf8')) as ClockFile
  const now = realNow()
  write(file, { anchorReal: now, anchorVirtual: anchorVirtual + (now - anchorReal) * rate + seconds * 1000, rate })
  const jump = (globalThis as { [JUMP]?: () => void })[JUMP]
  jump?.()
}

/** What a process that shall live in lab time is started with. */
export function clockEnvironment(file: string): { LAB_CLOCK: string; NODE_OPTIONS: string } {
  return { LAB_CLOCK: file, NODE_OPTIONS: `--import=${PRELOAD}` }
}

/** A timer in wall time, also in a process whose timers run fast. */
export function wallTimeout(callback: () => void, milliseconds: number): NodeJS.Timeout {
  return (wall()?.setTimeout ?? setTimeout)(callback, milliseconds)
}

export function clearWallTimeout(timer: NodeJS.Timeout | undefined): void {
  ;(wall()?.clearTimeout ?? clearTimeout)(timer)
}

/** Milliseconds since the epoch in real time, also in a process whose Date runs fast. */
export function realNow(): number {
  return performance.timeOrigin + performance.now()
}

const WALL = Symbol.for('interlock.lab.clock.wall')

function wall(): { setTimeout: typeof setTimeout; clearTimeout: typeof clearTimeout } | undefined {
  return (globalThis as { [WALL]?: { setTimeout: typeof setTimeout; clearTimeout: typeof clearTimeout } })[WALL]
}

function write(file: string, clock: ClockFile): void {
  // A reader must never see half a file.
  writeFileSync(`${file}.new`, JSON.stringify(clock))
  renameSync(`${file}.new`, file)
}
