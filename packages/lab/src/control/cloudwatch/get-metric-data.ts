import type { GetMetricDataCommandInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { UnknownStatistic } from '../../metrics/index.ts'
import type { MetricPoint, MetricStore } from '../../ports.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { dimensionsOf, invalid, startOf, tokenOf } from './shared.ts'

/** Quotas of the API reference, GetMetricData. */
const MOST_QUERIES = 500
const MOST_POINTS = 100_800

/** Metric math is refused by name: the engines fetch sums and divide themselves. */
export function getMetricData(metrics: MetricStore) {
  return (input: GetMetricDataCommandInput) => {
    const { MetricDataQueries = [], StartTime, EndTime, ScanBy, MaxDatapoints = MOST_POINTS } = input
    if (MetricDataQueries.length > MOST_QUERIES) throw invalid(`At most ${MOST_QUERIES} queries per call`)
    // A code of its own: https://github.com/elastic/beats/issues/32687 quotes AWS, and moto has it too.
    if (!StartTime || !EndTime || StartTime >= EndTime) {
      throw new AwsError('ValidationException', 'StartTime must be before EndTime')
    }
    if (!(MaxDatapoints >= 1 && MaxDatapoints <= MOST_POINTS)) {
      throw invalid(`MaxDatapoints must be between 1 and ${MOST_POINTS}`)
    }
    const ids = MetricDataQueries.map(({ Id = '' }) => Id)
    if (new Set(ids).size < ids.length) throw invalid('Two queries have the same Id')

    const series = MetricDataQueries.map((query) => ({ query, points: pointsOf(metrics, query, StartTime, EndTime) }))
    const returned = series.filter(({ query }) => query.ReturnData !== false)
    // A page is a run of points over all the queries in their order.
    const all = returned.flatMap(({ query, points }) =>
      inOrder(points, ScanBy).map((point) => ({ ...point, id: query.Id })),
    )
    const from = startOf(input.NextToken)
    const until = from + MaxDatapoints
    const page = all.slice(from, until)
    const isLast = until >= all.length
    return {
      MetricDataResults: returned.map(({ query }) => {
        const own = page.filter(({ id }) => id === query.Id)
        return {
          Id: query.Id,
          Label: query.Label ?? query.MetricStat?.Metric?.MetricName,
          Timestamps: own.map(({ at }) => new Date(at)),
          Values: own.map(({ value }) => value),
          StatusCode: isLast ? 'Complete' : 'PartialData',
        }
      }),
      Messages: [],
      ...(!isLast && { NextToken: tokenOf(until) }),
    }
  }
}

/** Newest first is CloudWatch's default. */
function inOrder(points: readonly MetricPoint[], scanBy: GetMetricDataCommandInput['ScanBy']): readonly MetricPoint[] {
  return scanBy === 'TimestampAscending' ? points : points.toReversed()
}

function pointsOf(
  metrics: MetricStore,
  { Id = '', Expression, MetricStat }: MetricDataQuery,
  start: Date,
  end: Date,
): readonly MetricPoint[] {
  if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(Id)) {
    throw invalid(`'${Id}' is not a valid Id: it begins with a lower-case letter`)
  }
  if (Expression !== undefined) throw invalid(`This lab has no metric math: ${Expression}`)
  const { Metric, Period = 0, Stat = '' } = MetricStat ?? {}
  if (![1, 5, 10, 20, 30].includes(Period) && !(Period >= 60 && Period % 60 === 0)) {
    throw invalid('Period must be 1, 5, 10, 20, 30 or a multiple of 60')
  }
  try {
    return metrics.query({
      namespace: Metric?.Namespace ?? '',
      name: Metric?.MetricName ?? '',
      dimensions: dimensionsOf(Metric?.Dimensions),
      ...{ stat: Stat, period: Period, start: start.getTime(), end: end.getTime() },
    })
  } catch (error) {
    throw error instanceof UnknownStatistic ? invalid(error.message) : error
  }
}
