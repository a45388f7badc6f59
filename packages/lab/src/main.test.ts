import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateClusterCommand, RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { clientsFor, until } from './testing/clients.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-main-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function start(...given: string[]): ChildProcess & { output(): string } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...given], { stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  return Object.assign(child, { output: () => output })
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

test('tells all that is wrong with its arguments at once, and how to call it', async () => {
  const lab = start('--port', 'x', '--settle', '-1', '--images', join(folder, 'none.json'))
  expect(await ended(lab)).toBe(2)
  for (const text of ['--port', '--settle', '--images', 'Usage:']) expect(lab.output()).toContain(text)
  expect(lab.output()).not.toContain('    at ')
})

test.each(['SIGINT', 'SIGTERM'] as const)('leaves no process behind after %s', async (signal) => {
  const images = join(folder, 'images.json')
  const pidFile = join(folder, `${signal}.pid`)
  const script = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`
  writeFileSync(images, JSON.stringify({ idle: { command: [process.execPath, '-e', script] } }))
  const lab = start('--port', '0', '--images', images)
  const url = await until('it is ready', async () => /ready at (\S+)/.exec(lab.output())?.[1])
  const { ecs } = clientsFor(url)
  await ecs.send(new CreateClusterCommand({}))
  const containerDefinitions = [{ name: 'main', image: 'idle' }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'idle', containerDefinitions }))
  await ecs.send(new RunTaskCommand({ taskDefinition: 'idle' }))
  const pid = await until('the task runs', async () => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')))
  expect(process.kill(pid, 0)).toBe(true)
  const end = ended(lab)
  lab.kill(signal)
  expect(await end).toBe(0)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
