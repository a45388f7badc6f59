import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { runAction } from './run-action.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder with an action of its own. */
function actionOf(main: string, { inputs = '', post = '' } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'action-'))
  folders.push(folder)
  const yml = ['name: Fixture', 'inputs:', inputs, 'runs:', '  using: node24', '  main: main.mjs']
  writeFileSync(join(folder, 'action.yml'), [...yml, ...(post ? ['  post: post.mjs'] : [])].join('\n'))
  writeFileSync(join(folder, 'main.mjs'), main)
  writeFileSync(join(folder, 'post.mjs'), post)
  return folder
}

test('gives inputs with their defaults to Node 24 and returns what the step wrote', async () => {
  const action = actionOf(
    `import { appendFileSync as append } from 'node:fs'
    const { env } = process
    append(env.GITHUB_OUTPUT, 'node=' + process.versions.node + '\\n')
    append(env.GITHUB_OUTPUT, 'given<<E\\n' + [env['INPUT_DRY-RUN'], env.INPUT_TWO_WORDS, env.INPUT_NONE].join('|') + '\\nE\\n')
    append(env.GITHUB_ENV, 'MORE=1\\n')
    append(env.GITHUB_PATH, '/opt/tool\\n')
    append(env.GITHUB_STEP_SUMMARY, '## Done\\n')
    console.log('::add-mask::s3cret')
    console.log('::group::Work')
    console.log('with s3cret in ' + process.cwd().length)
    console.error('::warning title=Careful::mind the gap')
    process.exitCode = env.CI === 'true' && env.GITHUB_RUN_ID === '77' && env.RUNNER_TEMP ? 3 : 4`,
    { inputs: "  dry-run:\n    default: false\n  two words:\n    default: 'a b'\n  none:\n    required: true" },
  )
  const seen: string[] = []
  const result = await runAction({
    action,
    inputs: { 'dry-run': 'true', unknown: 'x' },
    env: { GITHUB_RUN_ID: '77' },
    cwd: tmpdir(),
    onLine: ({ text }) => seen.push(text),
  })
  expect(result.exitCode).toBe(3)
  expect(result.outputs['node']).toMatch(/^24\./)
  expect(result.outputs['given']).toBe('true|a b|')
  expect(result.exported).toEqual({ MORE: '1' })
  expect(result.addedPaths).toEqual(['/opt/tool'])
  expect(result.summary).toBe('## Done\n')
  expect(result.lines.map(({ kind }) => kind).toSorted()).toEqual(['group', 'text', 'warning', 'warning'])
  expect(seen.join('\n')).toContain(`with *** in ${tmpdir().length}`)
  expect(result.annotations.map(({ text }) => text)).toEqual([
    "Unexpected input(s) 'unknown', valid inputs are ['dry-run', 'two words', 'none']",
    'mind the gap',
  ])
  expect(result.annotations[1]?.properties).toEqual({ title: 'Careful' })
  expect(result.seconds).toBeGreaterThan(0)
})

test('carries state from the main step to the post step', async () => {
  const action = actionOf(
    `import { appendFileSync } from 'node:fs'
    appendFileSync(process.env.GITHUB_STATE, 'rule=arn:x\\n')`,
    { post: "console.log('cleans up ' + process.env.STATE_rule)" },
  )
  const { state } = await runAction({ action })
  expect(state).toEqual({ rule: 'arn:x' })
  const post = await runAction({ action, phase: 'post', state })
  expect(post.lines.map(({ text }) => text)).toEqual(['cleans up arn:x'])
})

test('cancels with SIGINT and lets the step end by itself', async () => {
  const action = actionOf(`process.on('SIGINT', () => { console.log('cancelled'); process.exit(1) })
    setInterval(() => {}, 1000); console.log('ready')`)
  const cancel = new AbortController()
  const result = await runAction({ action, signal: cancel.signal, onLine: () => cancel.abort() })
  expect(result).toMatchObject({ exitCode: 1 })
  expect(result.killedBy).toBeUndefined()
  expect(result.lines.map(({ text }) => text)).toEqual(['ready', 'cancelled'])
})

test('asks, insists and then kills a step that does not end', async () => {
  const action = actionOf(`for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => console.log(name))
    setInterval(() => {}, 1000); console.log('ready')`)
  const cancel = new AbortController()
  const cancellation = { interruptToTerminate: 200, terminateToKill: 200 }
  const result = await runAction({ action, signal: cancel.signal, cancellation, onLine: () => cancel.abort() })
  expect(result).toMatchObject({ exitCode: 137, killedBy: 'SIGKILL' })
  expect(result.lines.map(({ text }) => text)).toEqual(['ready', 'SIGINT', 'SIGTERM'])
})

test('returns what was written before the machine was lost', async () => {
  const action = actionOf(`import { appendFileSync } from 'node:fs'
    appendFileSync(process.env.GITHUB_OUTPUT, 'early=1\\n')
    process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log('ready')`)
  const lost = new AbortController()
  const result = await runAction({ action, lost: lost.signal, onLine: () => lost.abort() })
  expect(result).toMatchObject({ exitCode: 137, killedBy: 'SIGKILL', outputs: { early: '1' } })
})

test('refuses defaults that would have to be evaluated, and other runtimes', async () => {
  const action = actionOf('', { inputs: `  token:\n    default: '\${{ github.token }}'` })
  await expect(runAction({ action })).rejects.toThrow('the default of token is an expression')
  writeFileSync(join(action, 'action.yml'), 'name: Old\nruns:\n  using: node20\n  main: main.mjs\n')
  await expect(runAction({ action })).rejects.toThrow('only `using: node24` runs here')
})
