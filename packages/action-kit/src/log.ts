import type { Clock } from '@interlock/model'
import type { Annotation } from './annotations.ts'
import { command, plainLine } from './commands.ts'

/** The step's log: phases as groups, so that the log is a table of contents. */
export interface Log {
  /** Runs `work` inside a collapsible group; a failure closes the group too. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  info(message: string): void
  /** Shown only when debug logging is on. */
  debug(message: string): void
  /** A line of a long wait: printed when it says something new, at most every few seconds, and otherwise twice a minute. */
  progress(message: string): void
  /** In the log at once, and as an annotation at the end. */
  notice(message: string): void
  warning(message: string): void
}

const PROGRESS_EVERY = 5_000
const PROGRESS_AT_LEAST_EVERY = 30_000

export function createLog(write: (text: string) => void, clock: Clock, annotations: Annotation[]): Log {
  let lastProgress = { at: Number.NEGATIVE_INFINITY, text: '' }
  const info = (message: string) => write(plainLine(message))
  const annotate = (level: 'notice' | 'warning') => (message: string) => {
    info(`${level === 'warning' ? 'Warning: ' : ''}${message}`)
    annotations.push({ level, message })
  }
  return {
    async group(title, work) {
      write(command('group', title))
      try {
        return await work()
      } finally {
        write(command('endgroup'))
      }
    },
    info,
    debug: (message) => write(command('debug', message)),
    progress(message) {
      const now = clock.now().getTime()
      const silence = now - lastProgress.at
      const isNews = message.replaceAll(/\d+ s/g, '') !== lastProgress.text.replaceAll(/\d+ s/g, '')
      if (silence < (isNews ? PROGRESS_EVERY : PROGRESS_AT_LEAST_EVERY)) return
      lastProgress = { at: now, text: message }
      info(message)
    },
    notice: annotate('notice'),
    warning: annotate('warning'),
  }
}
