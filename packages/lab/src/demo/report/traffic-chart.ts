import type { DemoRun } from '../demo-run.ts'
import type { Mark } from '../marks.ts'
import { nameOf, type Series, seriesOf } from './series.ts'
import { drawFlags, type Flag, flagsHeight, line, rect, round, type Scale, scale, svg, text } from './svg.ts'

/** Short, so that a change of version shows as steep as it was. */
const TRAFFIC_BIN_SECONDS = 0.5
/** Longer, so that every tenth request is the same number in each bin. */
const ERROR_BIN_SECONDS = 1

const LEFT = 34
const RIGHT = 10
const ERRORS = 46
const FOOT = 36

/** Traffic by version, stacked over time, the errors below it, and every decision as a flag. `width` is in CSS pixels. */
export function trafficChart(run: DemoRun, marks: readonly Mark[], width: number): string {
  const { startedAt } = run
  const series = seriesOf(run, TRAFFIC_BIN_SECONDS)
  const errors = seriesOf(run, ERROR_BIN_SECONDS).bins
  const { bins, versions, binSeconds } = series
  const end = bins.length * binSeconds
  const right = width - RIGHT
  const x = scale([0, end], [LEFT, right])
  const hasRoom = width >= 600
  const shown = marks.filter(({ isAside }) => hasRoom || !isAside)
  const flags = shown.map(({ at, label, kind }): Flag => ({ x: x((at - startedAt) / 1000), label, className: kind }))

  const top = flagsHeight(flags, right) + 14
  const plot = hasRoom ? 220 : 150
  const base = top + plot
  const highest = Math.max(10, ...bins.map(({ perSecond }) => sum(perSecond)))
  const ticks = [0, 0.5, 1].map((share) => niceBelow(highest) * share)
  const y = scale([0, highest * 1.06], [base, top])

  const errorTop = base + 26
  const errorBase = errorTop + ERRORS
  const mostErrors = Math.max(1, ...errors.map(({ failedPerSecond }) => failedPerSecond))
  const errorY = scale([0, mostErrors], [errorBase, errorTop + 8])

  const failing = errors.filter(({ failedPerSecond }) => failedPerSecond > 0)
  const parts = [
    ...ticks.flatMap((value) => [
      line(LEFT, y(value), right, y(value), 'grid'),
      text(LEFT - 5, y(value) + 4, `${value}`, 'tick', 'end'),
    ]),
    text(LEFT, top - 5, 'requests per second', 'tick'),
    ...versions.map((_, at) => `<path class="area v${at}" d="${areaPath(series, at, x, y)}"/>`),
    ...versions.flatMap((version, at) => areaLabel(series, at, nameOf(version), x, y)),
    text(LEFT, errorTop, failing.length === 0 ? 'errors per second: none' : 'errors per second', 'tick'),
    line(LEFT, errorBase, right, errorBase, 'axis'),
    ...(failing.length > 0 ? [text(LEFT - 5, errorY(mostErrors) + 9, `${round(mostErrors)}`, 'tick', 'end')] : []),
    ...failing.map(({ from, failedPerSecond }) => {
      const place = x(from)
      return rect(
        place,
        errorY(failedPerSecond),
        Math.max(1, x(from + ERROR_BIN_SECONDS) - place - 0.6),
        errorBase - errorY(failedPerSecond),
        'error',
      )
    }),
    ...timeTicks(end, hasRoom ? 10 : 20).flatMap((seconds) => [
      line(x(seconds), errorBase, x(seconds), errorBase + 4, 'axis'),
      text(x(seconds), errorBase + 17, `${seconds} s`, 'tick', seconds === 0 ? 'start' : 'middle'),
    ]),
    ...drawFlags(flags, { top: top - 14, bottom: errorBase, right }),
  ]
  const title = `Requests per second by version over ${Math.round(end)} seconds, with errors and decisions; the same figures are in the tables below`
  return svg({ width, height: errorBase + FOOT - 12, title, className: 'chart' }, parts)
}

/** From the bottom of the stack to what lies below this version, through the middle of each bin. */
function areaPath({ bins, binSeconds }: Series, of: number, x: Scale, y: Scale): string {
  const points = bins.flatMap(({ from, perSecond }, at) => {
    const low = sum(perSecond.slice(0, of))
    const both = { low: y(low), high: y(low + (perSecond[of] ?? 0)) }
    const middle = { x: x(from + binSeconds / 2), ...both }
    // The first and the last bin reach to their own ends.
    if (at === 0) return [{ x: x(from), ...both }, middle]
    return at === bins.length - 1 ? [middle, { x: x(from + binSeconds), ...both }] : [middle]
  })
  const there = points.map((point) => `${point.x} ${point.high}`)
  const back = points.toReversed().map((point) => `${point.x} ${point.low}`)
  return `M${[...there, ...back].join('L')}Z`
}

/** The version's name in the widest stretch in which it has most of the traffic; nothing where there is no room. */
function areaLabel({ bins, binSeconds }: Series, of: number, name: string, x: Scale, y: Scale): string[] {
  let best = { from: 0, length: 0 }
  let length = 0
  for (const [at, { perSecond }] of bins.entries()) {
    length = (perSecond[of] ?? 0) > sum(perSecond) * 0.7 ? length + 1 : 0
    if (length > best.length) best = { from: at + 1 - length, length }
  }
  const from = x(best.from * binSeconds)
  const to = x((best.from + best.length) * binSeconds)
  const bin = bins[best.from + Math.floor(best.length / 2)]
  if (!bin || to - from < name.length * 9) return []
  return [text((from + to) / 2, y(sum(bin.perSecond) / 2) + 6, name, 'area-label', 'middle')]
}

function timeTicks(end: number, step: number): number[] {
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step)
}

function niceBelow(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value))
  return Math.floor(value / unit) * unit
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
