import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExternalError, UserError } from '@interlock/model'
import { expect, test } from '@jest/globals'
import { type Action, type ActionSpec, defineAction } from './action.ts'
import type { Fields } from './field.ts'
import { duration, integer, json, oneOf, secret, text } from './kinds.ts'
import { runPhase } from './run-phase.ts'
import { heading } from './summary.ts'
import { runInMemory } from './testing.ts'

const outputs = { outcome: oneOf('done', 'failed'), 'took-seconds': integer(), detail: json() }

function actionThat(run: ActionSpec<Fields, typeof outputs>['run'], more: Partial<Action> = {}): Action {
  return defineAction({
    ...{ name: 'tried', title: 'Tried', description: 'Tried' },
    inputs: { 'watch-for': duration().default('15m'), token: secret(), name: text().describe('A name') },
    outputs,
    onFailure: { outcome: 'failed' },
    run,
    ...more,
  })
}

test('a good end sets every output, and the log ends with the verdict', async () => {
  const ended = await runInMemory(
    actionThat(async ({ outputs, summary, log }) => {
      await log.group('Work', async () => log.info('working'))
      summary.add([heading('Done')])
      outputs.set({ outcome: 'done', detail: { a: 1 } })
      return { reasonCode: 'shifted', verdict: 'All done' }
    }),
  )
  expect(ended.exitCode).toBe(0)
  expect(ended.outputs).toEqual({
    ...{ outcome: 'done', 'took-seconds': '', detail: '{"a":1}', 'reason-code': 'shifted' },
    result: expect.any(String),
  })
  expect(ended.result).toEqual({
    ...{ schemaVersion: 1, action: 'tried', outcome: 'done', tookSeconds: null, detail: { a: 1 } },
    ...{ reasonCode: 'shifted', message: 'All done' },
  })
  expect(ended.log).toBe('::group::Work\nworking\n::endgroup::\nAll done\n')
  expect(ended.summary).toBe('## Done\n')
  expect(ended.state).toEqual({ ended: 'shifted' })
})

test('bad input is one error with all problems, and the outputs are set', async () => {
  const never = actionThat(async () => {
    throw new Error('must not run')
  })
  const contradicting = { ...never, check: () => ['`a` and `b` contradict each other.'] }
  const ended = await runInMemory(contradicting, { inputs: { 'watch-for': 'long' } })
  expect(ended.exitCode).toBe(1)
  expect(ended.outputs).toMatchObject({ outcome: 'failed', 'reason-code': 'invalid-input' })
  expect(ended.result).toMatchObject({ schemaVersion: 1, outcome: 'failed', reasonCode: 'invalid-input' })
  expect(ended.log).toBe(
    '::error::2 inputs need a change:%0A- `watch-for` must be a duration, such as 90s, 15m or 1h30m; received "long".%0A- `a` and `b` contradict each other.\n',
  )
})

test('a deliberate failure keeps its outputs, is red, and is one annotation', async () => {
  const ended = await runInMemory(
    actionThat(async ({ outputs }) => {
      outputs.set({ outcome: 'done', 'took-seconds': 3 })
      return { failed: true, reasonCode: 'more-errors-than-baseline', verdict: 'Rolled back' }
    }),
  )
  expect([ended.exitCode, ended.outputs['took-seconds'], ended.log]).toEqual([1, '3', '::error::Rolled back\n'])
})

test('a failed step without a summary of its own shows why it failed; others keep theirs', async () => {
  const bare = actionThat(async () => {
    throw new UserError('The rule has <no> journal.\nRun the shift first.', 'unsupported-routing')
  })
  expect((await runInMemory(bare)).summary).toBe(
    '## Tried: failed &#40;unsupported-routing&#41;\n\nThe rule has &lt;no&gt; journal.<br>Run the shift first.\n',
  )
  const telling = actionThat(async ({ summary }) => {
    summary.add([heading('Rolled back')])
    return { failed: true, reasonCode: 'more-errors-than-baseline', verdict: 'Rolled back' }
  })
  expect((await runInMemory(telling)).summary).toBe('## Rolled back\n')
})

