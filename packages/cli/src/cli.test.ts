import { expect, test } from '@jest/globals'
import { runCli } from './index.ts'

async function run(...argv: string[]) {
  let written = ''
  let errors = ''
  const exitCode = await runCli(argv, {
    write: (text) => {
      written += text
    },
    error: (text) => {
      errors += text
    },
  })
  return { exitCode, written, errors }
}

test('judge tells the verdict, its evidence and the errors that would fail later looks', async () => {
  const { exitCode, written } = await run('judge', '--baseline', '36/3600', '--release', '40/600')
  expect(exitCode).toBe(0)
  expect(written).toMatch(/^FAIL: 40 of 600 requests failed \(6.7 %\) against 1.0 % before/)
  expect(written).toMatch(/look {2}requests {2}rolled back from this many errors on\n +1 +600 +\d+\n +3 +1800 +\d+/)
})

test('judge gives JSON, and an exit code where it is asked for one', async () => {
  const { exitCode, written } = await run(
    'judge',
    '--baseline',
    '0/3600',
    '--release',
    '40/60',
    '--json',
    '--exit-code',
  )
  expect(exitCode).toBe(1)
  expect(JSON.parse(written)).toMatchObject({ verdict: 'FAIL', evidence: { release: { errors: 40, requests: 60 } } })
})

test('all problems of a command line are told at once, with how it is meant', async () => {
  const { exitCode, errors } = await run('judge', '--baseline', '9/3', '--look', '20', '--min-ratio', 'x')
  expect(exitCode).toBe(2)
  for (const part of [
    '--baseline must be',
    '--release must be',
    '--look 20 is beyond',
    '--min-ratio must be',
    'Usage: interlock judge',
  ]) {
    expect(errors).toContain(part)
  }
})

test.each([[['judge', '--nope']], [['fly']], [[]]])('%j is refused with the usage', async (argv) => {
  const { exitCode, written, errors } = await run(...argv)
  expect(exitCode).toBe(2)
  expect(written + errors).toContain('Usage: interlock')
})

test('help is no error', async () => {
  expect((await run('--help')).exitCode).toBe(0)
  expect((await run('judge', '--help')).written).toContain('--tolerated-error-rate')
})
