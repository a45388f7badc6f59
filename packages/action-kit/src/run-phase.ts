import type { Clock } from '@interlock/model'
import type { Action, State } from './action.ts'
import { type Annotation, renderAnnotations } from './annotations.ts'
import { plainLine } from './commands.ts'
import { type Ending, endingOf } from './ending.ts'
import { parseInputs } from './inputs.ts'
import { createLog, type Log } from './log.ts'
import { Masks, maskSecrets } from './masks.ts'
import { outputsIfKilled, renderOutputs } from './outputs.ts'
import { runnerOf } from './runner.ts'
import { heading, paragraph, Summary } from './summary.ts'
import { type Toolkit, writeEarly } from './toolkit.ts'

export type Phase = 'main' | 'post'

/** The runner's side of a step; a test brings its own. */
export interface Io {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly write: (text: string) => void
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly toolkit: () => Promise<Toolkit>
  /** Rejects with an error that nobody caught: a bug, after which the step ends as after any other. */
  readonly crash?: Promise<never>
}

/** Runs one phase of an action and returns the exit code. Never throws: whatever went wrong has been reported by then. */
export async function runPhase(action: Action, phase: Phase, io: Io): Promise<number> {
  const annotations: Annotation[] = []
  const log = createLog(io.write, io.clock, annotations)
  const exitCode = phase === 'main' ? await runMain(action, io, log, annotations) : await runPost(action, io, log)
  io.write(renderAnnotations(annotations))
  return exitCode
}

async function runMain(action: Action, io: Io, log: Log, annotations: Annotation[]): Promise<number> {
  const { environment, write, signal } = io
  const masks = new Masks(write)
  const summary = new Summary()
  const values: Record<string, unknown> = { ...action.onFailure }
  for (const warning of maskSecrets(action, environment, masks)) log.warning(warning)

  let ending: Ending
  try {
    writeEarly(environment, outputsIfKilled(action))
    const inputs = parseInputs(action.inputs, environment, (found) => action.check?.({ inputs: found }) ?? [])
    const running = action.run({
      ...{ inputs, log, summary, signal, clock: io.clock, runner: runnerOf(environment) },
      outputs: { set: (more: Record<string, unknown>) => void Object.assign(values, more) },
      state: { save: (state) => save(state, io) },
      mask: (value) => masks.hide(value),
    })
    ending = await unlessCrashed(running, io)
  } catch (error) {
    ending = endingOf(error, signal, log.debug)
  }

  try {
    const toolkit = await io.toolkit()
    for (const [name, value] of Object.entries(renderOutputs(action, values, ending))) {
      toolkit.setOutput(name, value)
      if (masks.isIn(value)) log.warning(`Output \`${name}\` contains a secret: GitHub drops it between jobs.`)
    }
    toolkit.saveState('ended', ending.reasonCode)
    await toolkit.writeSummary((ending.failed ? withFailure(summary, action, ending) : summary).render())
  } catch (error) {
    // Without outputs the next step would go by what was written early, so this one has to be red.
    const { verdict } = endingOf(error, signal, log.debug)
    ending = { ...ending, failed: true, verdict: `${ending.verdict} Its outputs could not be written. ${verdict}` }
  }

  if (ending.failed) annotations.push({ level: 'error', message: ending.verdict, importance: Infinity })
  else write(plainLine(ending.verdict))
  return ending.failed ? 1 : 0
}

async function runPost(action: Action, io: Io, log: Log): Promise<number> {
  const { environment, clock, signal } = io
  const saved = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith('STATE_') && value ? [[name.slice('STATE_'.length), value]] : [],
    ),
  )
  try {
    const context = { log, clock, runner: runnerOf(environment) }
    const read = () => (Object.keys(saved).length > 0 ? saved : undefined)
    await unlessCrashed(action.post?.({ ...context, state: { read } }), io)
  } catch (error) {
    // Cleaning up never fails a job.
    log.warning(`Clean-up after ${action.name} did not finish. ${endingOf(error, signal, log.debug).verdict}`)
  }
  return 0
}

async function unlessCrashed<T>(work: T | Promise<T>, { crash }: Io): Promise<T> {
  return await (crash ? Promise.race([work, crash]) : work)
}

/** A failed step that has nothing else to show shows why it failed. */
function withFailure(summary: Summary, { title }: Action, { verdict, reasonCode }: Ending): Summary {
  if (summary.isEmpty) summary.add([heading(`${title}: failed (${reasonCode})`), paragraph(verdict)])
  return summary
}

async function save(state: State, { toolkit }: Io): Promise<void> {
  const { saveState } = await toolkit()
  for (const [name, value] of Object.entries(state)) saveState(name, value)
}
