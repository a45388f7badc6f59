import { expect, test } from '@jest/globals'
import { type Annotation, choose, renderAnnotations } from './annotations.ts'

test('the ten most important of each level are kept, the most important first, and the others counted', () => {
  const all: Annotation[] = Array.from({ length: 25 }, (_, n) => ({
    level: 'warning',
    message: `w${n}`,
    importance: n % 5,
  }))
  const { kept, dropped } = choose([...all, { level: 'error', message: 'e' }])
  expect(kept.map(({ message }) => message)).toEqual([
    ...['e', 'w4', 'w9', 'w14', 'w19', 'w24'],
    ...['w3', 'w8', 'w13', 'w18', 'w23'],
  ])
  expect([...dropped]).toEqual([['warning', 15]])
})

test('equally important ones keep their order, also when they are of the highest importance', () => {
  const all: Annotation[] = ['first', 'second'].map((message) => ({ level: 'error', message, importance: Infinity }))
  expect(choose(all).kept.map(({ message }) => message)).toEqual(['first', 'second'])
})

test('the log says how many were dropped', () => {
  const all: Annotation[] = Array.from({ length: 12 }, (_, n) => ({ level: 'notice', message: `n${n}` }))
  const lines = renderAnnotations(all).trimEnd().split('\n')
  expect(lines).toHaveLength(11)
  expect(lines.at(-1)).toBe('2 more of level notice stand in the log only: GitHub shows 10 of each level per step.')
})

test('a message is cut to what the runner keeps', () => {
  const line = renderAnnotations([{ level: 'error', message: 'x'.repeat(10_000) }])
  expect(line).toHaveLength('::error::'.length + 4_096 + '\n'.length)
})
