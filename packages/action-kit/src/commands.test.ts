import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { renderAnnotations } from './annotations.ts'
import { command, plainLine } from './commands.ts'

const TRICKY = [
  'plain',
  '100% of\r\nlines: a,b::c',
  '%0A is not a line end',
  '::error::nested',
  '',
  ' leading and trailing ',
  '\u{1F6A6} \u2028 umlaut \u00fc',
  '##[group]x',
]

test('workflow commands are byte for byte those of @actions/core', () => {
  const ours = TRICKY.flatMap((tricky) => [
    command('group', tricky),
    command('endgroup'),
    command('debug', tricky),
    command('add-mask', tricky),
    renderAnnotations([{ level: 'error', message: tricky }]),
    renderAnnotations([{ level: 'warning', message: tricky, title: `t${tricky}`, file: `f${tricky}`, startLine: 3 }]),
    renderAnnotations([{ level: 'notice', message: tricky, file: 'a:b,c%', startLine: 3, endLine: 7 }]),
  ]).join('')
  const script = `
    import * as core from '@actions/core'
    for (const tricky of ${JSON.stringify(TRICKY)}) {
      core.startGroup(tricky)
      core.endGroup()
      core.debug(tricky)
      core.setSecret(tricky)
      core.error(tricky)
      core.warning(tricky, { title: 't' + tricky, file: 'f' + tricky, startLine: 3 })
      core.notice(tricky, { file: 'a:b,c%', startLine: 3, endLine: 7 })
    }`
  const theirs = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
  expect(ours).toBe(theirs.toString())
})

test.each([
  '::error::x',
  '  \t::set-output name=a::b',
  'ok\n::stop-commands::x',
  'ok\r::debug::x',
  '\u0085::error::x',
  'text before ##[error]x',
])('%# a line of foreign text cannot be a workflow command', (foreign) => {
  for (const line of plainLine(foreign).split(/\r\n|\n|\r/)) {
    expect(line.replace(/^[\s\u0085]+/, '').startsWith('::')).toBe(false)
    expect(line).not.toContain('##[')
  }
})

test('other text is printed as it is', () => {
  expect(plainLine('a::b 100% # [x]')).toBe('a::b 100% # [x]\n')
})
