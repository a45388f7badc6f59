import { type ChildProcess, spawn } from 'node:child_process'
import { resolve as resolvePath } from 'node:path'
import type { Container, ContainerExit, ContainerRuntime, ContainerSpec, Image } from '../ports.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

const TAIL_LINES = 50

/** What a container sees of the machine besides its own environment: enough to start a program, nothing of the lab. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot']

/** Starts images as real processes. `baseDirectory` is where the images file lies. */
export function createContainerRuntime(
  images: Readonly<Record<string, Image>>,
  baseDirectory: string,
): ContainerRuntime {
  const watchdog = startWatchdog()
  const running = new Set<RunningContainer>()
  return {
    image: (name) => images[name],
    start(spec) {
      const image = images[spec.image]
      if (!image) return notPulled(spec.image)
      const container = new RunningContainer(image, spec, baseDirectory, watchdog)
      running.add(container)
      void container.ended.then(() => running.delete(container))
      return container
    },
    async close() {
      await Promise.all([...running].map((container) => container.kill()))
      watchdog.close()
    },
  }
}

class RunningContainer implements Container {
  readonly ended: Promise<ContainerExit>
  readonly #process: ChildProcess
  readonly #stopTimeoutSeconds: number
  readonly #tail: string[] = []

  constructor(image: Image, spec: ContainerSpec, baseDirectory: string, watchdog: Watchdog) {
    const [program = '', ...given] = image.command
    this.#stopTimeoutSeconds = spec.stopTimeoutSeconds
    this.#process = spawn(program, spec.command ? [...spec.command] : given, {
      cwd: resolvePath(baseDirectory, image.cwd ?? '.'),
      env: {
        ...inherited(),
        ...spec.environment,
        HOST: spec.address,
        ...(spec.port !== undefined && { PORT: `${spec.port}` }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that what it starts can be ended with it.
      detached: true,
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
    }
    const { pid } = this.#process
    if (pid !== undefined) watchdog.guard(pid)
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) =>
        resolve({ exitCode: 127, reason: `CannotStartContainerError: ${error.message}` }),
      )
      this.#process.once('exit', (code, signal) => {
        if (pid !== undefined) {
          // What the container started ends with it, as in a container.
          killGroup(pid)
          watchdog.release(pid)
        }
        resolve({ exitCode: code ?? exitCodeOf(signal), ...(signal !== null && { signal }) })
      })
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  logTail(): readonly string[] {
    return this.#tail
  }

  async stop(): Promise<ContainerExit> {
    this.#process.kill('SIGTERM')
    // In lab time where the lab lives in it, as the control plane's own waits are.
    const timer = setTimeout(() => void this.kill(), this.#stopTimeoutSeconds * 1000)
    const exit = await this.ended
    clearTimeout(timer)
    return exit
  }

  async kill(): Promise<ContainerExit> {
    const { pid } = this.#process
    if (pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null) {
      killGroup(pid)
    }
    return this.ended
  }

  #keep(text: string): void {
    this.#tail.push(...text.split('\n').filter((line) => line !== ''))
    this.#tail.splice(0, Math.max(0, this.#tail.length - TAIL_LINES))
  }
}

/** Kills a process group; one that has no members any more, or (EPERM on macOS) only dead ones, is fine. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** 128 + number of the signal, as a shell and ECS report it. */
function exitCodeOf(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 137 : signal === 'SIGTERM' ? 143 : 1
}

function notPulled(image: string): Container {
  const exit: ContainerExit = {
    exitCode: 1,
    reason: `CannotPullContainerError: image ${image} is not in the images file`,
  }
  return { pid: undefined, ended: Promise.resolve(exit), logTail: () => [], stop: async () => exit }
}
