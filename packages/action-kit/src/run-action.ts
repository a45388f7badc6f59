import { type Clock, ExternalError, type ReasonCode, UserError } from '@interlock/model'
import type { Action, Ending, State } from './action.ts'
import { type Annotation, choose } from './annotations.ts'
import { systemClock } from './clock.ts'
import { command, plainLine } from './commands.ts'
import { type Field, parseInputs, variableOf } from './inputs.ts'
import { createLog } from './log.ts'
import { runnerOf } from './runner.ts'
import { Summary } from './summary.ts'
import { loadToolkit } from './toolkit.ts'

export type Phase = 'main' | 'post'

/** The runner's side of a step; a test brings its own. */
export interface Io {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly write: (text: string) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A value shorter than this would blank out half the log if it were masked. */
const SHORTEST_MASK = 4

/** Runs one phase of an action and returns the exit code. Never throws: whatever went wrong has been reported by then. */
export async function runPhase(action: Action, phase: Phase, io: Io): Promise<number> {
  return phase === 'main' ? await runMain(action, io) : await runPost(action, io)
}

/** The entry of a bundle: runs the phase in this process and ends it, even when sockets linger. */
export async function runAction(action: Action, phase: Phase): Promise<never> {
  const cancelled = new AbortController()
  const onSignal = (name: NodeJS.Signals) =>
    cancelled.abort(new UserError(`The run was cancelled (${name}).`, 'cancelled'))
  // The runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL: the first one counts.
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const exitCode = await runPhase(action, phase, {
    environment: process.env,
    write: (text) => void process.stdout.write(text),
    clock: systemClock,
    signal: cancelled.signal,
  })
  // A pipe takes what was written only after exit() would have cut it off.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}

async function runMain(action: Action, { environment, write, clock, signal }: Io): Promise<number> {
  const annotations: Annotation[] = []
  const log = createLog(write, clock, annotations)
  const summary = new Summary()
  const outputs: Record<string, unknown> = { [action.headline.output]: action.headline.onFailure }
  const masked = maskSecrets(action, environment, write, annotations)

  let ending: Ending
  try {
    const inputs = parseInputs(action.inputs, environment, (found) => action.check?.({ inputs: found }) ?? [])
    ending = await action.run({
      ...{ inputs, log, summary, clock, signal },
      runner: runnerOf(environment),
      outputs: { set: (values: Record<string, unknown>) => void Object.assign(outputs, values) },
      state: { save },
    })
  } catch (error) {
    ending = endingOf(signal.aborted ? (signal.reason ?? error) : error, log.debug)
  }

  const toolkit = await loadToolkit()
  const values = {
    ...Object.fromEntries(Object.keys(action.outputs).map((name) => [name, textOf(outputs[name])])),
    'reason-code': ending.reasonCode,
    result: JSON.stringify(resultOf(action, outputs, ending)),
  }
  for (const [name, value] of Object.entries(values)) {
    toolkit.setOutput(name, value)
    const secret = masked.find((each) => value.includes(each))
    if (secret)
      annotations.push({ level: 'warning', message: `Output ${name} contains a secret; GitHub drops it between jobs.` })
  }
  toolkit.saveState('ended', ending.reasonCode)
  await toolkit.writeSummary(summary.render())

  if (ending.failed) annotations.push({ level: 'error', message: ending.verdict, importance: Number.POSITIVE_INFINITY })
  else write(plainLine(ending.verdict))
  const { kept, dropped } = choose(annotations)
  for (const annotation of kept) toolkit.annotate(annotation)
  for (const [level, count] of dropped) {
    write(plainLine(`${count} more ${level}(s) are in the log above only: the runner keeps 10 of each level per step.`))
  }
  return ending.failed ? 1 : 0
}

async function save(state: State): Promise<void> {
  const toolkit = await loadToolkit()
  for (const [name, value] of Object.entries(state)) toolkit.saveState(name, value)
}

async function runPost(action: Action, { environment, write, clock }: Io): Promise<number> {
  const annotations: Annotation[] = []
  const log = createLog(write, clock, annotations)
  const saved = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith('STATE_') && value ? [[name.slice(6), value]] : [],
    ),
  )
  try {
    await action.post?.({
      ...{ log, clock },
      runner: runnerOf(environment),
      state: { read: () => (Object.keys(saved).length > 0 ? saved : undefined) },
    })
  } catch (error) {
    // Cleaning up never fails a job.
    const { verdict } = endingOf(error, log.debug)
    annotations.push({ level: 'warning', message: `Clean-up after ${action.name} did not finish. ${verdict}` })
  }
  if (annotations.length > 0) {
    const toolkit = await loadToolkit()
    for (const annotation of choose(annotations).kept) toolkit.annotate(annotation)
  }
  return 0
}

/** Secrets are masked before anything can echo them. Returns what was masked. */
function maskSecrets(
  { inputs }: Action,
  environment: Io['environment'],
  write: Io['write'],
  annotations: Annotation[],
): string[] {
  const masked: string[] = []
  for (const [name, field] of Object.entries(inputs as Record<string, Field<unknown>>)) {
    const value = environment[variableOf(name)]?.trim() ?? ''
    if (!field.secret || value === '') continue
    if (value.length < SHORTEST_MASK) {
      annotations.push({
        level: 'warning',
        message: `\`${name}\` is too short to be masked in the log; use a longer secret.`,
      })
      continue
    }
    // Each line on its own too: the runner matches masks line by line.
    for (const part of new Set([value, ...value.split(/\r?\n/)])) {
      if (part.length < SHORTEST_MASK) continue
      write(command('add-mask', part))
      masked.push(part)
    }
  }
  return masked
}

function endingOf(error: unknown, debug: (message: string) => void): Ending {
  if (error instanceof UserError) return { failed: true, reasonCode: error.reasonCode, verdict: error.message }
  if (error instanceof ExternalError) {
    const { status, requestId, attempts } = error.call
    const facts = [
      status !== undefined && `status ${status}`,
      requestId !== undefined && `request id ${requestId}`,
      attempts !== undefined && attempts > 1 && `${attempts} attempts`,
    ].filter(Boolean)
    return {
      failed: true,
      reasonCode: error.reasonCode,
      verdict: facts.length > 0 ? `${error.message} (${facts.join(', ')})` : error.message,
    }
  }
  debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const message = error instanceof Error ? error.message : String(error)
  const reasonCode: ReasonCode = 'internal-error'
  return {
    failed: true,
    reasonCode,
    verdict: `This is a bug in Interlock: ${message}. Please report it with the log of a run that has debug logging on.`,
  }
}

function resultOf(
  action: Action,
  outputs: Record<string, unknown>,
  { reasonCode, verdict }: Ending,
): Record<string, unknown> {
  const members = Object.keys(action.outputs).map((name) => [camelCase(name), outputs[name] ?? null])
  return { schemaVersion: 1, action: action.name, ...Object.fromEntries(members), reasonCode, message: verdict }
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
