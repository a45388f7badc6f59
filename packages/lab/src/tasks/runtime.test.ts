import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import type { ContainerRuntime, Image } from '../ports.ts'
import { claimAddresses, createContainerRuntime } from './index.ts'

const node = (script: string): Image => ({ command: [process.execPath, '-e', script] })
const images = {
  'facts:1': node(
    'console.log(JSON.stringify([process.env.HOST, process.env.PORT, process.env.COLOUR, process.env.LAB_CLOCK]))',
  ),
  'exits:3': node('console.error("no database"); process.exitCode = 3'),
  'waits:1': node('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); console.log("up")'),
  'stubborn:1': node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'),
}
const spec = { address: '127.9.9.9', environment: {}, stopTimeoutSeconds: 0.2 }

let runtime: ContainerRuntime | undefined
afterEach(async () => {
  await runtime?.close()
  runtime = undefined
})

function start(image: string, more: Partial<Parameters<ContainerRuntime['start']>[0]> = {}) {
  runtime ??= createContainerRuntime(images, import.meta.dirname)
  return runtime.start({ image, ...spec, ...more })
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 200) throw new Error('did not happen within 4 s')
    await sleep(20)
  }
}

/** A zombie that nobody has waited for yet is not alive. */
function isAlive(pid: number | undefined): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

test('a container gets its environment, its address and its port, and nothing of the lab', async () => {
  const container = start('facts:1', { environment: { COLOUR: 'green' }, port: 8080 })
  expect(await container.ended).toEqual({ exitCode: 0 })
  await until(() => container.logTail().length > 0)
  expect(JSON.parse(container.logTail()[0] ?? '')).toEqual(['127.9.9.9', '8080', 'green', null])
})

test('the exit code and the last words of a container are kept', async () => {
  const container = start('exits:3')
  expect(await container.ended).toEqual({ exitCode: 3 })
  await until(() => container.logTail().includes('no database'))
})

test('an image that nobody knows cannot be pulled', async () => {
  expect(await start('nobody:1').ended).toMatchObject({ reason: expect.stringContaining('CannotPullContainerError') })
})

test('a program that is not there cannot be started', async () => {
  runtime = createContainerRuntime({ 'broken:1': { command: ['/no/such/program'] } }, '/')
  expect(await runtime.start({ image: 'broken:1', ...spec }).ended).toMatchObject({
    reason: expect.stringContaining('CannotStart'),
  })
})

test('stop is SIGTERM first', async () => {
  const container = start('waits:1')
  await until(() => container.logTail().includes('up'))
  expect(await container.stop()).toEqual({ exitCode: 0 })
})

test('a container that does not heed SIGTERM is killed after the stop time-out', async () => {
  const container = start('stubborn:1')
  await until(() => container.logTail().includes('up'))
  expect(await container.stop()).toEqual({ exitCode: 137, signal: 'SIGKILL' })
})

test('what a container started ends with it', async () => {
  runtime = createContainerRuntime(
    {
      'parent:1': node(
        `const { pid } = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' }); console.log(pid); setTimeout(() => process.exit(1), 200)`,
      ),
    },
    '/',
  )
  const container = runtime.start({ image: 'parent:1', ...spec })
  await until(() => container.logTail().length > 0)
  const child = Number(container.logTail()[0])
  expect(isAlive(child)).toBe(true)
  expect(await container.ended).toEqual({ exitCode: 1 })
  await until(() => !isAlive(child))
})

test('closing the runtime leaves no process', async () => {
  const container = start('stubborn:1')
  await runtime?.close()
  expect(isAlive(container.pid)).toBe(false)
})

test('no container outlives a lab that was killed', async () => {
  const lab = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createContainerRuntime } from ${JSON.stringify(`file://${import.meta.dirname}/runtime.ts`)}
       const runtime = createContainerRuntime(${JSON.stringify(images)}, '/')
       const pids = ['stubborn:1', 'waits:1'].map((image) => runtime.start({ image, ...${JSON.stringify(spec)} }).pid)
       console.log(pids.join())
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [text] = await once(lab.stdout, 'data')
  const pids = String(text).trim().split(',').map(Number)
  expect(pids.map(isAlive)).toEqual([true, true])
  lab.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
})

test('two labs on one machine get different addresses', async () => {
  const labs = await Promise.all([claimAddresses(), claimAddresses()])
  expect(labs[0].next()).not.toBe(labs[1].next())
  await Promise.all(labs.map((lab) => lab.close()))
})
