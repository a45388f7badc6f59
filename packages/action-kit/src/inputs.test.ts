import { UserError } from '@interlock/model'
import { expect, test } from '@jest/globals'
import type { Fields } from './field.ts'
import { parseInputs } from './inputs.ts'
import { boolean, duration, integer, json, list, number, oneOf, percent, secret, text, url } from './kinds.ts'

test.each([
  [duration(), '90s', 90_000],
  [duration(), '15m', 900_000],
  [duration(), '1h30m', 5_400_000],
  [duration(), '0s', 0],
  [number(), '-1.5', -1.5],
  [number(), '.5', 0.5],
  [integer(), '0', 0],
  [integer({ min: -3 }), '-3', -3],
  [percent(), '0.1%', 0.001],
  [percent(), '0.001', 0.001],
  [percent(), '100%', 1],
  [boolean(), 'True', true],
  [boolean(), 'FALSE', false],
  [list(), 'a, b\n c\n,', ['a', 'b', 'c']],
  [url(), 'https://example.com/x', 'https://example.com/x'],
  [oneOf('a', 'b'), 'b', 'b'],
  [json(), '{"a":1}', { a: 1 }],
  [text(), '  padded ', 'padded'],
])('%# a value that is allowed becomes what it means', (field, given, meant) => {
  expect(parseInputs({ it: field } as Fields, { INPUT_IT: given })).toEqual({ it: meant })
})

test.each([
  [duration(), '15', '`it` must be a duration, such as 90s, 15m or 1h30m; received "15".'],
  [duration(), '30m1h', '`it` must be a duration, such as 90s, 15m or 1h30m; received "30m1h".'],
  [
    duration({ min: 60_000, max: 7_200_000 }),
    '30s',
    '`it` must be a duration from 1m to 2h, such as 90s, 15m or 1h30m; received "30s".',
  ],
  [number(), '1e3', '`it` must be a number, such as 1.5; received "1e3".'],
  [number({ min: 2 }), '1', '`it` must be a number of at least 2, such as 2; received "1".'],
  [integer(), '-1', '`it` must be a whole number of at least 0; received "-1".'],
  [integer({ min: 1, max: 3 }), '4', '`it` must be a whole number from 1 to 3; received "4".'],
  [percent(), '101%', '`it` must be a percentage from 0% to 100%, such as 0.5%; received "101%".'],
  [boolean(), 'yes', '`it` must be true or false; received "yes".'],
  [list(), ' ,\n', '`it` must be a list of names separated by commas or line ends; received ",".'],
  [
    url(),
    'ftp://example.com',
    '`it` must be a URL that begins with https:// or http://; received "ftp://example.com".',
  ],
  [oneOf('hold', 'rollback'), 'Hold', '`it` must be one of hold, rollback; received "Hold".'],
  [json(), '{', '`it` must be JSON; received "{".'],
  [text().matching(/^arn:/, 'an ARN'), 'x', '`it` must be an ARN; received "x".'],
])('%# a value that is not allowed is named with what is allowed and what was received', (field, given, problem) => {
  expect(problemsOf({ it: field }, { INPUT_IT: given })).toEqual([problem])
})

test('all problems come in one error: missing, malformed and contradictory', () => {
  const fields = {
    cluster: text().required().describe('Name of the cluster'),
    routing: text().required().describe('ARN of the rule'),
    'watch-for': duration().default('15m').describe('How long'),
    image: text(),
  }
  const check = () => ['`image` and `revision` contradict each other: keep one.']
  const environment = { INPUT_CLUSTER: '  ', 'INPUT_WATCH-FOR': 'long' }
  expect(() => parseInputs(fields, environment, check)).toThrow(
    new UserError(
      [
        '4 inputs need a change:',
        '- `cluster` is required: name of the cluster.',
        '- `routing` is required: ARN of the rule.',
        '- `watch-for` must be a duration, such as 90s, 15m or 1h30m; received "long".',
        '- `image` and `revision` contradict each other: keep one.',
      ].join('\n'),
    ),
  )
})

test('blank is absent: the default stands in, and an optional input is undefined', () => {
  const fields = { 'dry-run': boolean().default(false), image: text(), token: secret().fromContext('github.token') }
  expect(parseInputs(fields, { 'INPUT_DRY-RUN': '', INPUT_IMAGE: ' \n' })).toEqual({ 'dry-run': false })
})

test('the value of a secret is never part of a message', () => {
  const fields = { token: secret().matching(/^ghp_/, 'a token that begins with ghp_') }
  const [problem] = problemsOf(fields, { INPUT_TOKEN: 'hunter2-hunter2' })
  expect(problem).toBe('`token` must be a token that begins with ghp_; received another value.')
})

test('a long value is cut in the message', () => {
  const [problem = ''] = problemsOf({ it: boolean() }, { INPUT_IT: 'x'.repeat(5_000) })
  expect(problem.length).toBeLessThan(300)
})

test('what a validator of JSON objects to is part of the message', () => {
  const shape = () => {
    throw new UserError('not a deployment: `cluster` is missing.')
  }
  expect(problemsOf({ deployment: json(shape) }, { INPUT_DEPLOYMENT: '{}' })).toEqual([
    '`deployment` is not a deployment: `cluster` is missing; received "{}".',
  ])
})

test('a bug in a validator stays a bug', () => {
  const broken = () => {
    throw new TypeError('undefined is not a function')
  }
  expect(() => parseInputs({ it: json(broken) }, { INPUT_IT: '{}' })).toThrow(TypeError)
})

test('a default that is not allowed is found where it is written', () => {
  expect(() => duration().default('soon')).toThrow('a duration')
})

test('the names and types of the parsed inputs are those of the spec', () => {
  const inputs = parseInputs(
    { 'watch-for': duration().default('15m'), mode: oneOf('hold', 'promote').required(), image: text() },
    { INPUT_MODE: 'hold' },
  )
  const watchFor: number = inputs['watch-for']
  const mode: 'hold' | 'promote' = inputs.mode
  // @ts-expect-error an optional input may be undefined
  const image: string = inputs.image
  expect([watchFor, mode, image]).toEqual([900_000, 'hold', undefined])
})

function problemsOf(fields: Fields, environment: Record<string, string>): string[] {
  try {
    parseInputs(fields, environment)
  } catch (error) {
    if (error instanceof UserError) return error.message.split('\n- ').slice(1)
    throw error
  }
  return []
}
