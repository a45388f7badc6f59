import { type Piece, versionColour } from './paint.ts'
import type { SideStatus, Status } from './status.ts'

const BAR = 20

/** The block at the foot of a terminal: a few lines, drawn again and again. */
export function renderLive(status: Status): Piece[][] {
  const { elapsedSeconds, phase, sides, requests, failed, failedPerSecond } = status
  return [
    [['─'.repeat(76), 'gray']],
    [
      [`${elapsedSeconds.toFixed(1).padStart(6)} s  `, 'gray'],
      [phase, 'bold'],
    ],
    ...sides.map(sideLine),
    [
      '  users   ',
      ...versionPieces(status),
      failedPerSecond > 0 ? [`   ${failedPerSecond} errors/s`, 'red'] : ['   no errors', 'green'],
      [`   (${failed} of ${requests} failed so far)`, 'gray'],
    ],
  ]
}

/** The same as one line of text, where there is no terminal. */
export function renderPlain(status: Status): string {
  const { elapsedSeconds, sides, requestsPerSecond, failedPerSecond, failed, requests } = status
  const weights = sides.map((side) => `${side.name} ${side.version || '-'} ${weightOf(side)}`).join(', ')
  const tasks = sides.map((side) => `${side.name} ${tasksOf(side)}`).join(', ')
  const traffic = versionPieces(status)
    .map((piece) => (typeof piece === 'string' ? piece : piece[0]))
    .join('')
  return (
    `${elapsedSeconds.toFixed(1).padStart(6)} s  weights: ${weights} | tasks: ${tasks} | ` +
    `${requestsPerSecond} requests/s: ${traffic} | errors: ${failedPerSecond}/s, ${failed} of ${requests} in all`
  )
}

function sideLine(side: SideStatus): Piece[] {
  const filled = Math.round((side.inEffect / 100) * BAR)
  const colour = versionColour(side.version)
  return [
    `  ${side.name.padEnd(6)}`,
    [`${side.version || '–'}`.padEnd(4), colour],
    ['█'.repeat(Math.min(BAR, filled)), colour],
    ['░'.repeat(Math.max(0, BAR - filled)), 'gray'],
    ` ${weightOf(side).padEnd(24)}`,
    tasksOf(side),
  ]
}

function weightOf({ weight, inEffect }: SideStatus): string {
  return weight === inEffect ? `${weight}` : `${weight} (traffic still ${inEffect})`
}

function tasksOf({ tasks, healthy }: SideStatus): string {
  const counts = Object.entries(tasks).map(([status, count]) => `${count} ${status}`)
  return counts.length === 0 ? 'no tasks' : `${counts.join(', ')}, ${healthy} healthy`
}

function versionPieces({ byVersion }: Status): Piece[] {
  const versions = Object.entries(byVersion).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (versions.length === 0) return ['no answers']
  return versions.flatMap(([version, { requests }], at): Piece[] => [
    at > 0 ? ', ' : '',
    [`${version || 'load balancer itself'} ${requests}`, version ? versionColour(version) : 'red'],
  ])
}
