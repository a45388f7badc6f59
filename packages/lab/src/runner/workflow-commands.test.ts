import { expect, test } from '@jest/globals'
import { createLogReader } from './workflow-commands.ts'

test('tells commands from text and reads their properties', () => {
  const read = createLogReader()
  expect(read('plain :: text')).toEqual({ kind: 'text', text: 'plain :: text' })
  expect(read('::group::Shift: the traffic')).toEqual({ kind: 'group', text: 'Shift: the traffic' })
  expect(read('  ::endgroup::')).toEqual({ kind: 'endgroup', text: '' })
  expect(read('::error file=a%2Cb.ts,line=3,title=a%3A b::first%0Asecond 100%25')).toEqual({
    kind: 'error',
    text: 'first\nsecond 100%',
    properties: { file: 'a,b.ts', line: '3', title: 'a: b' },
  })
  expect(read('::no-such-command::x')).toEqual({ kind: 'text', text: '::no-such-command::x' })
})

test('hides every line of a masked secret, and never shows the command that named it', () => {
  const read = createLogReader()
  expect(read('::add-mask::hunter2%0Asecond line')).toBeUndefined()
  expect(read('it is hunter2 here')?.text).toBe('it is *** here')
  expect(read('::warning::second line leaks')?.text).toBe('*** leaks')
})

test('takes no commands between stop-commands and its token', () => {
  const read = createLogReader()
  expect(read('::stop-commands::token-1')).toBeUndefined()
  expect(read('::error::not an error')).toEqual({ kind: 'text', text: '::error::not an error' })
  expect(read('::token-1::')).toBeUndefined()
  expect(read('::error::an error')?.kind).toBe('error')
})
