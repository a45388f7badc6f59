import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { LoggedCall } from './call-log.ts'
import type { World } from './control/world.ts'
import type { Fault } from './faults.ts'
import type { Image } from './ports.ts'
import { NODE_24 } from './runner/environment.ts'

export interface LabProcessOptions {
  /** Working directories of images must be absolute. */
  readonly images: Readonly<Record<string, Image>>
  readonly propagationSeconds?: number
  readonly settleSeconds?: number
  /** Lab seconds per real second. */
  readonly clockRate?: number
}

/** local-aws in a process of its own, as `npm run local-aws` starts it, and the ways to look into it. */
export interface LabProcess {
  readonly url: string
  readonly pid: number
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

export async function startLabProcess(options: LabProcessOptions): Promise<LabProcess> {
  const { images, propagationSeconds = 1, settleSeconds = 60, clockRate = 1 } = options
  const folder = mkdtempSync(join(tmpdir(), 'lab-images-'))
  const file = join(folder, 'images.json')
  writeFileSync(file, JSON.stringify(images))
  const settings = ['--propagation', propagationSeconds, '--settle', settleSeconds, '--clock-rate', clockRate].map(
    String,
  )
  const child = spawn(
    NODE_24,
    [resolve(import.meta.dirname, 'main.ts'), '--port', '0', '--images', file, ...settings],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const url = await new Promise<string>((found, failed) => {
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      const [, address] = /ready at (http\S+)/.exec(line) ?? []
      if (address) found(address)
    })
    child.once('exit', (code) => failed(new Error(`local-aws ended with exit code ${code}`)))
  })
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
    pid: child.pid ?? 0,
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
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