test('outputs set before an error stay', async () => {
  const ended = await runInMemory(
    actionThat(async ({ outputs }) => {
      outputs.set({ outcome: 'done' })
      throw new UserError('Something else is wrong.', 'routing-changed')
    }),
  )
  expect(ended.outputs).toMatchObject({ outcome: 'done', 'reason-code': 'routing-changed' })
  expect(ended.exitCode).toBe(1)
})

test('an outside failure says which service, call, code, status, request and how many tries', async () => {
  const call = { service: 'ECS', operation: 'UpdateService', code: 'ServerException', transient: true }
  const ended = await runInMemory(
    actionThat(async () => {
      throw new ExternalError('ECS UpdateService failed with ServerException: oh.', {
        ...call,
        ...{ status: 500, requestId: 'r-1', attempts: 3 },
      })
    }),
  )
  expect(ended.log).toBe(
    '::error::ECS UpdateService failed with ServerException: oh. (status 500, request id r-1, 3 attempts)\n',
  )
  const terse = await runInMemory(
    actionThat(async () => {
      throw new ExternalError('It did not answer.', call)
    }),
  )
  expect(terse.result).toMatchObject({
    reasonCode: 'aws-error',
    message: 'It did not answer. (ECS UpdateService, ServerException)',
  })
})

test('a bug is a short message; its stack is shown at debug only', async () => {
  const ended = await runInMemory(
    actionThat(async () => {
      throw new TypeError('x is undefined')
    }),
  )
  const [stack = '', message = ''] = ended.log.split('\n')
  expect(stack).toMatch(/^::debug::TypeError: x is undefined%0A +at /)
  expect(message).toMatch(/^::error::This is a bug in Interlock: x is undefined\. Please report it/)
  expect(ended.outputs['reason-code']).toBe('internal-error')
})

test('secrets are masked before the inputs are read, line by line, and outputs that hold one are named', async () => {
  const ended = await runInMemory(
    actionThat(async ({ outputs, inputs, mask }) => {
      mask('found later')
      outputs.set({ detail: inputs['token'], outcome: 'done' })
      return { reasonCode: 'shifted', verdict: 'Done' }
    }),
    { inputs: { token: 'line one\nxy\nline two' } },
  )
  expect(ended.log).toMatch(
    /^::add-mask::line one%0Axy%0Aline two\n::add-mask::line one\n::add-mask::line two\n::add-mask::found later\n/,
  )
  expect(ended.log).toContain('::warning::Output `detail` contains a secret: GitHub drops it between jobs.\n')
})

test('a secret too short to be masked is warned of, and a blank one is nothing', async () => {
  const action = actionThat(async () => ({ reasonCode: 'shifted', verdict: 'Done' }))
  const short = await runInMemory(action, { inputs: { token: 'abc' } })
  expect(short.log).not.toContain('add-mask')
  expect(short.log).toContain('::warning::`token` is shorter than 4 characters')
  expect((await runInMemory(action, { inputs: { token: ' ' } })).log).toBe('Done\n')
})

test('a cancelled run says so, also when an SDK puts it in words of its own', async () => {
  const cancelled = new AbortController()
  const action = actionThat(async ({ signal }) => {
    cancelled.abort(new UserError('The run was cancelled (SIGINT).', 'cancelled'))
    throw signal.aborted ? new DOMException('Request aborted', 'AbortError') : new Error('not aborted')
  })
  const ended = await runInMemory(action, { signal: cancelled.signal })
  expect(ended.outputs['reason-code']).toBe('cancelled')
  expect(ended.log).toBe('::error::The run was cancelled (SIGINT).\n')
})

