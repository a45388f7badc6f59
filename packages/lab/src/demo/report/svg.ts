import { escapeHtml } from './html.ts'

/** From a value on an axis to a place in the drawing. */
export type Scale = (value: number) => number

export function scale(from: readonly [number, number], to: readonly [number, number]): Scale {
  const [a, b] = from
  const [c, d] = to
  return (value) => round(c + ((value - a) / (b - a || 1)) * (d - c))
}

export function svg(
  options: { width: number; height: number; title: string; className: string },
  parts: readonly string[],
): string {
  const { width, height, title, className } = options
  return [
    `<svg class="${className}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">`,
    ...parts,
    '</svg>',
  ].join('\n')
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${className}"/>`
}

export function rect(x: number, y: number, width: number, height: number, className: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" class="${className}"/>`
}

export function text(
  x: number,
  y: number,
  content: string,
  className = '',
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${className}" text-anchor="${anchor}">${escapeHtml(content)}</text>`
}

export interface Flag {
  readonly x: number
  readonly label: string
  readonly className: string
}

const FLAG_HEIGHT = 18
const FLAG_GAP = 3

/** The row of each flag, 0 the lowest, such that none covers another. */
export function flagRows(flags: readonly Flag[], right: number): number[] {
  const taken: { row: number; from: number; to: number }[] = []
  // From the right: a flag flies to the right of its pole, so a pole never crosses the flags placed before.
  return flags
    .map((flag, at) => ({ flag, at }))
    .toSorted((a, b) => b.flag.x - a.flag.x || b.at - a.at)
    .map(({ flag, at }) => {
      const { from, to } = extent(flag, right)
      const rows = taken.filter((each) => each.from < to + FLAG_GAP && from < each.to + FLAG_GAP).map(({ row }) => row)
      let row = 0
      while (rows.includes(row)) row += 1
      taken.push({ row, from, to })
      return { at, row }
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ row }) => row)
}

/** Poles from their flags down to `bottom`; `top` is where the lowest row of flags ends. */
export function drawFlags(flags: readonly Flag[], options: { top: number; bottom: number; right: number }): string[] {
  const { top, bottom, right } = options
  const rows = flagRows(flags, right)
  const placed = flags.map((flag, at) => ({
    ...flag,
    ...extent(flag, right),
    y: top - ((rows[at] ?? 0) + 1) * (FLAG_HEIGHT + FLAG_GAP),
  }))
  return [
    ...placed.map(({ x, y, className }) => line(x, y, x, bottom, `pole ${className}`)),
    ...placed.flatMap(({ from, to, y, label, className }) => [
      rect(from, y, to - from, FLAG_HEIGHT, `flag ${className}`),
      text((from + to) / 2, y + 13, label, `flag-text ${className}`, 'middle'),
    ]),
  ]
}

/** Room that the flags need above the drawing. */
export function flagsHeight(flags: readonly Flag[], right: number): number {
  return (Math.max(-1, ...flagRows(flags, right)) + 1) * (FLAG_HEIGHT + FLAG_GAP)
}

function extent({ x, label }: Flag, right: number): { from: number; to: number } {
  const width = label.length * 6.4 + 12
  return x + width > right ? { from: x - width, to: x } : { from: x, to: x + width }
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}
