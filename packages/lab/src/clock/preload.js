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
const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
}
const LONGEST_TIMER = 2 ** 31 - 1

if (process.env.LAB_CLOCK) install(process.env.LAB_CLOCK)

function install(file) {
  let clock
  /** Long timers that still wait, by the handle that was given out, so that a jump can bring them forward. */
  const waiting = new Map()

  const virtualNow = () => clock.anchorVirtual + (RealDate.now() - clock.anchorReal) * clock.rate
  const read = () => {
    clock = JSON.parse(readFileSync(file, 'utf8'))
  }
  read()

  class LabDate extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(virtualNow())
      else super(...given)
    }

    static now() {
      return Math.floor(virtualNow())
    }
  }
  // Date() without new gives text; Date.prototype.constructor and instanceof must go on working.
  globalThis.Date = new Proxy(LabDate, { apply: () => new LabDate().toString() })
  RealDate.prototype.constructor = globalThis.Date

  const realDelay = (milliseconds) => Math.min(Math.max(1, (Number(milliseconds) || 0) / clock.rate), LONGEST_TIMER)

  function setTimeout(callback, milliseconds, ...given) {
    const due = virtualNow() + (Number(milliseconds) || 0)
    const run = () => {
      waiting.delete(handle)
      callback(...given)
    }
    const handle = real.setTimeout(run, realDelay(milliseconds))
    if (Number(milliseconds) > 1000) waiting.set(handle, { due, run, timer: handle })
    return handle
  }

  /** A handle whose timer was brought forward stands for the new one. */
  function clearTimeout(handle) {
    real.clearTimeout(waiting.get(handle)?.timer ?? handle)
    waiting.delete(handle)
  }

  function setInterval(callback, milliseconds, ...given) {
    return real.setInterval(callback, realDelay(milliseconds), ...given)
  }

  const promised = (value, { signal, ref = true } = {}, milliseconds) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer)
        reject(
          Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
            name: 'AbortError',
            code: 'ABORT_ERR',
          }),
        )
      }
      if (signal?.aborted)
        return reject(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }))
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve(value)
      }, milliseconds)
      if (!ref) timer.unref()
      signal?.addEventListener('abort', abort, { once: true })
    })

  const sleep = (milliseconds, value, options) => promised(value, options, milliseconds)
  setTimeout[Symbol.for('nodejs.util.promisify.custom')] = sleep
  globalThis.setTimeout = setTimeout
  globalThis.setInterval = setInterval
  globalThis.clearTimeout = clearTimeout
  timers.setTimeout = setTimeout
  timers.clearTimeout = clearTimeout
  timers.setInterval = setInterval
  timersPromises.setTimeout = sleep
  timersPromises.scheduler.wait = (milliseconds, options) => promised(undefined, options, milliseconds)
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

  /** Called by clock-file.ts after it has rewritten the file: reads it and fires what has become due, in order. */
  globalThis[Symbol.for('interlock.lab.clock.jump')] = () => {
    read()
    const now = virtualNow()
    for (const entry of [...waiting.values()].sort((a, b) => a.due - b.due)) {
      real.clearTimeout(entry.timer)
      entry.timer = real.setTimeout(entry.run, realDelay(entry.due - now))
    }
  }
}
