import { type Answer, hasFailed } from '../../load/index.ts'
import type { DemoRun, Deploy } from '../demo-run.ts'
import { independently } from '../measure.ts'
import { nameOf } from './series.ts'
import { drawFlags, type Flag, flagsHeight, line, rect, round, scale, svg, text } from './svg.ts'

const BEFORE = 1.5
const AFTER = 1.5
const LANE = 44
const RIGHT = 10

/** The seconds around a rollback, every single request a dot. Undefined when there was no rollback. */
export function rollbackChart(
  deploy: Deploy,
  run: DemoRun,
  versions: readonly string[],
  width: number,
): string | undefined {
  const { decidedAt, writtenAt, restoredAt } = independently(deploy, run)
  if (decidedAt === undefined || writtenAt === undefined) return undefined
  const seconds = (at: number) => (at - decidedAt) / 1000
  const end = seconds(restoredAt ?? writtenAt + run.propagationSeconds * 1000) + AFTER
  const left = 34
  const right = width - RIGHT
  const x = scale([-BEFORE, end], [left, right])
  const flags: Flag[] = [
    { x: x(0), label: 'FAIL', className: 'bad' },
    { x: x(seconds(writtenAt)), label: 'rolled back', className: 'bad' },
    ...(restoredAt === undefined ? [] : [{ x: x(seconds(restoredAt)), label: 'restored', className: 'good' }]),
  ]
  const shown = run.answers.filter((answer) => {
    const at = seconds(answer.at)
    return at >= -BEFORE && at <= end
  })
  const lanes = versions.filter((version) => shown.some((answer) => answer.version === version))
  const top = flagsHeight(flags, right) + 4
  const bottom = top + lanes.length * LANE + 8
  const parts = [
    rect(
      x(seconds(writtenAt)),
      top,
      x(seconds(writtenAt) + run.propagationSeconds) - x(seconds(writtenAt)),
      bottom - top,
      'band',
    ),
    ...lanes.flatMap((version, at) => {
      const middle = top + at * LANE + LANE / 2 + 4
      const own = shown.filter((answer) => answer.version === version)
      return [
        line(left, middle, right, middle, 'grid'),
        text(left - 6, middle + 4, version || 'LB', 'tick', 'end'),
        ...own.map((answer, n) =>
          dot(answer, x(seconds(answer.at)), middle + ((n % 4) - 1.5) * 7, versions.indexOf(version)),
        ),
      ]
    }),
    line(left, bottom, right, bottom, 'axis'),
    ...ticks(-BEFORE, end, width < 600 ? 1 : 0.5).flatMap((at) => [
      line(x(at), bottom, x(at), bottom + 4, 'axis'),
      text(x(at), bottom + 17, at === 0 ? '0' : `${at > 0 ? '+' : ''}${at} s`, 'tick', 'middle'),
    ]),
    ...drawFlags(flags, { top, bottom, right }),
  ]
  const title = `Every request around the rollback of ${deploy.version}, by the version that answered: ${lanes.map(nameOf).join(', ')}`
  return svg({ width, height: bottom + 24, title, className: 'chart' }, parts)
}

function dot(answer: Answer, x: number, y: number, of: number): string {
  const failed = hasFailed(answer)
  return `<circle cx="${x}" cy="${round(y)}" r="${failed ? 3.2 : 2.2}" class="${failed ? 'error' : `dot v${of}`}"/>`
}

function ticks(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, at) => (first + at) * step)
}
