import type { Clock } from '@interlock/model'
import type { Dimensions, MetricPoint, MetricQuery, MetricStore } from '../ports.ts'
import { Bucket, statisticOf } from './statistic.ts'

/** Older buckets are forgotten; CloudWatch keeps one-minute points for 15 days, nothing here looks back that far. */
const KEPT_MILLISECONDS = 26 * 3_600_000
/** Points of less than a minute can be had for so long (API reference, MetricStat). */
const FINE_MILLISECONDS = 3 * 3_600_000
const MINUTE = 60_000

interface Series {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  /** By start of the second or minute that the data were stored at. */
  readonly buckets: Map<number, Stored>
}

/** A second or minute, in two parts: what happened early in it can be seen earlier. */
interface Stored {
  readonly width: number
  readonly parts: readonly [Part, Part]
}

interface Part {
  readonly bucket: Bucket
  readonly visibleFrom: number
}

/** Numbers as CloudWatch keeps them: exact dimension sets, no points where nothing happened. */
export function createMetricStore(clock: Clock): MetricStore {
  const series = new Map<string, Series>()

  return {
    record({ namespace, name, dimensions, value, count = 1, at }, options = {}) {
      const { visibleAfterSeconds = 0, resolutionSeconds = 60 } = options
      const key = keyOf(namespace, name, dimensions)
      const found = series.get(key) ?? { namespace, name, dimensions, buckets: new Map() }
      series.set(key, found)
      const width = resolutionSeconds * 1000
      const start = Math.floor(at / width) * width
      let stored = found.buckets.get(start)
      if (!stored) {
        stored = { width, parts: partsOf(start + width, visibleAfterSeconds * 1000) }
        found.buckets.set(start, stored)
        forget(found, clock.now().getTime())
      }
      stored.parts[at < start + width / 2 ? 0 : 1].bucket.add(value, count)
    },

    query(query) {
      const statistic = statisticOf(query.stat)
      const found = series.get(keyOf(query.namespace, query.name, query.dimensions))
      return found ? pointsOf(found, query, clock.now().getTime(), statistic) : []
    },

    list({ namespace, name, dimensions = [] }) {
      return [...series.values()].filter(
        (each) =>
          (namespace === undefined || each.namespace === namespace) &&
          (name === undefined || each.name === name) &&
          dimensions.every(
            (wanted) =>
              wanted.name in each.dimensions &&
              (wanted.value === undefined || each.dimensions[wanted.name] === wanted.value),
          ),
      )
    },
  }
}

/** A minute that settles is seen in part from half of the delay on, and is revised when it has settled. */
function partsOf(end: number, settling: number): [Part, Part] {
  const seenFrom = (delay: number) => ({ bucket: new Bucket(), visibleFrom: settling > 0 ? end + delay : 0 })
  return [seenFrom(settling / 2), seenFrom(settling)]
}

function pointsOf(
  { buckets }: Series,
  query: MetricQuery,
  now: number,
  statistic: (bucket: Bucket) => number,
): MetricPoint[] {
  const period = query.period * 1000
  // CloudWatch rounds the start down (API reference, GetMetricData, StartTime).
  const unit = Math.min(period, MINUTE)
  const start = Math.floor(query.start / unit) * unit
  const merged = new Map<number, Bucket>()
  for (const [at, { width, parts }] of buckets) {
    if (at < start || at >= query.end) continue
    // Minutes have no seconds in them, and seconds are not kept for long.
    if (period < MINUTE && (period < width || at < now - FINE_MILLISECONDS)) continue
    for (const { bucket, visibleFrom } of parts) {
      if (bucket.count === 0 || visibleFrom > now) continue
      const from = Math.floor(at / period) * period
      merged.set(from, (merged.get(from) ?? new Bucket()).merge(bucket))
    }
  }
  return [...merged].map(([at, bucket]) => ({ at, value: statistic(bucket) })).toSorted((a, b) => a.at - b.at)
}

function forget({ buckets }: Series, now: number): void {
  for (const at of buckets.keys()) if (at < now - KEPT_MILLISECONDS) buckets.delete(at)
}

/** A metric is its name and its whole set of dimensions: another set is another metric (CloudWatch user guide, "Dimensions"). */
function keyOf(namespace: string, name: string, dimensions: Dimensions): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
