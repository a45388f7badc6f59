import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type LocalAws, startLocalAws } from '../../local-aws.ts'
import { clientsFor, errorOf } from '../../testing/clients.ts'

let lab: LocalAws
let cloudWatch: ReturnType<typeof clientsFor>['cloudWatch']
/** Start of a minute that is over. */
const MINUTE = Math.floor(Date.now() / 60_000) * 60_000 - 600_000

beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: {}, baseDirectory: '.' })
  cloudWatch = clientsFor(lab.url).cloudWatch
})
afterAll(() => lab.close())

const put = (name: string, ...data: Partial<MetricDatum>[]) =>
  cloudWatch.send(
    new PutMetricDataCommand({ Namespace: 'test', MetricData: data.map((datum) => ({ MetricName: name, ...datum })) }),
  )

const get = (name: string, more: Partial<GetMetricDataCommandInput> = {}, Stat = 'Sum') =>
  cloudWatch.send(
    new GetMetricDataCommand({
      ...{ StartTime: new Date(MINUTE), EndTime: new Date(MINUTE + 600_000) },
      MetricDataQueries: [
        { Id: 'q', MetricStat: { Metric: { Namespace: 'test', MetricName: name }, Period: 60, Stat } },
      ],
      ...more,
    }),
  )

const at = (minute: number) => ({ Timestamp: new Date(MINUTE + minute * 60_000 + 5_000) })

test('gives the points of a metric newest first, and in order of time when asked to', async () => {
  await put('ordered', { Value: 1, ...at(0) }, { Value: 2, ...at(1) }, { Value: 5, ...at(1) })
  const { MetricDataResults } = await get('ordered')
  expect(MetricDataResults).toMatchObject([
    {
      Id: 'q',
      Label: 'ordered',
      Values: [7, 1],
      Timestamps: [new Date(MINUTE + 60_000), new Date(MINUTE)],
      StatusCode: 'Complete',
    },
  ])
  const ascending = await get('ordered', { ScanBy: 'TimestampAscending' })
  expect(ascending.MetricDataResults?.[0]?.Values).toEqual([1, 7])
})

test('counts values as often as their counts say', async () => {
  await put('counted', { Values: [1, 10], Counts: [3, 1], ...at(0) })
  expect((await get('counted', {}, 'SampleCount')).MetricDataResults?.[0]?.Values).toEqual([4])
  expect((await get('counted', {}, 'Sum')).MetricDataResults?.[0]?.Values).toEqual([13])
})

test('hands out at most MaxDatapoints, and the rest page by page', async () => {
  await put('paged', { Value: 1, ...at(0) }, { Value: 2, ...at(1) }, { Value: 3, ...at(2) })
  const first = await get('paged', { MaxDatapoints: 2 })
  expect(first.MetricDataResults?.[0]).toMatchObject({ Values: [3, 2], StatusCode: 'PartialData' })
  const rest = await get('paged', { MaxDatapoints: 2, NextToken: first.NextToken ?? '' })
  expect(rest.MetricDataResults?.[0]).toMatchObject({ Values: [1], StatusCode: 'Complete' })
  expect(rest.NextToken).toBeUndefined()
})

test('has no points where nothing happened', async () => {
  expect((await get('silent')).MetricDataResults).toMatchObject([{ Values: [], StatusCode: 'Complete' }])
})

test('refuses metric math by name, and what CloudWatch refuses', async () => {
  const query = (more: object) => get('refused', { MetricDataQueries: [{ Id: 'a', ...more }] })
  const metric = { Namespace: 'test', MetricName: 'm' }
  expect(await errorOf(query({ Expression: 'm1/m2' }))).toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('metric math'),
  })
  const stat = (Period: number, Stat: string) => query({ MetricStat: { Metric: metric, Period, Stat } })
  expect(await errorOf(stat(90, 'Sum'))).toMatchObject({ message: expect.stringContaining('Period') })
  expect(await errorOf(stat(60, 'Mode'))).toMatchObject({ name: 'InvalidParameterValueException' })
  expect(
    await errorOf(query({ Id: 'Capital', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } })),
  ).toMatchObject({
    message: expect.stringContaining('lower-case'),
  })
  const many = Array.from({ length: 501 }, (_, n) => ({
    ...{ Id: `q${n}`, MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } },
  }))
  expect(await errorOf(get('refused', { MetricDataQueries: many }))).toMatchObject({ status: 400 })
  expect(await errorOf(get('refused', { EndTime: new Date(MINUTE) }))).toMatchObject({ name: 'ValidationException' })
})

test('keeps nothing of a call that puts one bad value', async () => {
  expect(await errorOf(put('half', { Value: 1, ...at(0) }, { Value: 1, Values: [2] }))).toMatchObject({ status: 400 })
  expect(await errorOf(put('half', { Value: 1, Timestamp: new Date(0) }))).toMatchObject({ status: 400 })
  expect((await get('half')).MetricDataResults?.[0]?.Values).toEqual([])
})

test('does not let anybody write into the namespaces of AWS', async () => {
  const call = cloudWatch.send(
    new PutMetricDataCommand({ Namespace: 'AWS/ApplicationELB', MetricData: [{ MetricName: 'm', Value: 1 }] }),
  )
  expect(await errorOf(call)).toMatchObject({ name: 'InvalidParameterValueException' })
})

test('lists metrics by namespace, name and dimension, 500 to a page', async () => {
  const data = Array.from({ length: 501 }, (_, n) => ({ Value: 1, Dimensions: [{ Name: 'n', Value: `${n}` }] }))
  await put('many', ...data)
  const first = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'test', MetricName: 'many' }))
  expect(first.Metrics).toHaveLength(500)
  const rest = await cloudWatch.send(
    new ListMetricsCommand({ Namespace: 'test', MetricName: 'many', NextToken: first.NextToken ?? '' }),
  )
  expect([rest.Metrics?.length, rest.NextToken]).toEqual([1, undefined])
  const one = await cloudWatch.send(new ListMetricsCommand({ Dimensions: [{ Name: 'n', Value: '7' }] }))
  expect(one.Metrics).toEqual([{ Namespace: 'test', MetricName: 'many', Dimensions: [{ Name: 'n', Value: '7' }] }])
})
