import type { LogLine } from '../../runner/index.ts'
import { type Piece, paint } from './paint.ts'
import { renderLive, renderPlain } from './render.ts'
import type { Status } from './status.ts'

/** Where the demo shows itself: lines that stay, and on a terminal a block below them that is drawn anew. */
export interface Screen {
  /** Something begins or has happened. */
  event(what: string, detail?: string): void
  /** A line of a bundle's log. */
  log(line: LogLine): void
  status(status: Status): void
  print(text: string): void
  /** The block is left as it is. */
  end(): void
}

export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Where lines cannot be redrawn, a status is printed this often. */
const PLAIN_EVERY_SECONDS = 2

export function createScreen(terminal: Terminal, environment: Readonly<Record<string, string | undefined>>): Screen {
  const redraws = terminal.isTTY === true && environment['TERM'] !== 'dumb'
  // https://no-color.org: any text that is not empty.
  const colours = redraws && !environment['NO_COLOR']
  let block = 0
  let shown: readonly string[] = []
  let printedAt = Number.NEGATIVE_INFINITY

  const width = () => (redraws ? Math.max(20, (terminal.columns ?? 80) - 1) : 500)
  const render = (pieces: readonly Piece[]) => paint(pieces, { width: width(), colours })
  const erased = () => (block > 0 ? `\x1b[${block}F\x1b[J` : '')
  const drawn = (lines: readonly string[]) => {
    block = lines.length
    return lines.map((line) => `${line}\n`).join('')
  }
  const print = (text: string) => {
    // One write for all of it: nothing flickers.
    terminal.write(redraws ? `${erased()}${text}\n${drawn(shown)}` : `${text}\n`)
  }

  return {
    print,
    event: (what, detail) => print(render([['● ', 'cyan'], [what, 'bold'], detail ? [`  ${detail}`, 'gray'] : ''])),
    log({ kind, text }) {
      if (kind === 'debug' || kind === 'endgroup') return
      for (const line of text.split('\n')) print(render(logPieces(kind, line)))
    },
    status(status) {
      if (redraws) {
        shown = renderLive(status).map(render)
        terminal.write(`${erased()}${drawn(shown)}`)
      } else if (status.elapsedSeconds - printedAt >= PLAIN_EVERY_SECONDS) {
        printedAt = status.elapsedSeconds
        print(renderPlain(status))
      }
    },
    end() {
      shown = []
      block = 0
    },
  }
}

function logPieces(kind: LogLine['kind'], text: string): Piece[] {
  if (kind === 'group') return [['  ▸ ', 'cyan'], text]
  if (kind === 'error')
    return [
      ['  ✗ ', 'red'],
      [text, 'red'],
    ]
  if (kind === 'warning')
    return [
      ['  ! ', 'yellow'],
      [text, 'yellow'],
    ]
  if (kind === 'notice') return [['  i ', 'cyan'], text]
  return [
    ['  │ ', 'gray'],
    [text, 'gray'],
  ]
}
