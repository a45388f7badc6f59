import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch'
import type { MetricStore } from '../../ports.ts'
import { dimensionsOf, invalid } from './shared.ts'

/** Quotas of the API reference, PutMetricData. */
const MOST_DATA = 1_000
const MOST_VALUES = 150
const MOST_DIMENSIONS = 30
const OLDEST_MILLISECONDS = 14 * 24 * 3_600_000
const NEWEST_MILLISECONDS = 2 * 3_600_000

export function putMetricData(metrics: MetricStore, now: () => Date) {
  return ({ Namespace = '', MetricData = [], EntityMetricData }: PutMetricDataCommandInput) => {
    if (Namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is reserved.')
    if (EntityMetricData) throw invalid('This lab takes MetricData, not EntityMetricData')
    if (MetricData.length > MOST_DATA) throw invalid(`At most ${MOST_DATA} metrics per call`)
    // All or nothing: nothing is kept of a call that fails.
    for (const datum of MetricData) check(datum, now().getTime())
    for (const datum of MetricData) put(metrics, Namespace, datum, now())
    return {}
  }
}

function check(datum: MetricDatum, now: number): void {
  const { Value, Values = [], Counts, StatisticValues, Timestamp, Dimensions = [] } = datum
  if (StatisticValues) throw invalid('This lab takes Value or Values with Counts, not StatisticValues')
  if ((Value === undefined) === (Values.length === 0)) throw invalid('A datum needs either Value or Values')
  if (Values.length > MOST_VALUES) throw invalid(`At most ${MOST_VALUES} values per metric`)
  if (Counts && Counts.length !== Values.length) throw invalid('Values and Counts must have the same length')
  if (Dimensions.length > MOST_DIMENSIONS) throw invalid(`At most ${MOST_DIMENSIONS} dimensions per metric`)
  const at = Timestamp?.getTime() ?? now
  if (at < now - OLDEST_MILLISECONDS || at > now + NEWEST_MILLISECONDS) {
    throw invalid('The timestamp must be within the past two weeks or the next two hours')
  }
}

function put(metrics: MetricStore, namespace: string, datum: MetricDatum, now: Date): void {
  const { MetricName = '', Value, Values = [], Counts, Timestamp = now, StorageResolution } = datum
  const at = { namespace, name: MetricName, dimensions: dimensionsOf(datum.Dimensions), at: Timestamp.getTime() }
  const options = { resolutionSeconds: StorageResolution === 1 ? (1 as const) : (60 as const) }
  if (Value !== undefined) metrics.record({ ...at, value: Value }, options)
  for (const [n, value] of Values.entries()) metrics.record({ ...at, value, count: Counts?.[n] ?? 1 }, options)
}
