/**
 * Speeds time up in a process from outside: `node --import <this file>` with LAB_CLOCK naming a file
 * `{ anchorReal, anchorVirtual, rate }` (milliseconds since the epoch; see clock-file.ts). Virtual time is
 * `anchorVirtual + (real - anchorReal) * rate`. Scaled: Date, setTimeout and setInterval in all their forms, and
 * AbortSignal.timeout. Not scaled, and so still wall time: performance.now, process.hrtime, and timers inside Node
 * itself (socket time-outs). Plain JavaScript, so that it can be preloaded into anything.
 */
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'

const RealDate = Date
const machineNow = Date.now
const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
}
const LONGEST_TIMER = 2 ** 31 - 1
/** Timers up to this (lab milliseconds) need not be known to a jump: they fire soon in any case. */
const SHORT = 1000

if (process.env.LAB_CLOCK) install(process.env.LAB_CLOCK)

function install(file) {
  let clock
  /** Long timers that still wait, by the handle that was given out, so that a jump can bring them forward. */
  const waiting = new Map()

  const virtualNow = () => clock.anchorVirtual + (machineNow() - clock.anchorReal) * clock.rate
  const read = () => {
    clock = JSON.parse(readFileSync(file, 'utf8'))
  }
  read()

  // Date.prototype stays the real one, so that dates which Node makes itself are instances of Date too.
  RealDate.now = () => Math.floor(virtualNow())
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, called) =>
      Reflect.construct(target, given.length === 0 ? [virtualNow()] : given, called),
    // Date() without new gives text.
    apply: () => new RealDate(virtualNow()).toString(),
  })
  RealDate.prototype.constructor = globalThis.Date

  const realDelay = (milliseconds) => Math.min(Math.max(1, (Number(milliseconds) || 0) / clock.rate), LONGEST_TIMER)

  function setTimeout(callback, milliseconds, ...given) {
    const due = virtualNow() + (Number(milliseconds) || 0)
    const run = () => {
      waiting.delete(handle)
      callback(...given)
    }
    const handle = real.setTimeout(run, realDelay(milliseconds))
    if (Number(milliseconds) > SHORT) waiting.set(handle, { due, run, timer: handle })
    return handle
  }

  function setInterval(callback, milliseconds, ...given) {
    const every = Number(milliseconds) || 0
    const run = () => {
      const entry = waiting.get(handle)
      if (entry) entry.due = virtualNow() + every
      callback(...given)
    }
    const handle = real.setInterval(run, realDelay(every))
    if (every > SHORT) waiting.set(handle, { due: virtualNow() + every, run, timer: handle, every })
    return handle
  }

  /** A handle whose timer was brought forward stands for the new one. */
  function clearTimeout(handle) {
    real.clearTimeout(waiting.get(handle)?.timer ?? handle)
    waiting.delete(handle)
  }

  const sleep = (milliseconds, value, { signal, ref = true } = {}) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer)
        reject(
          Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
            name: 'AbortError',
            code: 'ABORT_ERR',
          }),
        )
      }
      let timer
      if (signal?.aborted) return abort()
      timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve(value)
      }, milliseconds)
      if (!ref) timer.unref()
      signal?.addEventListener('abort', abort, { once: true })
    })

  async function* ticks(milliseconds, value, options) {
    while (true) yield await sleep(milliseconds, value, options)
  }

  setTimeout[Symbol.for('nodejs.util.promisify.custom')] = sleep
  const scaled = { setTimeout, setInterval, clearTimeout, clearInterval: clearTimeout }
  Object.assign(globalThis, scaled)
  Object.assign(timers, scaled)
  Object.assign(timersPromises, { setTimeout: sleep, setInterval: ticks })
  timersPromises.scheduler.wait = (milliseconds, options) => sleep(milliseconds, undefined, options)
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController()
    setTimeout(
      () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      milliseconds,
    ).unref()
    return controller.signal
  }
  syncBuiltinESMExports()

  /** For what stays in wall time inside a process that runs fast. */
  globalThis[Symbol.for('interlock.lab.clock.wall')] = real

  /**
   * Called by clock-file.ts after it has rewritten the file: reads it and fires what has become due, in order. An
   * interval that was jumped over several times fires once, as after a machine's sleep.
   */
  globalThis[Symbol.for('interlock.lab.clock.jump')] = () => {
    read()
    const now = virtualNow()
    for (const [handle, entry] of [...waiting].sort(([, a], [, b]) => a.due - b.due)) {
      // Cleared by its number or by its own close().
      if (entry.timer._destroyed) {
        waiting.delete(handle)
        continue
      }
      const keepsAlive = entry.timer.hasRef()
      const start = (timer) => {
        if (!keepsAlive) timer.unref()
        entry.timer = timer
      }
      real.clearTimeout(entry.timer)
      const run = () => {
        if (entry.every !== undefined) start(real.setInterval(entry.run, realDelay(entry.every)))
        entry.run()
      }
      start(real.setTimeout(run, realDelay(entry.due - now)))
    }
  }
}
