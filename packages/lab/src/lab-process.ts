import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { LoggedCall } from './call-log.ts'
import type { World } from './control/world.ts'
import type { Fault } from './faults.ts'
import type { Image } from './ports.ts'
import { NODE_24 } from './runner/environment.ts'
import type { Watchdog } from './tasks/watchdog.ts'

export interface LabProcessOptions {
  /** Images by name, with absolute working directories, or the path of an images file. */
  readonly images: Readonly<Record<string, Image>> | string
  readonly propagationSeconds?: number
  readonly settleSeconds?: number
  /** Lab seconds per real second. */
  readonly clockRate?: number
  /** Ends the lab when whoever started it is killed. */
  readonly watchdog?: Watchdog
}

/** local-aws in a process of its own, as `npm run local-aws` starts it, and the ways to look into it. */
export interface LabProcess {
  readonly url: string
  /** AWS variables for a program that shall use the lab, in the lab's time. The access key tells callers apart. */
  environment(accessKey: string): Record<string, string>
  calls(caller?: string, since?: number): Promise<LoggedCall[]>
  world(): Promise<World>
  addFaults(faults: readonly Fault[]): Promise<void>
  clearFaults(caller?: string): Promise<void>
  /** Lets lab time pass at once. */
  advance(seconds: number): Promise<void>
  close(): Promise<void>
}

const STARTS_WITHIN_MILLISECONDS = 30_000
const ENDS_WITHIN_MILLISECONDS = 5_000

/** @throws Error with what local-aws said when it ends before it is ready. */
export async function startLabProcess(options: LabProcessOptions): Promise<LabProcess> {
  const { images, propagationSeconds = 1, settleSeconds = 60, clockRate = 1, watchdog } = options
  const folder = mkdtempSync(join(tmpdir(), 'lab-images-'))
  const file = typeof images === 'string' ? images : join(folder, 'images.json')
  if (typeof images !== 'string') writeFileSync(file, JSON.stringify(images))
  const settings = ['--propagation', propagationSeconds, '--settle', settleSeconds, '--clock-rate', clockRate]
  const child = spawn(
    NODE_24,
    [resolve(import.meta.dirname, 'main.ts'), '--port', '0', '--images', file, ...settings.map(String)],
    // A group of its own: Ctrl-C is for who started it, who ends the lab when everything else is put away.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const { pid } = child
  if (pid !== undefined) {
    watchdog?.guard(pid)
    child.once('exit', () => watchdog?.release(pid))
  }
  const url = await addressOf(child)
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}/_lab/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} /_lab/${path}: ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const { environment: clock } = await ask<{ environment: Record<string, string> }>('GET', 'clock')
  return {
    url,
    environment: (accessKey) => ({
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: 'any' },
      ...clock,
    }),
    calls: (caller, since = 0) => ask('GET', `calls?since=${since}${caller === undefined ? '' : `&caller=${caller}`}`),
    world: () => ask('GET', 'world'),
    addFaults: (faults) => ask('POST', 'faults', faults),
    clearFaults: (caller) => ask('DELETE', `faults${caller === undefined ? '' : `?caller=${caller}`}`),
    advance: (advanceSeconds) => ask('POST', 'clock', { advanceSeconds }),
    async close() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Where it says that it is ready. Its errors go on to ours. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    const said: string[] = []
    const fail = (why: string) => failed(new Error(`local-aws ${why}.\n${said.slice(-20).join('\n')}`))
    const timer = setTimeout(
      () => fail(`was not ready after ${STARTS_WITHIN_MILLISECONDS / 1000} s`),
      STARTS_WITHIN_MILLISECONDS,
    )
    child.once('error', failed)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      fail(`ended with ${signal ?? code} before it was ready`)
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        const [, url] = /ready at (http\S+)/.exec(line) ?? []
        if (stream === child.stderr) process.stderr.write(`${line}\n`)
        if (!url) return
        clearTimeout(timer)
        found(url)
      })
    }
  })
}

/** SIGTERM, so that it ends its tasks; SIGKILL to the whole group when that takes too long. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (child.exitCode !== null || child.signalCode !== null || pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), ENDS_WITHIN_MILLISECONDS)
  await ended
  clearTimeout(timer)
}
