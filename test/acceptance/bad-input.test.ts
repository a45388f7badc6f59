import { expect, test } from '@jest/globals'
import { step, textOf } from './deploy.ts'

const RULE =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee'
const good = { cluster: 'shop', services: 'blue, green', routing: RULE, image: 'web:2' }

const handle = {
  ...{ schemaVersion: 1, cluster: 'shop', routing: RULE, loadBalancer: 'app/web/1', shiftedAt: '2026-01-01T00:00:00Z' },
  previous: { service: 'blue', targetGroupArn: 'arn:a', taskDefinition: 'web:1' },
  release: { service: 'green', targetGroupArn: 'arn:b', taskDefinition: 'web:2' },
}

test.each<[string, Parameters<typeof step>[0], Record<string, string>, RegExp[]]>([
  [
    'nothing',
    'blue-green-shift',
    {},
    [
      /4 inputs need a change/,
      /`cluster` is required/,
      /`services` is required/,
      /`routing` is required/,
      /Set `image`/,
    ],
  ],
  [
    'malformed values',
    'blue-green-shift',
    {
      ...good,
      routing: 'arn:aws:s3:::bucket',
      'health-timeout': '10 minutes',
      'dry-run': 'maybe',
      'probe-url': 'ftp://x',
    },
    [
      /4 inputs need a change/,
      /`routing` must be the ARN of an ALB listener rule or listener; received "arn:aws:s3:::bucket"/,
      /`health-timeout` must be a duration, such as 90s, 15m or 1h30m; received "10 minutes"/,
      /`dry-run` must be true or false/,
      /`probe-url` must be a URL/,
    ],
  ],
  [
    'contradictions',
    'blue-green-shift',
    { ...good, services: 'blue', 'task-definition': 'web:3', container: 'web' },
    [
      /`services` must name two different services/,
      /`image` and `task-definition` are both set and contradict each other/,
    ],
  ],
  ['one service twice', 'blue-green-shift', { ...good, services: 'blue, blue' }, [/two different services/]],
  ['nothing', 'watch-and-rollback', {}, [/`deployment` is required/]],
  [
    'malformed values',
    'watch-and-rollback',
    {
      deployment: '{"schemaVersion": 1',
      'watch-for': '15',
      'tolerated-error-rate': '120%',
      'on-inconclusive': 'guess',
      'min-errors': '-1',
    },
    [
      /5 inputs need a change/,
      /`deployment` must be JSON/,
      /`watch-for` must be a duration/,
      /`tolerated-error-rate` must be a percentage/,
      /`on-inconclusive` must be one of promote, hold, rollback; received "guess"/,
      /`min-errors` must be a whole number/,
    ],
  ],
  [
    'a deployment of something else',
    'watch-and-rollback',
    { deployment: JSON.stringify({ ...handle, routing: undefined, release: {}, shiftedAt: 'noon' }) },
    [
      /`routing` is missing/,
      /`release.service` is missing/,
      /`shiftedAt` is not an ISO 8601 time/,
      /Pass its output `deployment` unchanged/,
    ],
  ],
  [
    'anything',
    'interlock',
    { gates: 'migration-lint', 'github-token': 'not-a-real-token' },
    [/no merge-time gates yet/, /actions\/blue-green-shift@v1/],
  ],
])(
  '%s given to %s is one error that lists every problem, with the outputs set and no stack',
  async (_what, action, inputs, expected) => {
    const result = await step(action, undefined, { inputs })
    const errors = result.annotations.filter(({ kind }) => kind === 'error')
    expect(result.exitCode).toBe(1)
    expect(errors).toHaveLength(1)
    for (const pattern of expected) expect(errors[0]?.text).toMatch(pattern)
    expect(textOf(result)).not.toMatch(/\bat .*:\d+:\d+/)
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({
      schemaVersion: 1,
      reasonCode: result.outputs['reason-code'],
    })
    expect(result.outputs['reason-code']).toBe(action === 'interlock' ? 'no-gates' : 'invalid-input')
  },
)

test('without a way to AWS the error says so, not where in our code', async () => {
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  }
  const result = await step('blue-green-shift', undefined, { inputs: good, env })
  expect([result.exitCode, result.outputs['outcome'], result.outputs['reason-code']]).toEqual([
    1,
    'aborted',
    'aws-error',
  ])
  expect(textOf(result)).toMatch(/Elastic Load Balancing DescribeRules failed with ECONNREFUSED/)
  expect(textOf(result)).not.toMatch(/\bat .*:\d+:\d+/)
})

test('without a region the error says what to set', async () => {
  const result = await step('blue-green-shift', undefined, {
    inputs: good,
    env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  })
  expect(textOf(result)).toMatch(/Set AWS_REGION/)
})
