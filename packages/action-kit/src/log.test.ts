import type { Clock } from '@interlock/model'
import { expect, test } from '@jest/globals'
import type { Annotation } from './annotations.ts'
import { createLog } from './log.ts'

function logWith() {
  const written: string[] = []
  const annotations: Annotation[] = []
  const time = { ms: 0 }
  const clock: Clock = { now: () => new Date(time.ms), sleep: async () => {} }
  return { log: createLog((text) => void written.push(text), clock, annotations), written, annotations, time }
}

test('a group is closed when its work fails', async () => {
  const { log, written } = logWith()
  const failing = log.group('Inspect', async () => {
    log.info('looking')
    throw new Error('gone')
  })
  await expect(failing).rejects.toThrow('gone')
  expect(written).toEqual(['::group::Inspect\n', 'looking\n', '::endgroup::\n'])
})

test('progress is printed when it says something new, at most every five seconds, else twice a minute', () => {
  const { log, written, time } = logWith()
  for (; time.ms <= 70_000; time.ms += 1_000) {
    const running = time.ms < 10_500 ? 1 : 2
    log.progress(`${running} of 2 tasks, ${time.ms / 1000} s`)
  }
  expect(written).toEqual(['1 of 2 tasks, 0 s', '2 of 2 tasks, 11 s', '2 of 2 tasks, 41 s'].map((line) => `${line}\n`))
})

test('a warning stands in the log where it happened and is an annotation later', () => {
  const { log, written, annotations } = logWith()
  log.warning('odd')
  log.annotate({ level: 'error', message: 'bad', file: 'a.sql', startLine: 3, importance: 5 })
  expect(written).toEqual(['Warning: odd\n', 'Error: bad (a.sql:3)\n'])
  expect(annotations).toHaveLength(2)
})
