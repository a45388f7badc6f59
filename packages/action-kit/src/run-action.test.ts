import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const KIT = join(import.meta.dirname, 'index.ts')

/** Runs an action, given as source text of its members, in a process of its own, as the runner does. */
async function runProcess(
  members: string,
  { onLine = (_line: string, _kill: (signal: NodeJS.Signals) => void) => {} } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'kit-'))
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(folder, name)]),
  )
  for (const file of Object.values(files)) writeFileSync(file, '')
  const entry = join(folder, 'entry.mjs')
  writeFileSync(
    entry,
    `import { defineAction, oneOf, runAction, heading } from ${JSON.stringify(KIT)}
    await runAction(defineAction({
      name: 'tried', title: 'Tried', description: 'Tried', inputs: {}, outputs: { outcome: oneOf('done', 'failed') },
      onFailure: { outcome: 'failed' }, ${members} }), 'main')`,
  )
  const child = spawn(process.execPath, [entry], { env: { ...files }, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
    onLine(String(chunk), (signal) => child.kill(signal))
  })
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  const text = (name: string) => readFileSync(join(folder, name), 'utf8')
  const left = { output: text('GITHUB_OUTPUT'), state: text('GITHUB_STATE'), summary: text('GITHUB_STEP_SUMMARY') }
  rmSync(folder, { recursive: true })
  return { ...ended, out, ...left }
}

test('a process writes outputs, state and summary to the files of the runner and ends with 0', async () => {
  const { code, out, output, state, summary } = await runProcess(`async run({ outputs, summary }) {
    outputs.set({ outcome: 'done' })
    summary.add([heading('Good')])
    return { reasonCode: 'shifted', verdict: 'Done' } }`)
  expect([code, out.trim(), summary.trim()]).toEqual([0, 'Done', '## Good'])
  expect(output).toMatch(/reason-code<<(ghadelimiter_\S+)\nshifted\n\1\n/)
  expect(state).toMatch(/ended<<(ghadelimiter_\S+)\nshifted\n\1\n/)
})

test('a failure ends the process with 1 after all of a long log was taken, though a server still listens', async () => {
  const { code, out } = await runProcess(`async run({ log }) {
    await new Promise((resolve) => process.getBuiltinModule('node:http').createServer().listen(0, '127.0.0.1', resolve))
    for (let n = 0; n < 20_000; n += 1) log.info('line ' + n + ' ' + 'x'.repeat(100))
    throw new Error('odd') }`)
  expect(code).toBe(1)
  expect(out.match(/^line /gm)).toHaveLength(20_000)
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/^::error::This is a bug in Interlock: odd\./)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s lets a run end by itself, with its outputs', async (name) => {
  const { code, out, output } = await runProcess(
    `async run({ clock, signal, log }) { log.info('waiting'); await clock.sleep(60_000, signal) }`,
    { onLine: (line, kill) => void (line.includes('waiting') && kill(name)) },
  )
  expect([code, out]).toEqual([1, `waiting\n::error::The run was cancelled (${name}).\n`])
  expect(output).toMatch(/reason-code<<(ghadelimiter_\S+)\ncancelled\n\1\n/)
})

test('SIGKILL leaves outputs that say so', async () => {
  const { signal, output } = await runProcess(
    `async run({ clock, log }) { log.info('waiting'); await clock.sleep(60_000) }`,
    {
      onLine: (line, kill) => void (line.includes('waiting') && kill('SIGKILL')),
    },
  )
  expect(signal).toBe('SIGKILL')
  expect(output).toContain('outcome<<interlock_early\nfailed\ninterlock_early\n')
})

test('the toolkit is not loaded before the action has done its work', async () => {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const { out } = await runProcess(`async run({ log }) {
    const loaded = () => process.moduleLoadList.filter((name) => /undici/.test(name)).length
    log.info('before ' + loaded())
    await fetch('http://127.0.0.1:${port}')
    log.info('after ' + loaded())
    return { reasonCode: 'shifted', verdict: 'Done' } }`).finally(() => server.close())
  const [before = '', after = ''] = out.split('\n')
  // fetch proves that the count would see an HTTP client.
  expect([before, after]).toEqual(['before 0', expect.not.stringMatching(/^after 0$/)])
})

test('an error that nobody caught ends the step as any bug does, outputs included', async () => {
  const { code, out, output } = await runProcess(`async run({ clock }) {
    setTimeout(() => Promise.reject(new Error('stray')), 10)
    await clock.sleep(60_000) }`)
  expect(code).toBe(1)
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/^::error::This is a bug in Interlock: stray\. Please report it/)
  expect(output).toMatch(/reason-code<<(ghadelimiter_\S+)\ninternal-error\n\1\n/)
})
