import { UserError } from '@interlock/model'
import type { Action } from './action.ts'
import { systemClock } from './clock.ts'
import { type Phase, runPhase } from './run-phase.ts'
import { loadToolkit } from './toolkit.ts'

/** The entry of a bundle: runs the phase in this process and ends it, even when sockets linger. */
export async function runAction(action: Action, phase: Phase): Promise<never> {
  const cancelled = new AbortController()
  const onSignal = (name: NodeJS.Signals) =>
    cancelled.abort(new UserError(`The run was cancelled (${name}).`, 'cancelled'))
  // The runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL: the first one counts.
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  // Without this a stray rejection would end the process with a stack trace and without outputs.
  const crash = new Promise<never>((_resolve, reject) => process.on('uncaughtException', reject))
  // One that comes when the work is done and only outputs are left to write changes nothing any more.
  crash.catch(() => {})
  const exitCode = await runPhase(action, phase, {
    environment: process.env,
    write: (text) => void process.stdout.write(text),
    clock: systemClock,
    signal: cancelled.signal,
    toolkit: loadToolkit,
    crash,
  })
  // exit() cuts off what a pipe has not taken yet.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}
