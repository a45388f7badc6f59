import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Action, type AnyField, defineAction, type Fields, number, oneOf } from '@interlock/action-kit'
import { runInMemory } from '@interlock/action-kit/testing'
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
    onFailure: { outcome: 'failed' },
    run: async () => ({ reasonCode: 'dry-run', verdict: '' }),
  })
  expect(outputProblems(root, [spec])).toEqual(problems)
  rmSync(root, { recursive: true })
})

test.each(specs)('$name ends missing and malformed input with one error that lists all problems', async (spec) => {
  const inputs = Object.entries(spec.inputs as Fields)
  const refused = inputs.filter(([, field]) => refuses(field, '\u00a7')).map(([name]) => name)
  const required = inputs.filter(([, { presence }]) => presence === 'required').map(([name]) => name)
  const malformed = Object.fromEntries(refused.map((name) => [name, '\u00a7']))
  for (const [given, named] of [
    [{}, required],
    [malformed, [...refused, ...required]],
  ] as const) {
    const ended = await runInMemory(spec, { inputs: given })
    expect(ended.exitCode).toBe(1)
    expect(Object.keys(ended.outputs).toSorted()).toEqual(
      [...Object.keys(spec.outputs), 'reason-code', 'result'].toSorted(),
    )
    expect(Object.keys(spec.onFailure).length).toBeGreaterThan(0)
    expect(ended.outputs).toMatchObject(spec.onFailure)
    expect(ended.result).toMatchObject({ schemaVersion: 1, action: spec.name, ...spec.onFailure })
    expect(ended.log.match(/^::error::/gm)).toHaveLength(1)
    for (const name of named) expect(ended.result['message']).toContain(`\`${name}\``)
    expect(ended.log).not.toMatch(/ at .*\.ts:\d+/)
  }
})

function refuses(field: AnyField, text: string): boolean {
  try {
    field.parse(text)
    return false
  } catch {
    return true
  }
}
