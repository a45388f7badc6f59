import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { LoggedCall } from '../call-log.ts'
import type { World } from '../control/world.ts'
import { NODE_24 } from '../runner/index.ts'
import type { Watchdog } from '../tasks/watchdog.ts'
import { CLOCK_RATE, IMAGES, PROPAGATION_SECONDS, ROOT } from './settings.ts'

/** local-aws as `npm run local-aws` starts it, and what can be asked of it besides AWS's own API. */
export interface LabProcess {
  readonly url: string
  /** Environment that puts a process into lab time, from outside. */
  readonly clock: Readonly<Record<string, string>>
  world(): Promise<World>
  calls(): Promise<LoggedCall[]>
  close(): Promise<void>
}

const STARTS_WITHIN_MS = 20_000
const ENDS_WITHIN_MS = 5_000

/** @throws Error with what local-aws said when it ends before it is ready. */
export async function startLab(watchdog: Watchdog): Promise<LabProcess> {
  const child = spawn(
    NODE_24,
    [
      'packages/lab/src/main.ts',
      ...['--port', '0', '--images', IMAGES],
      ...['--propagation', `${PROPAGATION_SECONDS}`, '--clock-rate', `${CLOCK_RATE}`],
    ],
    // A group of its own: Ctrl-C is for the demo, which ends the lab when it has put everything away.
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const { pid } = child
  if (pid !== undefined) {
    watchdog.guard(pid)
    child.once('exit', () => watchdog.release(pid))
  }
  const { url, clock } = await announcement(child)
  const get = async (path: string) => (await fetch(`${url}/_lab/${path}`)).json()
  return {
    url,
    clock,
    world: async () => (await get('world')) as World,
    calls: async () => (await get('calls')) as LoggedCall[],
    close: () => end(child),
  }
}

/** Reads the lines with which local-aws says that it is ready. */
function announcement(child: ChildProcess): Promise<Pick<LabProcess, 'url' | 'clock'>> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    let url = ''
    const fail = (why: string) => reject(new Error(`local-aws ${why}.\n${said.slice(-20).join('\n')}`))
    const timer = setTimeout(() => fail(`was not ready after ${STARTS_WITHIN_MS / 1000} s`), STARTS_WITHIN_MS)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      fail(`ended with ${signal ?? code} before it was ready`)
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        url ||= /ready at (\S+)/.exec(line)?.[1] ?? ''
        const [, file, options] = /LAB_CLOCK=(\S+) NODE_OPTIONS=(.+)$/.exec(line) ?? []
        if (!url || !file || !options) return
        clearTimeout(timer)
        resolve({ url, clock: { LAB_CLOCK: file, NODE_OPTIONS: options } })
      })
    }
  })
}

/** SIGTERM, so that it ends its tasks; SIGKILL to the whole group when that takes too long. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const { pid } = child
  child.kill('SIGTERM')
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), ENDS_WITHIN_MS)
  await ended
  clearTimeout(timer)
}
