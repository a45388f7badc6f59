import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inputVariable, readActionFile } from './action-file.ts'
import { CANCELLATION, type CancellationSteps, cancelInSteps } from './cancel.ts'
import { createStepFiles, NODE_24, runnerFacts, type StepWritings } from './environment.ts'
import { createLogReader, type LogLine } from './workflow-commands.ts'

export interface RunOptions {
  /** Folder of the action: its action.yml says what runs. */
  readonly action: string
  readonly phase?: 'main' | 'post'
  readonly inputs?: Readonly<Record<string, string>>
  /** Added to the runner's own variables; `GITHUB_RUN_ID` and the like can be set here. */
  readonly env?: Readonly<Record<string, string>>
  /** What the main phase returned as `state`, for the post phase. */
  readonly state?: Readonly<Record<string, string>>
  /** The workspace; default: this process's own folder. */
  readonly cwd?: string
  /** Cancels the step as GitHub does: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  readonly signal?: AbortSignal
  /** Milliseconds between those signals, where a test cannot wait. */
  readonly cancellation?: CancellationSteps
  /** Kills the step at once, as when the runner's machine is lost. What it wrote until then is still returned. */
  readonly lost?: AbortSignal
  /** Called with the process id, for those who guard processes. */
  readonly onStart?: (pid: number) => void
  readonly onLine?: (line: TimedLine) => void
}

export interface TimedLine extends LogLine {
  /** Wall milliseconds since the epoch. */
  readonly at: number
}

export interface StepResult extends StepWritings {
  /** As a shell reports it: 130, 137, 143 when a signal ended it. */
  readonly exitCode: number
  readonly killedBy?: NodeJS.Signals
  /** Notices, warnings and errors, in order. */
  readonly annotations: readonly TimedLine[]
  readonly lines: readonly TimedLine[]
  /** Wall seconds. */
  readonly seconds: number
}

/**
 * Runs one phase of a built action as GitHub's runner does: in Node 24, with INPUT_* and STATE_* variables, speaking
 * through files and workflow commands. An input that action.yml does not know is passed and warned of, and a required one
 * that is missing is not refused: both as on GitHub.
 *
 * @throws Error when action.yml cannot be run here, or the step wrote a file that the runner cannot read.
 */
export async function runAction(options: RunOptions): Promise<StepResult> {
  const { action, phase = 'main', inputs = {}, env = {}, state = {}, cwd = process.cwd(), onLine } = options
  const file = readActionFile(action, Object.keys(inputs))
  const entry = phase === 'main' ? file.main : file.post
  if (entry === undefined) throw new Error(`${file.name} has no post step`)
  const files = createStepFiles()
  const lines: TimedLine[] = []
  const keep = (line: LogLine) => {
    const timed = { ...line, at: Date.now() }
    lines.push(timed)
    onLine?.(timed)
  }

  for (const name of Object.keys(inputs)) {
    if (file.inputs.has(name)) continue
    const known = [...file.inputs.keys()].map((each) => `'${each}'`).join(', ')
    keep({ kind: 'warning', text: `Unexpected input(s) '${name}', valid inputs are [${known}]` })
  }
  try {
    const begun = performance.now()
    const child = spawn(NODE_24, [join(action, entry)], {
      cwd,
      env: {
        ...runnerFacts(cwd),
        ...env,
        ...files.variables,
        ...mapKeys({ ...Object.fromEntries(file.inputs), ...inputs }, inputVariable),
        ...mapKeys(state, (name) => `STATE_${name}`),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: a terminal's Ctrl-C reaches the runner, and the runner decides.
      detached: true,
    })
    if (child.pid !== undefined) options.onStart?.(child.pid)
    const read = createLogReader()
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => {
        const shown = read(text)
        if (shown) keep(shown)
      })
    }
    const ended = await endOf(child, options)
    const seconds = (performance.now() - begun) / 1000
    const annotations = lines.filter(({ kind }) => kind === 'notice' || kind === 'warning' || kind === 'error')
    return { ...ended, ...files.read(), annotations, lines, seconds }
  } finally {
    files.remove()
  }
}

function endOf(
  child: ChildProcess,
  { signal, lost, cancellation = CANCELLATION }: RunOptions,
): Promise<Pick<StepResult, 'exitCode' | 'killedBy'>> {
  let stopCancelling = () => {}
  const kill = (name: NodeJS.Signals) => void child.kill(name)
  const onCancel = () => {
    stopCancelling = cancelInSteps(kill, cancellation)
  }
  const onLost = () => killGroup(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => stopCancelling())
    child.once('close', (code, killedBy) => {
      signal?.removeEventListener('abort', onCancel)
      lost?.removeEventListener('abort', onLost)
      resolve(killedBy ? { exitCode: exitCodeOf(killedBy), killedBy } : { exitCode: code ?? 1 })
    })
    signal?.addEventListener('abort', onCancel, { once: true })
    lost?.addEventListener('abort', onLost, { once: true })
    if (lost?.aborted) onLost()
    else if (signal?.aborted) onCancel()
  })
}

/** The step and whatever it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[signal as string] ?? 1
}

function mapKeys(values: Readonly<Record<string, string>>, keyOf: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value]))
}
