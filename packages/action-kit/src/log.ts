import type { Clock } from '@interlock/model'
import type { Annotation } from './annotations.ts'
import { command, plainLine } from './commands.ts'

/** The step's log: phases as groups, so that the log is a table of contents. */
export interface Log {
  /** Runs `work` inside a collapsible group; a failure closes the group too. Groups do not nest: the runner cannot show it. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  info(message: string): void
  /** Shown only when debug logging is on. */
  debug(message: string): void
  /** A line of a long wait: printed when it says something new, at most every few seconds, and otherwise twice a minute. */
  progress(message: string): void
  /** In the log at once, and as an annotation at the end. */
  notice(message: string): void
  warning(message: string): void
  /** An annotation of any level with its place and importance; one of level `error` does not fail the step by itself. */
  annotate(annotation: Annotation): void
}

const PROGRESS_EVERY = 5_000
const PROGRESS_AT_LEAST_EVERY = 30_000

export function createLog(write: (text: string) => void, clock: Clock, annotations: Annotation[]): Log {
  let lastProgress = { at: Number.NEGATIVE_INFINITY, text: '' }
  const info = (message: string) => write(plainLine(message))
  const annotate = (annotation: Annotation) => {
    const { level, message, file, startLine } = annotation
    const place = file ? ` (${file}${startLine === undefined ? '' : `:${startLine}`})` : ''
    info(`${level === 'notice' ? '' : `${level.charAt(0).toUpperCase()}${level.slice(1)}: `}${message}${place}`)
    annotations.push(annotation)
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
      const isNews = withoutSeconds(message) !== withoutSeconds(lastProgress.text)
      if (silence < (isNews ? PROGRESS_EVERY : PROGRESS_AT_LEAST_EVERY)) return
      lastProgress = { at: now, text: message }
      info(message)
    },
    notice: (message) => annotate({ level: 'notice', message }),
    warning: (message) => annotate({ level: 'warning', message }),
    annotate,
  }
}

/** A line in which only the seconds went on says nothing new. */
function withoutSeconds(message: string): string {
  return message.replaceAll(/\d+ s\b/g, '')
}
