import { expect, test } from '@jest/globals'
import { paint } from './paint.ts'
import { renderLive, renderPlain } from './render.ts'
import { createScreen } from './screen.ts'
import { type Status, sidesOf, trafficOf } from './status.ts'

const STATUS: Status = {
  ...{ elapsedSeconds: 34.21, phase: 'Deploy v3: Shift the traffic', requestsPerSecond: 60, failedPerSecond: 6 },
  ...{ requests: 2000, failed: 12 },
  byVersion: { v3: { requests: 41, failed: 6 }, '': { requests: 1, failed: 1 }, v2: { requests: 18, failed: 0 } },
  sides: [
    { name: 'blue', version: 'v3', weight: 100, inEffect: 0, tasks: { RUNNING: 2 }, healthy: 2 },
    { name: 'green', version: '', weight: 0, inEffect: 100, tasks: {}, healthy: 0 },
  ],
}

function screenOf(terminal: { isTTY?: boolean; columns?: number }, environment: Record<string, string> = {}) {
  const written: string[] = []
  const screen = createScreen({ ...terminal, write: (text: string) => written.push(text) }, environment)
  return { screen, written }
}

test('the block shows weights as written and as traffic follows them, tasks, versions and errors', () => {
  const lines = renderLive(STATUS).map((pieces) => paint(pieces, { width: 100, colours: false }))
  expect(lines.slice(1)).toEqual([
    '  34.2 s  Deploy v3: Shift the traffic',
    '  blue  v3  ░░░░░░░░░░░░░░░░░░░░ 100 (traffic still 0)   2 RUNNING, 2 healthy',
    '  green –   ████████████████████ 0 (traffic still 100)   no tasks',
    '  users   load balancer itself 1, v2 18, v3 41   6 errors/s   (12 of 2000 failed so far)',
  ])
})

test('a plain line says the same', () => {
  expect(renderPlain(STATUS)).toBe(
    '  34.2 s  weights: blue v3 100 (traffic still 0), green - 0 (traffic still 100) | ' +
      'tasks: blue 2 RUNNING, 2 healthy, green no tasks | ' +
      '60 requests/s: load balancer itself 1, v2 18, v3 41 | errors: 6/s, 12 of 2000 in all',
  )
})

test('a line is never wider than the terminal', () => {
  const pieces = [['0123456789', 'red'], 'abcdef'] as const
  expect(paint(pieces, { width: 12, colours: false })).toBe('0123456789a…')
  expect(paint(pieces, { width: 5, colours: false })).toBe('0123…')
  expect(paint(pieces, { width: 16, colours: true })).toBe('\x1b[31m0123456789\x1b[39mabcdef')
})

test('a terminal keeps what happened above a block that is drawn anew', () => {
  const { screen, written } = screenOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' })
  screen.status(STATUS)
  screen.event('Deploy v4', 'why not')
  expect(written[1]?.startsWith('\x1b[5F\x1b[J● Deploy v4  why not\n───')).toBe(true)
  screen.end()
  screen.print('after')
  expect(written[2]).toBe('after\n')
})

test('colours need a terminal, and NO_COLOR takes them away', () => {
  for (const [terminal, environment, expected] of [
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{}, {}, false],
  ] as const) {
    const { screen, written } = screenOf(terminal, environment)
    screen.event('It begins')
    expect(written.join('').includes('\x1b[36m')).toBe(expected)
  }
})

test('without a terminal a status is a line every two seconds, and events come at once', () => {
  const { screen, written } = screenOf({})
  for (const elapsedSeconds of [1, 1.4, 2.9, 3, 3.4, 5.1]) screen.status({ ...STATUS, elapsedSeconds })
  screen.log({ kind: 'group', text: 'Shift the traffic' })
  screen.log({ kind: 'endgroup', text: '' })
  screen.log({ kind: 'error', text: 'first\nsecond' })
  expect(written.map((text) => text.slice(0, 10))).toEqual([
    ...['   1.0 s  ', '   3.0 s  ', '   5.1 s  '],
    ...['  ▸ Shift ', '  ✗ first\n', '  ✗ second'],
  ])
})

test('a side is what its newest tasks run, with the weights of its group in the rule', () => {
  const world = {
    listeners: [{ arn: 'l', url: '', rules: [{ arn: 'rule', written: { a: 0, b: 100 }, inEffect: { a: 100, b: 0 } }] }],
    targetGroups: [
      { arn: 'a', name: 'a', health: { healthy: 1, draining: 1 } },
      { arn: 'b', name: 'b', health: {} },
    ],
    tasks: [
      { arn: '1', service: 'web-blue', image: 'web:v1', status: 'STOPPED', address: '', log: [] },
      { arn: '2', service: 'web-blue', image: 'web:v3', status: 'RUNNING', address: '', log: [] },
      { arn: '3', service: 'web-blue', image: 'web:v1', status: 'DEACTIVATING', address: '', log: [] },
    ],
  }
  const shop = { services: ['web-blue', 'web-green'], targetGroups: ['a', 'b'], routing: 'rule' } as const
  expect(sidesOf(world, shop)).toEqual([
    { name: 'blue', version: 'v3', weight: 0, inEffect: 100, tasks: { RUNNING: 1, DEACTIVATING: 1 }, healthy: 1 },
    { name: 'green', version: '', weight: 100, inEffect: 0, tasks: {}, healthy: 0 },
  ])
})

test('rates are those of the last second, totals of all time', () => {
  const answers = [100, 900, 1500, 1800].map((at) => ({ at, status: at === 1500 ? 500 : 200, version: 'v1', ms: 1 }))
  expect(trafficOf(answers, 2000)).toEqual({
    ...{ requests: 4, failed: 1, requestsPerSecond: 2, failedPerSecond: 1 },
    byVersion: { v1: { requests: 2, failed: 1 } },
  })
})
