import { styleText } from 'node:util'

export type Colour = 'red' | 'green' | 'blue' | 'yellow' | 'cyan' | 'magenta' | 'gray' | 'bold'

/** A piece of a line, with the colour that it has where colours are shown. */
export type Piece = string | readonly [text: string, colour: Colour]

/** One line of at most `width` characters. */
export function paint(pieces: readonly Piece[], { width, colours }: { width: number; colours: boolean }): string {
  let left = width
  const shown: string[] = []
  for (const piece of pieces) {
    const [text, colour] = typeof piece === 'string' ? [piece, undefined] : piece
    const cut = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}${left > 0 ? '…' : ''}` : text
    left -= cut.length
    if (cut === '') continue
    shown.push(colours && colour ? styleText(colour, cut, { validateStream: false }) : cut)
  }
  return shown.join('').trimEnd()
}

const VERSION_COLOURS: readonly Colour[] = ['blue', 'green', 'yellow', 'magenta', 'cyan']

/** The same colour for a version wherever it is shown: `v1` the first, `v2` the second. */
export function versionColour(version: string): Colour {
  const number = Number(/\d+/.exec(version)?.[0] ?? 0)
  return VERSION_COLOURS[(number + VERSION_COLOURS.length - 1) % VERSION_COLOURS.length] ?? 'cyan'
}
