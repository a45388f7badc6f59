import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { CreateClusterCommand, ListServiceDeploymentsCommand } from '@aws-sdk/client-ecs'
import { DescribeAccountLimitsCommand, DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cbor } from '@smithy/core/cbor'
import { type LocalAws, startLocalAws } from '../local-aws.ts'
import { clientsFor, errorOf } from '../testing/clients.ts'

let lab: LocalAws
let clients: ReturnType<typeof clientsFor>

beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: {}, baseDirectory: '.' })
  clients = clientsFor(lab.url, 'AKIAWIRE')
})
afterAll(() => lab.close())

const ECS = 'AmazonEC2ContainerServiceV20141113'

async function json(target: string, body: string, version = '1.1') {
  const headers = { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` }
  const answer = await fetch(lab.url, { method: 'POST', headers, body })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
}

async function query(form: Record<string, string>) {
  const answer = await fetch(lab.url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, text: await answer.text() }
}

async function rpc(operation: string, input: unknown) {
  const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' }
  const path = `/service/GraniteServiceVersion20100801/operation/${operation}`
  const answer = await fetch(`${lab.url}${path}`, { method: 'POST', headers, body: Buffer.from(cbor.serialize(input)) })
  return {
    status: answer.status,
    headers: answer.headers,
    body: cbor.deserialize(new Uint8Array(await answer.arrayBuffer())),
  }
}

test('tells the caller who it is by its access key', async () => {
  const { Account, Arn } = await clients.sts.send(new GetCallerIdentityCommand({}))
  expect([Account, Arn]).toEqual(['123456789012', 'arn:aws:iam::123456789012:user/AKIAWIRE'])
})

test('refuses an operation outside the closed list with the own error of each service', async () => {
  expect(await errorOf(clients.ecs.send(new ListServiceDeploymentsCommand({ service: 's' })))).toMatchObject({
    name: 'UnknownOperationException',
    status: 400,
  })
  expect(await errorOf(clients.elb.send(new DescribeAccountLimitsCommand({})))).toMatchObject({ name: 'InvalidAction' })
  expect(await errorOf(clients.sts.send(new GetSessionTokenCommand({})))).toMatchObject({ name: 'InvalidAction' })
  expect((await rpc('DescribeAlarms', {})).body).toMatchObject({ __type: expect.stringMatching(/#InvalidAction$/) })
})

test('refuses a member that the service does not have, and names it', async () => {
  const answer = await json(`${ECS}.CreateCluster`, '{"clusterName":"a","colour":"blue"}')
  expect(answer).toMatchObject({
    status: 400,
    body: { __type: 'InvalidParameterException', message: expect.stringContaining('colour') },
  })
  const form = await query({ Action: 'DescribeRules', Version: '2015-12-01', 'RuleArns.member.1': 'a', Colour: 'b' })
  expect(form.text).toMatch(/<Code>ValidationError<\/Code><Message>.*Colour/)
})

test('refuses a request without a member that the model requires', async () => {
  const answer = await json(`${ECS}.RegisterTaskDefinition`, '{"containerDefinitions":[]}')
  expect(answer.body).toMatchObject({ message: 'family is required in RegisterTaskDefinitionRequest' })
  const form = await query({ Action: 'DescribeTargetHealth', Version: '2015-12-01' })
  expect(form).toMatchObject({ status: 400, text: expect.stringContaining('TargetGroupArn is required') })
})

test('refuses a value of another type than the model says', async () => {
  const answer = await json(`${ECS}.CreateCluster`, '{"clusterName":7}')
  expect(answer.body).toMatchObject({ message: 'clusterName must be text, got number' })
  const form = await query({
    ...{ Action: 'CreateListener', Version: '2015-12-01', LoadBalancerArn: 'a', Port: 'eighty' },
    'DefaultActions.member.1.Type': 'forward',
  })
  expect(form.text).toContain('Port must be a number')
})

test('answers an error of the query protocol in its envelope, with a request id', async () => {
  const { status, text } = await query({ Action: 'DescribeRules', Version: '2015-12-01', 'RuleArns.member.1': '<&>' })
  expect(status).toBe(400)
  expect(text).toMatch(
    /^<\?xml .*\?>\n<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>RuleNotFound<\/Code><Message>[^<]*&lt;&amp;&gt;[^<]*<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>$/,
  )
})

test('gives the SDK its typed errors over query, JSON and CBOR', async () => {
  const { RuleNotFoundException } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  await expect(clients.elb.send(new DescribeRulesCommand({ RuleArns: ['x'] }))).rejects.toBeInstanceOf(
    RuleNotFoundException,
  )
  const { InvalidParameterException } = await import('@aws-sdk/client-ecs')
  await expect(clients.ecs.send(new CreateClusterCommand({ clusterName: '!' }))).rejects.toBeInstanceOf(
    InvalidParameterException,
  )
  const { InvalidParameterValueException } = await import('@aws-sdk/client-cloudwatch')
  const at = new Date()
  await expect(
    clients.cloudWatch.send(
      new GetMetricDataCommand({ StartTime: new Date(0), EndTime: at, MetricDataQueries: [], MaxDatapoints: 0 }),
    ),
  ).rejects.toBeInstanceOf(InvalidParameterValueException)
})

test('serves CloudWatch over JSON 1.0, CBOR and query alike', async () => {
  const at = Math.floor(Date.now() / 1000)
  const datum = { MetricName: 'm', Value: 2.5, Timestamp: at }
  const cborTime = { tag: 1, value: at }
  await json(
    'GraniteServiceVersion20100801.PutMetricData',
    JSON.stringify({ Namespace: 'wire', MetricData: [datum] }),
    '1.0',
  )
  const put = await query({
    ...{ Action: 'PutMetricData', Version: '2010-08-01', Namespace: 'wire', 'MetricData.member.1.MetricName': 'm' },
    ...{ 'MetricData.member.1.Value': '1.5', 'MetricData.member.1.Timestamp': new Date(at * 1000).toISOString() },
  })
  expect(put.status).toBe(200)
  const { tag } = await import('@smithy/core/cbor')
  expect(
    (await rpc('PutMetricData', { Namespace: 'wire', MetricData: [{ ...datum, Timestamp: tag(cborTime) }] })).status,
  ).toBe(200)

  const queries = [{ Id: 'a', MetricStat: { Metric: { Namespace: 'wire', MetricName: 'm' }, Period: 60, Stat: 'Sum' } }]
  const asked = { StartTime: at - 120, EndTime: at + 120, MetricDataQueries: queries }
  const inJson = await json('GraniteServiceVersion20100801.GetMetricData', JSON.stringify(asked), '1.0')
  expect(inJson.body).toMatchObject({ MetricDataResults: [{ Id: 'a', Values: [6.5], Timestamps: [at - (at % 60)] }] })
  const inCbor = await rpc('GetMetricData', {
    ...asked,
    StartTime: tag({ tag: 1, value: at - 120 }),
    EndTime: tag({ tag: 1, value: at + 120 }),
  })
  expect(inCbor.headers.get('smithy-protocol')).toBe('rpc-v2-cbor')
  expect(inCbor.body).toMatchObject({ MetricDataResults: [{ Id: 'a', Values: [6.5] }] })
})

test('gives query errors of CloudWatch their query code beside the name of the shape', async () => {
  const { status, headers, body } = await rpc('PutMetricData', {
    Namespace: 'AWS/X',
    MetricData: [{ MetricName: 'm', Value: 1 }],
  })
  expect(status).toBe(400)
  expect(headers.get('x-amzn-query-error')).toBe('InvalidParameterValue;Sender')
  expect(body).toMatchObject({ __type: 'com.amazonaws.cloudwatch#InvalidParameterValueException' })
})

test('says what it serves to a request in no protocol of its own', async () => {
  const answer = await fetch(`${lab.url}/bucket/key`)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('Amazon ECS, Elastic Load Balancing, CloudWatch, STS')
})
