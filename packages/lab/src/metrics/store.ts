import type { Clock } from '@interlock/model'
import type { Dimensions, MetricPoint, MetricQuery, MetricStore } from '../ports.ts'
import { Bucket, statisticOf } from './statistic.ts'

/** Older buckets are forgotten; CloudWatch keeps one-minute points for 15 days, nothing here looks back that far. */
const KEPT_MILLISECONDS = 26 * 3_600_000

interface Series {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Dimensions
  /** By start of the second or minute that the data were stored at. */
  readonly buckets: Map<number, Stored>
}

interface Stored {
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
        stored = {
          bucket: new Bucket(),
          visibleFrom: visibleAfterSeconds > 0 ? start + width + visibleAfterSeconds * 1000 : 0,
        }
        found.buckets.set(start, stored)
        forget(found, clock.now().getTime())
      }
      stored.bucket.add(value, count)
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

function pointsOf(
  { buckets }: Series,
  { start, end, period }: MetricQuery,
  now: number,
  statistic: (bucket: Bucket) => number,
): MetricPoint[] {
  const width = period * 1000
  const merged = new Map<number, Bucket>()
  for (const [at, { bucket, visibleFrom }] of buckets) {
    if (at < start || at >= end || visibleFrom > now) continue
    const period = Math.floor(at / width) * width
    merged.set(period, (merged.get(period) ?? new Bucket()).merge(bucket))
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
