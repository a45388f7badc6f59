import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Action, defineAction, number, oneOf } from '@interlock/action-kit'
import { expect, test } from '@jest/globals'
import { loadSpecs } from '../../scripts/generate.ts'
import { outputProblems } from './outputs.ts'

const ROOT = join(import.meta.dirname, '../..')
const specs = await loadSpecs()

test('each action sets exactly the outputs that it declares', () => {
  expect(outputProblems(ROOT, specs)).toEqual([])
})

test.each([
  ["outputs.set({ outcome: 'done', seconds: 1 })", []],
  ['context.outputs.set({ outcome, ...(late && { seconds: 1 }) })', []],
  ["outputs.set({ outcome: 'done' })", ['actions/x declares seconds and never sets it.']],
  ['outputs.set({ seconds: 1, minutes: 2 } as never)', ['actions/x sets minutes, which is not declared.']],
  ['outputs.set({ seconds: 1, [name]: 2 })', ['actions/x sets [computed], which is not declared.']],
])('%# %s in an action is judged', (call, problems) => {
  const root = mkdtempSync(join(tmpdir(), 'outputs-'))
  mkdirSync(join(root, 'actions/x'), { recursive: true })
  writeFileSync(join(root, 'actions/x/action.ts'), call)
  const spec: Action = defineAction({
    ...{ name: 'x', title: 'X', description: 'X', inputs: {} },
    outputs: { outcome: oneOf('done', 'failed'), seconds: number() },
    headline: { output: 'outcome', onFailure: 'failed' },
    run: async () => ({ reasonCode: 'dry-run', verdict: '' }),
  })
  expect(outputProblems(root, [spec])).toEqual(problems)
  rmSync(root, { recursive: true })
})

test('each action ends bad input with one error that lists all problems, and its outputs are set', async () => {
  const { runInMemory } = await import('@interlock/action-kit/testing')
  for (const spec of specs) {
    const ended = await runInMemory(spec)
    const { output, onFailure } = spec.headline
    const required = Object.entries(spec.inputs as Record<string, { presence: string }>).filter(
      ([, { presence }]) => presence === 'required',
    )
    expect(ended.exitCode).toBe(1)
    expect(ended.outputs[output]).toBe(onFailure)
    expect(Object.keys(ended.outputs).toSorted()).toEqual(
      [...Object.keys(spec.outputs), 'reason-code', 'result'].toSorted(),
    )
    expect(ended.result).toMatchObject({ schemaVersion: 1, action: spec.name, [output]: onFailure })
    expect(ended.log.match(/^::error::/gm)).toHaveLength(1)
    for (const [name] of required) expect(ended.result['message']).toContain(`\`${name}\``)
    expect(ended.log).not.toMatch(/ at .*\.ts:\d+/)
  }
})
