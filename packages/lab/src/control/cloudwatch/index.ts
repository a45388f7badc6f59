import type { ListMetricsCommandInput } from '@aws-sdk/client-cloudwatch'
import * as model from '@aws-sdk/client-cloudwatch'
import type { MetricStore } from '../../ports.ts'
import type { Service } from '../../wire/service.ts'
import { getMetricData } from './get-metric-data.ts'
import { putMetricData } from './put-metric-data.ts'
import { startOf, tokenOf } from './shared.ts'

/** CloudWatch's own page size of ListMetrics. */
const LISTED = 500

/** Amazon CloudWatch, API version 2010-08-01. */
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
      GetMetricData: getMetricData(metrics),
      PutMetricData: putMetricData(metrics, now),
      ListMetrics: listMetrics(metrics),
    },
  }
}

function listMetrics(metrics: MetricStore) {
  return ({ Namespace, MetricName, Dimensions = [], NextToken }: ListMetricsCommandInput) => {
    const from = startOf(NextToken)
    const found = metrics.list({
      ...(Namespace !== undefined && { namespace: Namespace }),
      ...(MetricName !== undefined && { name: MetricName }),
      dimensions: Dimensions.map(({ Name = '', Value }) => ({
        name: Name,
        ...(Value !== undefined && { value: Value }),
      })),
    })
    return {
      Metrics: found.slice(from, from + LISTED).map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
      ...(from + LISTED < found.length && { NextToken: tokenOf(from + LISTED) }),
    }
  }
}
