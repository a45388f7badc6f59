import { getEventListeners } from 'node:events'
import { expect, test } from '@jest/globals'
import { systemClock } from './clock.ts'

test('a sleep takes its time and leaves no listener behind', async () => {
  const { signal } = new AbortController()
  const begun = performance.now()
  await systemClock.sleep(50, signal)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(49)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('an abort ends a sleep at once with its reason, also one that came before', async () => {
  const controller = new AbortController()
  const reason = new Error('cancelled')
  const sleeping = systemClock.sleep(60_000, controller.signal)
  controller.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
  await expect(systemClock.sleep(60_000, controller.signal)).rejects.toBe(reason)
})

test('a sleep of a month does not end at once', async () => {
  const controller = new AbortController()
  const sleeping = systemClock.sleep(31 * 86_400_000, controller.signal).then(
    () => 'slept',
    () => 'still asleep',
  )
  await systemClock.sleep(50)
  controller.abort()
  expect(await sleeping).toBe('still asleep')
})
