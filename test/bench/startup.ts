import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { NODE_24 } from '@interlock/lab/runner'
import type { DeploymentHandle } from '@interlock/model'

const ROOT = resolve(import.meta.dirname, '../..')

/** Asks for the rule and its tags, both at once, before anything else, and needs no more than a handle for that. */
const ACTION = 'watch-and-rollback'
const FIRST_CALLS = /^Action=Describe(Rules|Tags)&/

/** A step that has made no call in this time makes none. */
const PATIENCE_MILLISECONDS = 20_000

const HANDLE: DeploymentHandle = {
  schemaVersion: 1,
  cluster: 'web',
  routing:
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/50dc6c495c0c9188/f2f7dc8e/9683b2d0',
  loadBalancer: 'app/web/50dc6c495c0c9188',
  previous: { service: 'web-blue', targetGroupArn: 'arn:blue', taskDefinition: 'web:1' },
  release: { service: 'web-green', targetGroupArn: 'arn:green', taskDefinition: 'web:2' },
  shiftedAt: '2026-01-01T00:00:00Z',
}

/** Milliseconds, one value a round. */
export interface Startup {
  /** `node -e 0`, from start to exit. */
  readonly empty: readonly number[]
  /** A step of the bundle, from start until its first request arrives at the endpoint of AWS. */
  readonly firstCall: readonly number[]
}

/**
 * Times both in turn, so that whatever else the machine does falls on both alike. Nothing is cached but by the file system.
 *
 * @param dist the bundle, as `npm run build` wrote it
 * @throws Error when the step's first call is not the one it should be, or there is none.
 */
export async function measureStartup(dist: string, rounds: number): Promise<Startup> {
  const checkout = checkoutOf(dist)
  const server = createServer()
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const environment = environmentOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, checkout)
    const stub = join(checkout, 'actions', ACTION, 'main.js')
    const empty: number[] = []
    const firstCall: number[] = []
    // The first round brings the files into the file system's cache and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const blank = await timeUntil(['-e', '0'], environment)
      const call = await timeUntil([stub], environment, server)
      if (round === 0) continue
      empty.push(blank)
      firstCall.push(call)
    }
    return { empty, firstCall }
  } finally {
    server.close()
    server.closeAllConnections()
    rmSync(checkout, { recursive: true, force: true })
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** What the runner has of us: the repository's files, and no node_modules. */
function checkoutOf(dist: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'startup-'))
  cpSync(dist, join(folder, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'actions', ACTION), join(folder, 'actions', ACTION), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  writeFileSync(join(folder, 'output'), '')
  return folder
}

/** As configure-aws-credentials leaves it, with the defaults of the action's inputs; nothing of this process. */
function environmentOf(endpoint: string, checkout: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: checkout,
    RUNNER_TEMP: checkout,
    GITHUB_OUTPUT: join(checkout, 'output'),
    GITHUB_RUN_ID: '1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'runner',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    INPUT_DEPLOYMENT: JSON.stringify(HANDLE),
    'INPUT_WATCH-FOR': '15m',
    INPUT_BASELINE: '60m',
    'INPUT_MIN-RATIO': '2',
    'INPUT_MIN-ERRORS': '3',
    'INPUT_TOLERATED-ERROR-RATE': '0.1%',
    'INPUT_ON-INCONCLUSIVE': 'hold',
    INPUT_PREVIOUS: 'stop',
    'INPUT_DRY-RUN': 'true',
  }
}

/** Milliseconds until the process has ended or, with a server, until its first request has arrived. */
async function timeUntil(args: string[], env: Record<string, string>, server?: Server): Promise<number> {
  const begun = performance.now()
  const child = spawn(NODE_24, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = Promise.all([text(child.stdout), text(child.stderr)])
  const exit = once(child, 'exit')
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS)
  try {
    if (!server) {
      await exit
      return performance.now() - begun
    }
    const ended = exit.then(async () => {
      throw new Error(`The step ended without a call to AWS:\n${(await printed).join('')}`)
    })
    const [request] = (await Promise.race([once(server, 'request'), ended])) as [IncomingMessage]
    const milliseconds = performance.now() - begun
    const body = await text(request)
    if (!FIRST_CALLS.test(body)) throw new Error(`The first call was another than expected: ${body}`)
    // It will be killed, and that is no failure.
    ended.catch(() => {})
    return milliseconds
  } finally {
    clearTimeout(patience)
    child.kill('SIGKILL')
    await exit
  }
}
