import type {
  Dimension,
  GetMetricDataCommandInput,
  ListMetricsCommandInput,
  MetricDataQuery,
  MetricDatum,
  PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch'
import * as model from '@aws-sdk/client-cloudwatch'
import { UnknownStatistic } from '../metrics/index.ts'
import type { Dimensions, MetricStore } from '../ports.ts'
import { AwsError } from '../wire/aws-error.ts'
import type { Service } from '../wire/service.ts'

const MOST_QUERIES = 500
const MOST_POINTS = 100_800

/** Amazon CloudWatch, API version 2010-08-01. Metric math is refused by name: the engines fetch sums and divide themselves. */
export function cloudWatchService(metrics: MetricStore, now: () => Date): Service {
  return {
    name: 'CloudWatch',
    iam: 'cloudwatch',
    model,
    version: '2010-08-01',
    namespace: 'com.amazonaws.cloudwatch',
    target: 'GraniteServiceVersion20100801',
    errors: { unknownOperation: 'InvalidAction', throttled: 'Throttling', invalid: 'InvalidParameterValueException' },
    operations: {
      GetMetricData({
        MetricDataQueries = [],
        StartTime,
        EndTime,
        ScanBy,
        NextToken,
        MaxDatapoints = MOST_POINTS,
      }: GetMetricDataCommandInput) {
        if (MetricDataQueries.length > MOST_QUERIES) throw invalid(`At most ${MOST_QUERIES} queries per call`)
        if (!StartTime || !EndTime || StartTime >= EndTime) throw invalid('StartTime must be before EndTime')
        const ids = MetricDataQueries.map(({ Id = '' }) => Id)
        if (new Set(ids).size < ids.length) throw invalid('Two queries have the same Id')
        const all = MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).flatMap((query) => {
          const points = pointsOf(metrics, query, StartTime, EndTime)
          return (ScanBy === 'TimestampAscending' ? points : points.toReversed()).map((point) => ({
            ...point,
            id: query.Id ?? '',
          }))
        })
        const from = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString())
        if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidNextToken', 'The token is not valid')
        const part = all.slice(from, from + MaxDatapoints)
        const isLast = from + MaxDatapoints >= all.length
        return {
          MetricDataResults: MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).map((query) => {
            const own = part.filter(({ id }) => id === query.Id)
            return {
              Id: query.Id,
              Label: query.Label ?? query.MetricStat?.Metric?.MetricName,
              Timestamps: own.map(({ at }) => new Date(at)),
              Values: own.map(({ value }) => value),
              StatusCode: isLast ? 'Complete' : 'PartialData',
            }
          }),
          Messages: [],
          ...(!isLast && { NextToken: Buffer.from(`${from + MaxDatapoints}`).toString('base64url') }),
        }
      },

      PutMetricData({ Namespace = '', MetricData = [] }: PutMetricDataCommandInput) {
        if (Namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is reserved.')
        for (const datum of MetricData) put(metrics, Namespace, datum, now())
        return {}
      },

      ListMetrics({ Namespace, MetricName, Dimensions = [] }: ListMetricsCommandInput) {
        const found = metrics.list({
          ...(Namespace !== undefined && { namespace: Namespace }),
          ...(MetricName !== undefined && { name: MetricName }),
          dimensions: Dimensions.map(({ Name = '', Value }) => ({
            name: Name,
            ...(Value !== undefined && { value: Value }),
          })),
        })
        return {
          Metrics: found.map(({ namespace, name, dimensions }) => ({
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
        }
      },
    },
  }
}

function pointsOf(metrics: MetricStore, { Id, Expression, MetricStat }: MetricDataQuery, start: Date, end: Date) {
  if (!/^[a-z]\w*$/.test(Id ?? ''))
    throw new AwsError('ValidationError', `'${Id}' is not a valid Id: it begins with a lower-case letter`)
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

function put(metrics: MetricStore, namespace: string, datum: MetricDatum, now: Date): void {
  const { MetricName = '', Value, Values = [], Counts, StatisticValues, Timestamp = now, StorageResolution } = datum
  if (StatisticValues) throw invalid('This lab takes Value or Values with Counts, not StatisticValues')
  if ((Value === undefined) === (Values.length === 0)) throw invalid('A datum needs either Value or Values')
  if (Counts && Counts.length !== Values.length) throw invalid('Values and Counts must have the same length')
  const at = { namespace, name: MetricName, dimensions: dimensionsOf(datum.Dimensions), at: Timestamp.getTime() }
  const options = { resolutionSeconds: StorageResolution === 1 ? (1 as const) : (60 as const) }
  if (Value !== undefined) metrics.record({ ...at, value: Value }, options)
  for (const [n, value] of Values.entries()) metrics.record({ ...at, value, count: Counts?.[n] ?? 1 }, options)
}

function dimensionsOf(dimensions: readonly Dimension[] = []): Dimensions {
  return Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]))
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message)
}
