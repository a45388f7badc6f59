import { type Clock, ExternalError } from '@interlock/model'
import { expect, test } from '@jest/globals'
import { settle } from './settle.ts'

/** Time passes only while somebody waits. */
function idleClock(): Clock & { elapsed(): number } {
  let now = 0
  return {
    now: () => new Date(now),
    elapsed: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds
    },
  }
}

const failure = (code: string, transient: boolean) =>
  new ExternalError(code, { service: 'ELB', operation: 'ModifyRule', code, transient })

/** A weight behind an API whose write does what `script` says, one entry a call. */
function weightBehind(script: ('ok' | 'lost answer' | 'throttled' | 'denied')[], staleReads = 0) {
  let weight = 0
  let stale = 0
  const calls = { writes: 0 }
  return {
    calls,
    read: async () => {
      if (stale > 0) {
        stale -= 1
        return 0
      }
      return weight
    },
    write: async () => {
      const outcome = script[calls.writes] ?? 'ok'
      calls.writes += 1
      if (outcome === 'throttled') throw failure('Throttling', true)
      if (outcome === 'denied') throw failure('AccessDenied', false)
      weight = 100
      stale = staleReads
      if (outcome === 'lost answer') throw failure('TimeoutError', true)
    },
    isDone: (found: number) => found === 100,
  }
}

test('a state that is right already costs no write', async () => {
  const clock = idleClock()
  const { write, calls } = weightBehind([])
  expect(await settle({ clock, read: async () => 100, isDone: (found) => found === 100, write })).toEqual({
    state: 100,
    writes: 0,
  })
  expect(calls.writes).toBe(0)
})

test('a write whose answer was lost is not repeated when it had its effect', async () => {
  const api = weightBehind(['lost answer'])
  expect(await settle({ clock: idleClock(), ...api })).toEqual({ state: 100, writes: 1 })
})

test('a throttled write is tried again after a look', async () => {
  const api = weightBehind(['throttled', 'throttled', 'ok'])
  expect(await settle({ clock: idleClock(), ...api })).toEqual({ state: 100, writes: 3 })
})

test('a stale read after an accepted write is waited out, not written over', async () => {
  const api = weightBehind(['ok'], 3)
  expect(await settle({ clock: idleClock(), ...api })).toEqual({ state: 100, writes: 1 })
})

test('a refusal is thrown at once', async () => {
  const clock = idleClock()
  const api = weightBehind(['denied'])
  await expect(settle({ clock, ...api })).rejects.toThrow('AccessDenied')
  expect(clock.elapsed()).toBe(0)
})

test('the last problem is thrown when the budget is spent', async () => {
  const clock = idleClock()
  const api = weightBehind(Array(100).fill('throttled'))
  await expect(settle({ clock, ...api, budget: 10_000 })).rejects.toThrow('Throttling')
  expect(clock.elapsed()).toBeLessThan(20_000)
})

test('a state that must not be overwritten stops the write', async () => {
  const api = weightBehind([])
  const mayWrite = () => {
    throw new Error('somebody else was here')
  }
  await expect(settle({ clock: idleClock(), ...api, mayWrite })).rejects.toThrow('somebody else was here')
  expect(api.calls.writes).toBe(0)
})
