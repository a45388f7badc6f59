import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { advanceClock, clockEnvironment, writeClock } from './index.ts'

const run = promisify(execFile)

/** Runs a module in lab time and returns the JSON that it prints. */
async function inLabTime(file: string, script: string): Promise<Record<string, number | boolean | string>> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...clockEnvironment(file) },
  })
  return JSON.parse(stdout)
}

function newClock(rate: number, start?: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'clock-')), 'clock.json')
  writeClock(file, { rate, ...(start !== undefined && { start }) })
  return file
}

/** Six waits of `step` lab milliseconds, each by another kind of timer, and two ticks of intervals. */
const measure = (step: number) => `
import { setTimeout as sleep, setInterval as ticks, scheduler } from 'node:timers/promises'
import { setTimeout as fromTimers } from 'node:timers'
import { promisify } from 'node:util'
import { statSync } from 'node:fs'
const wall = performance.now(), lab = Date.now()
await new Promise((done) => setTimeout(done, ${step}))
await sleep(${step})
await scheduler.wait(${step})
await new Promise((done) => fromTimers(done, ${step}))
await promisify(setTimeout)(${step})
await new Promise((done) => AbortSignal.timeout(${step}).addEventListener('abort', done) ?? setTimeout(() => {}, ${step} * 2))
await new Promise((done) => { const timer = setInterval(() => done(clearInterval(timer)), ${step}) })
for await (const _ of ticks(${step})) break
const { mtime } = statSync(process.execPath)
class Day extends Date {}
console.log(JSON.stringify({ wall: performance.now() - wall, lab: Date.now() - lab, new: Math.abs(new Date() - Date.now()) < 1000,
  text: typeof Date(), instance: new Date(0) instanceof Date && mtime instanceof Date && new Day() instanceof Day,
  year: new Date(2020, 1, 1).getFullYear(), constructor: new Date().constructor === Date }))`

test.each([
  [1, 50],
  [20, 2000],
  [100, 4000],
])('at rate %i every kind of timer and Date run that much faster than the wall clock', async (rate, step) => {
  const { wall, lab, ...rest } = await inLabTime(newClock(rate), measure(step))
  // A timer may fire a millisecond of wall time early by the clock of Date.
  expect(Number(lab)).toBeGreaterThanOrEqual(8 * (step - rate))
  expect(Number(wall)).toBeGreaterThanOrEqual((8 * (step - rate)) / rate)
  expect(Number(lab) / Number(wall)).toBeGreaterThan(rate * 0.8)
  expect(Number(lab) / Number(wall)).toBeLessThan(rate * 1.2)
  expect(rest).toEqual({ new: true, text: 'string', instance: true, year: 2020, constructor: true })
})

test('processes that share the file agree on the time', async () => {
  const file = newClock(50)
  const times = await Promise.all(
    [1, 2].map(() =>
      inLabTime(
        file,
        'console.log(JSON.stringify({ lab: Date.now(), wall: performance.timeOrigin + performance.now() }))',
      ),
    ),
  )
  const [a, b] = times.map(({ lab, wall }) => Number(lab) - Number(wall) * 50)
  expect(Math.abs((a ?? 0) - (b ?? 0))).toBeLessThan(500)
})

test('a process started after a jump lives after it', async () => {
  const start = Date.parse('2026-01-01T00:00:00Z')
  const file = newClock(1, start)
  advanceClock(file, 3600)
  const { lab } = await inLabTime(file, 'console.log(JSON.stringify({ lab: Date.now() }))')
  expect(Number(lab) - start).toBeGreaterThanOrEqual(3_600_000)
  expect(Number(lab) - start).toBeLessThan(3_620_000)
})

test('a jump in the same process fires the timers that became due, in order, and leaves cleared ones alone', async () => {
  const { order, wall } = await inLabTime(
    newClock(1),
    `import { advanceClock } from ${JSON.stringify(`file://${import.meta.dirname}/clock-file.ts`)}
     const wall = performance.now(), order = []
     const cleared = setTimeout(() => order.push('cleared'), 30_000)
     const clearedLater = setTimeout(() => order.push('cleared later'), 3_000_000)
     setTimeout(() => order.push('second'), 60_000)
     setTimeout(() => order.push('first'), 20_000)
     const far = setTimeout(() => order.push('far'), 7_200_000)
     clearTimeout(cleared)
     advanceClock(process.env.LAB_CLOCK, 3600)
     clearTimeout(clearedLater)
     await new Promise((done) => setTimeout(done, 100))
     clearTimeout(far)
     console.log(JSON.stringify({ order: order.join(), wall: performance.now() - wall }))`,
  )
  expect(order).toBe('first,second')
  expect(Number(wall)).toBeLessThan(10_000)
})

test('an interval that is jumped over fires once and then goes on, and one that is cleared does not', async () => {
  const { ticks, cleared, wall } = await inLabTime(
    newClock(1),
    `import { advanceClock } from ${JSON.stringify(`file://${import.meta.dirname}/clock-file.ts`)}
     const wall = performance.now(), ticks = []
     let cleared = 0
     const gone = setInterval(() => { cleared += 1 }, 60_000)
     const timer = setInterval(() => ticks.push(Date.now()), 60_000)
     const idle = setInterval(() => {}, 60_000).unref()
     const wait = () => new Promise((done) => setTimeout(done, 60))
     advanceClock(process.env.LAB_CLOCK, 600)
     clearInterval(gone)
     await wait()
     const first = ticks.length
     advanceClock(process.env.LAB_CLOCK, 60)
     await wait()
     clearInterval(timer)
     advanceClock(process.env.LAB_CLOCK, 60)
     await wait()
     console.log(JSON.stringify({ ticks: [first, ticks.length].join(), cleared, wall: performance.now() - wall }))`,
  )
  expect([ticks, cleared]).toEqual(['1,2', 0])
  expect(Number(wall)).toBeLessThan(10_000)
})
