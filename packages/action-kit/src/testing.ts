import type { Clock } from '@interlock/model'
import type { Action } from './action.ts'
import { systemClock } from './clock.ts'
import { variableOf } from './inputs.ts'
import { type Phase, runPhase } from './run-phase.ts'

/** What a step left behind. */
export interface Ended {
  readonly exitCode: number
  readonly outputs: Readonly<Record<string, string>>
  /** The output `result`, parsed. */
  readonly result: Readonly<Record<string, unknown>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  /** The whole log, workflow commands included. */
  readonly log: string
}

interface Given {
  readonly phase?: Phase
  readonly inputs?: Readonly<Record<string, string>>
  readonly state?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/** Runs a phase of an action in this process, with the runner's side kept in memory. */
export async function runInMemory(action: Action, given: Given = {}): Promise<Ended> {
  const { phase = 'main', inputs = {}, state = {}, clock = systemClock, signal = new AbortController().signal } = given
  const outputs: Record<string, string> = {}
  const saved: Record<string, string> = {}
  let [summary, log] = ['', '']
  const exitCode = await runPhase(action, phase, {
    environment: {
      ...given.environment,
      ...prefixed(inputs, variableOf),
      ...prefixed(state, (name) => `STATE_${name}`),
    },
    write(text) {
      log += text
    },
    clock,
    signal,
    toolkit: async () => ({
      setOutput: (name, value) => void Object.assign(outputs, { [name]: value }),
      saveState: (name, value) => void Object.assign(saved, { [name]: value }),
      async writeSummary(markdown) {
        summary += markdown
      },
    }),
  })
  const result = JSON.parse(outputs['result'] ?? 'null') as Record<string, unknown>
  return { exitCode, outputs, result, state: saved, summary, log }
}

function prefixed(values: Readonly<Record<string, string>>, nameOf: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value]))
}
