import { expect, test } from '@jest/globals'
import { parseFileCommands } from './file-commands.ts'

test('reads both forms, keeps the lines of a value and lets the later setting win', () => {
  const text = 'a=1=2\nb<<END\nfirst\n\nthird=3\nEND\n\nc=x<<y\na=3\nempty=\nnothing<<END\nEND\n'
  expect(parseFileCommands(text)).toEqual({ a: '3', b: 'first\n\nthird=3', c: 'x<<y', empty: '', nothing: '' })
})

test('refuses what the runner refuses', () => {
  expect(() => parseFileCommands('just text\n')).toThrow("Invalid format 'just text'")
  expect(() => parseFileCommands('a<<END\nno end\n')).toThrow("Matching delimiter not found 'END'")
})
