import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { NODE_24 } from '../runner/index.ts'

/** Process ids with those of their parents. */
function processes(): { pid: number; parent: number }[] {
  if (!existsSync('/proc/self/stat')) {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    return stdout.trim().split('\n').map(pair)
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // The name in brackets may hold anything; state and parent follow its last bracket.
      const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent) }]
    } catch {
      return [] // It ended while we looked.
    }
  })
}

function pair(line: string): { pid: number; parent: number } {
  const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number)
  return { pid, parent }
}

function descendantsOf(root: number): number[] {
  const all = processes()
  const found = [root]
  for (const each of found) found.push(...all.filter(({ parent }) => parent === each).map(({ pid }) => pid))
  return found.slice(1)
}

async function demo() {
  const child = spawn(NODE_24, [join(import.meta.dirname, 'main.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'exit')
  while (!said.includes('requests/s: v1')) {
    if (child.exitCode !== null) throw new Error(`The demo ended:\n${said}`)
    await sleep(50)
  }
  return { child, ended, started: descendantsOf(child.pid ?? 0) }
}

async function leftOf(pids: readonly number[]): Promise<number[]> {
  // After SIGKILL it is the watchdogs that end the rest, a moment later.
  for (let tries = 0; ; tries += 1) {
    const alive = new Set(processes().map(({ pid }) => pid))
    const left = pids.filter((pid) => alive.has(pid))
    if (left.length === 0 || tries === 40) return left
    await sleep(50)
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the demo and all it started, with exit code %i', async (signal, code) => {
  const { child, ended, started } = await demo()
  // local-aws, the watchdogs of both, and two tasks.
  expect(started.length).toBeGreaterThanOrEqual(5)
  child.kill(signal)
  expect(await ended).toEqual([code, null])
  expect(await leftOf(started)).toEqual([])
})

test('a demo that is killed leaves nothing behind either', async () => {
  const { child, ended, started } = await demo()
  child.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(await leftOf(started)).toEqual([])
})
