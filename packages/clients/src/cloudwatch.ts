import type { MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { ExternalError, type MetricReader, type MetricSeries, type MinuteValues } from '@interlock/model'
import { type AwsOptions, clientConfig, lazy } from './client-config.ts'
import { toExternalError } from './external-error.ts'

const SERVICE = 'CloudWatch'

/**
 * Sums by minute from GetMetricData, CloudWatch API version 2010-08-01. Metric math is not used: a division there makes
 * NaN of 0 requests, and averages of ratios are not the ratio.
 */
export function cloudWatchReader(options: AwsOptions): MetricReader {
  const sdk = lazy(() => import('./sdk/cloudwatch.ts'))
  const client = lazy(async () => new (await sdk()).CloudWatchClient(clientConfig(options, 'read')))

  return {
    async sums<Name extends string>(
      series: Readonly<Record<Name, MetricSeries>>,
      { start, end }: { start: Date; end: Date },
    ) {
      const { GetMetricDataCommand } = await sdk()
      const names = Object.keys(series) as Name[]
      const values = new Map<Name, Map<number, number>>(names.map((name) => [name, new Map()]))
      const last = new Map<Name, MetricDataResult>()
      const MetricDataQueries = names.map((name, at) => ({
        // An Id must begin with a lower-case letter; names are ours, so they go by position.
        Id: `q${at}`,
        MetricStat: {
          Metric: {
            Namespace: series[name].namespace,
            MetricName: series[name].metric,
            Dimensions: Object.entries(series[name].dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: 60,
          Stat: 'Sum',
        },
      }))
      let NextToken: string | undefined
      do {
        const page = await (await client())
          .send(
            new GetMetricDataCommand({
              ...{ MetricDataQueries, StartTime: start, EndTime: end, ScanBy: 'TimestampAscending' },
              ...(NextToken !== undefined && { NextToken }),
            }),
          )
          .catch((error: unknown) => {
            throw toExternalError(SERVICE, 'GetMetricData', error)
          })
        for (const result of page.MetricDataResults ?? []) {
          const name = names[Number(result.Id?.slice(1))]
          if (name === undefined) continue
          last.set(name, result)
          for (const [n, time] of (result.Timestamps ?? []).entries()) {
            values.get(name)?.set(time.getTime(), result.Values?.[n] ?? Number.NaN)
          }
        }
        NextToken = page.NextToken
      } while (NextToken)
      for (const name of names) refuseHalf(name, last.get(name))
      return Object.fromEntries(values) as unknown as Record<Name, MinuteValues>
    },
  }
}

/** Half an answer is not "no errors". */
function refuseHalf(name: string, result: MetricDataResult | undefined): void {
  const code = result?.StatusCode ?? 'missing'
  if (code === 'Complete') return
  const detail = result?.Messages?.map(({ Value }) => Value).join(' ') ?? ''
  throw new ExternalError(`${SERVICE} GetMetricData gave no complete answer for ${name} (${code}). ${detail}`.trim(), {
    ...{ service: SERVICE, operation: 'GetMetricData', code, transient: true },
  })
}