test('what goes wrong while a cancelled run cleans up is not hidden by the cancellation', async () => {
  const cancelled = new AbortController()
  const action = actionThat(async () => {
    cancelled.abort(new UserError('The run was cancelled (SIGINT).', 'cancelled'))
    throw new UserError('The weights are not back.', 'rollback-failed')
  })
  expect((await runInMemory(action, { signal: cancelled.signal })).outputs['reason-code']).toBe('rollback-failed')
})

test('state reaches the post step, which knows how the main step ended', async () => {
  const action = actionThat(
    async ({ state }) => {
      await state.save({ routing: 'arn' })
      return { reasonCode: 'shifted', verdict: 'Done' }
    },
    { post: async ({ state, log }) => log.info(JSON.stringify(state.read())) },
  )
  const { state } = await runInMemory(action)
  expect((await runInMemory(action, { phase: 'post', state })).log).toBe('{"routing":"arn","ended":"shifted"}\n')
})

test('a post step never fails the job: its errors are warnings', async () => {
  const action = actionThat(async () => ({ reasonCode: 'shifted', verdict: 'Done' }), {
    async post() {
      throw new UserError('The lease is held.')
    },
  })
  const ended = await runInMemory(action, { phase: 'post' })
  expect(ended.exitCode).toBe(0)
  expect(ended.log).toBe(
    'Warning: Clean-up after tried did not finish. The lease is held.\n::warning::Clean-up after tried did not finish. The lease is held.\n',
  )
})

test('while a step runs, its outputs already say that it was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kit-'))
  const file = join(folder, 'output')
  writeFileSync(file, '')
  let during = ''
  const action = actionThat(async () => {
    during = readFileSync(file, 'utf8')
    return { reasonCode: 'shifted', verdict: 'Done' }
  })
  await runInMemory(action, { environment: { GITHUB_OUTPUT: file } })
  rmSync(folder, { recursive: true })
  expect(during).toContain('outcome<<interlock_early\nfailed\ninterlock_early\n')
  expect(during).toContain('reason-code<<interlock_early\ncancelled\ninterlock_early\n')
  expect(during).toMatch(/result<<interlock_early\n\{"schemaVersion":1,.*\}\ninterlock_early\n/)
})

test('a step whose outputs cannot be written is red', async () => {
  const written: string[] = []
  const exitCode = await runPhase(
    actionThat(async () => ({ reasonCode: 'shifted', verdict: 'Done' })),
    'main',
    {
      environment: {},
      write: (text) => void written.push(text),
      clock: { now: () => new Date(0), sleep: async () => {} },
      signal: new AbortController().signal,
      toolkit: async () => {
        throw new Error('no such file')
      },
    },
  )
  expect(exitCode).toBe(1)
  expect(written.join('')).toContain('::error::Done Its outputs could not be written. This is a bug')
})

test('a spec whose parts do not fit together does not compile', () => {
  const spec = { name: 'x', title: 'X', description: 'X', inputs: { count: integer().default(1) }, outputs }
  const run = async () => ({ reasonCode: 'shifted', verdict: '' }) as const
  // @ts-expect-error it says something of the outputs that there are
  defineAction({ ...spec, run, onFailure: { verdict: 'failed' } })
  // @ts-expect-error on failure it says one of its own values
  defineAction({ ...spec, run, onFailure: { outcome: 'broken' } })
  const onFailure = { outcome: 'failed' } as const
  // @ts-expect-error a reason code is one of the closed union
  defineAction({ ...spec, onFailure, run: async () => ({ reasonCode: 'because', verdict: '' }) })
  defineAction({
    ...{ ...spec, onFailure },
    async run({ inputs, outputs }) {
      const count: number = inputs.count
      outputs.set({ 'took-seconds': count })
      // @ts-expect-error an output takes values of its own type
      outputs.set({ 'took-seconds': 'long' })
      // @ts-expect-error only declared outputs are set
      outputs.set({ seconds: 1 })
      // @ts-expect-error only declared inputs are read
      return { reasonCode: 'shifted', verdict: inputs.counts }
    },
  })
})
