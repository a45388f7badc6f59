import type { Action } from './action.ts'
import type { Ending } from './ending.ts'

/** Outputs that every action has, beside those of its spec. */
export const COMMON_OUTPUTS = {
  'reason-code': 'Why it ended as it did, in one kebab-case word; new ones may be added',
  result:
    'All of the above as JSON with `schemaVersion` 1 and the closing `message`; set on every path, failures included',
} as const

/** Every output of the action as text. Those not set are empty, so that nobody reads an undefined one. */
export function renderOutputs(
  action: Action,
  values: Readonly<Record<string, unknown>>,
  { reasonCode, verdict }: Ending,
): Record<string, string> {
  const names = Object.keys(action.outputs)
  const members = names.map((name) => [camelCase(name), values[name] ?? null])
  const result = { schemaVersion: 1, action: action.name, ...Object.fromEntries(members), reasonCode, message: verdict }
  return {
    ...Object.fromEntries(names.map((name) => [name, textOf(values[name])])),
    'reason-code': reasonCode,
    result: JSON.stringify(result),
  }
}

/** What the outputs say if the step is killed before it ends. */
export function outputsIfKilled(action: Action): Record<string, string> {
  const verdict = 'The step was killed before it ended; run it again.'
  return renderOutputs(action, action.onFailure, { reasonCode: 'cancelled', verdict })
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
