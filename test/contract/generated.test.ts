import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineAction, duration, oneOf, secret, text } from '@interlock/action-kit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import type { Manifest } from '../../actions/uses.ts'
import { drift, loadSpecs, renderActionYml } from '../../scripts/generate.ts'

const ROOT = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const specs = await loadSpecs()
let copy = ''

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'drift-'))
  for (const path of ['action.yml', 'actions', 'docs', 'README.md']) {
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  }
})
afterEach(() => rmSync(copy, { recursive: true }))

test('action.yml, stubs, README tables and references follow from the specs', () => {
  expect(drift(ROOT, specs, manifest)).toEqual([])
})

const ACTION = specs.find(({ post }) => post)?.name ?? ''

test.each<[string, string, (text: string) => string, string]>([
  [
    'a description',
    `actions/${ACTION}/action.yml`,
    (t) => t.replace(/description: '\w/, "description: 'x"),
    'does not follow',
  ],
  [
    'a default',
    `actions/${ACTION}/action.yml`,
    (t) => t.replace(/default: '.*'/, "default: 'other'"),
    'does not follow',
  ],
  [
    'whether one is required',
    `actions/${ACTION}/action.yml`,
    (t) => t.replace('required: true', 'required: false'),
    'does not follow',
  ],
  ['an output', `actions/${ACTION}/action.yml`, (t) => t.replace('  reason-code:', '  reason:'), 'does not follow'],
  ['the runtime', `actions/${ACTION}/action.yml`, (t) => t.replace('node24', 'node20'), 'does not follow'],
  ['the post step', `actions/${ACTION}/action.yml`, (t) => t.replace('  post: post.js\n', ''), 'does not follow'],
  [
    'the entry of the root action',
    'action.yml',
    (t) => t.replace('actions/interlock/main.js', 'main.js'),
    'does not follow',
  ],
  ['a row of a table', `actions/${ACTION}/README.md`, (t) => t.replace(/^\| `.*\n/m, ''), 'does not follow'],
  ['a marker', `actions/${ACTION}/README.md`, (t) => t.replace('<!-- outputs:end -->', ''), 'lacks the markers'],
  ['a stub', `actions/${ACTION}/main.js`, (t) => t.replace(`'${ACTION}'`, "'interlock'"), 'does not follow'],
  ['a phase in a stub', `actions/${ACTION}/post.js`, (t) => t.replace("'post'", "'main'"), 'does not follow'],
  [
    'whom a snippet calls',
    `actions/${ACTION}/README.md`,
    (t) => `${t}\n- uses: someone/interlock/actions/${ACTION}@v0\n`,
    'does not follow',
  ],
  [
    'what a snippet calls',
    `actions/${ACTION}/README.md`,
    (t) => `${t}\n- uses: x/interlock/actions/gone@v1\n`,
    'which does not exist',
  ],
])('a change of %s by hand is found', (_what, path, change, message) => {
  const before = readFileSync(join(copy, path), 'utf8')
  writeFileSync(join(copy, path), change(before))
  expect(readFileSync(join(copy, path), 'utf8')).not.toBe(before)
  expect(drift(copy, specs, manifest)).toEqual([expect.stringContaining(message)])
})

test.each(['action.yml', `actions/${ACTION}/action.yml`, `actions/${ACTION}/main.js`, `actions/${ACTION}/README.md`])(
  'a missing %s is found',
  (path) => {
    rmSync(join(copy, path))
    expect(drift(copy, specs, manifest)).toEqual([`${path} is missing.`])
  },
)

test('what is left of an action or a phase that is gone is found', () => {
  mkdirSync(join(copy, 'actions/old'))
  writeFileSync(join(copy, 'actions/old/action.yml'), '')
  writeFileSync(join(copy, 'actions/interlock/post.js'), '')
  expect(drift(copy, specs, manifest).map((problem) => problem.split(' ')[0])).toEqual(
    expect.arrayContaining(['actions/old/action.yml', 'actions/interlock/post.js']),
  )
})

test('a change of a spec alone is found', () => {
  const [first, ...others] = specs
  const changed = { ...first, inputs: { ...first?.inputs, added: text().describe('New') } } as (typeof specs)[number]
  expect(drift(ROOT, [changed, ...others], manifest)).not.toEqual([])
})

test('another owner in package.json is found in the documents', () => {
  writeFileSync(join(copy, 'actions', ACTION, 'notes.md'), `uses: interlock-actions/interlock/actions/${ACTION}@v1\n`)
  const moved = { ...manifest, repository: { url: 'git+https://github.com/elsewhere/interlock.git' } }
  expect(drift(copy, specs, moved)).toContain(`actions/${ACTION}/notes.md does not follow from the specs.`)
})

test('action.yml says what the spec says, whatever characters are in it', () => {
  const spec = defineAction({
    ...{ name: 'odd', title: "It's: odd", description: '# not a comment: {a} [b] "c" \\ %d' },
    inputs: {
      'watch-for': duration().default('15m').describe("the watch's length"),
      token: secret().fromContext('github.token').describe('- a dash first'),
      name: text().required().describe('*star'),
    },
    outputs: { outcome: oneOf('a', 'b') },
    onFailure: { outcome: 'b' },
    run: async () => ({ reasonCode: 'dry-run', verdict: '' }),
  })
  expect(parse(renderActionYml(spec))).toEqual({
    name: "It's: odd",
    description: '# not a comment: {a} [b] "c" \\ %d',
    inputs: {
      'watch-for': { description: "the watch's length", required: false, default: '15m' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub, not of JavaScript
      token: { description: '- a dash first', required: false, default: '${{ github.token }}' },
      name: { description: '*star', required: true },
    },
    outputs: {
      outcome: { description: '`a`, `b`' },
      'reason-code': { description: expect.any(String) },
      result: { description: expect.any(String) },
    },
    runs: { using: 'node24', main: 'main.js' },
  })
})
