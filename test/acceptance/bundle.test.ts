import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runAction } from '@interlock/lab/runner'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const ROOT = resolve(import.meta.dirname, '../..')
const DIST = join(ROOT, 'dist')

/** The folders in actions/, each with its generated main.js. */
const ACTIONS = readdirSync(join(ROOT, 'actions')).filter((name) => existsSync(join(ROOT, 'actions', name, 'main.js')))

/** What a runner downloads: the repository without node_modules, somewhere else. */
let checkout = ''

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'bundle-'))
  for (const name of ['dist', 'actions', 'action.yml', 'package.json']) {
    cpSync(join(ROOT, name), join(checkout, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('.ts'),
    })
  }
})

afterAll(() => rmSync(checkout, { recursive: true, force: true }))

test.each(ACTIONS)(
  '%s starts where there is nothing but the repository and fails without inputs in one clean error',
  async (name) => {
    const own = join(checkout, 'actions', name)
    const action = existsSync(join(own, 'action.yml')) ? own : checkout
    const step = await runAction({ action, cwd: checkout, inputs: { 'github-token': '' } })
    const errors = step.annotations.filter(({ kind }) => kind === 'error')
    expect(errors.map(({ text }) => text)).toHaveLength(1)
    expect(step.lines.map(({ text }) => text).join('\n')).not.toMatch(/^\s+at .+:\d+/m)
    expect(step.exitCode).toBe(1)
    expect(JSON.parse(step.outputs['result'] ?? '')).toMatchObject({ schemaVersion: 1 })
    expect(step.outputs['reason-code']).toMatch(/^[a-z]+(-[a-z]+)*$/)
  },
)

test('dist holds an entry, chunks, the licences and the mark that it is ESM, and nothing else', () => {
  const others = readdirSync(DIST).filter((name) => !/^\d+\.index\.js$/.test(name))
  expect(others.toSorted()).toEqual(['index.js', 'licenses.txt', 'package.json'])
  expect(JSON.parse(readFileSync(join(DIST, 'package.json'), 'utf8'))).toEqual({ type: 'module' })
})

test('every chunk that is named in dist is there', () => {
  const all = readdirSync(DIST).filter((name) => name.endsWith('.js'))
  const code = all.map((name) => readFileSync(join(DIST, name), 'utf8'))
  const loaded = new Set(code.flatMap((text) => [...text.matchAll(/\.e\((\d+)\)/g)].map(([, id]) => `${id}.index.js`)))
  expect([...loaded].filter((name) => !all.includes(name))).toEqual([])
  expect(all.filter((name) => name !== 'index.js' && !loaded.has(name))).toEqual([])
})

test('nothing in dist names a folder of the machine that built it', () => {
  const places = [ROOT, homedir(), tmpdir()].filter((place) => place.length > 1)
  for (const [name, text] of contents()) {
    for (const place of places)
      expect({ name, found: text.includes(`${place}/`) && place }).toEqual({ name, found: false })
    expect({ name, found: /["'`(](\/home\/|\/Users\/|[A-Z]:\\\\)\w+/.exec(text)?.[0] }).toEqual({ name })
  }
})

test('nothing of the lab is in dist', () => {
  // Minifying keeps the names of functions and these words.
  for (const [name, text] of contents()) {
    const found =
      /packages\/lab|@interlock\/lab|local-aws|LAB_CLOCK|"(startLocalAws|createShop|clockEnvironment)"/.exec(text)
    expect({ name, found: found?.[0] }).toEqual({ name })
  }
})

function contents(): [string, string][] {
  return readdirSync(DIST)
    .filter((name) => name !== 'licenses.txt')
    .map((name) => [name, readFileSync(join(DIST, name), 'utf8')])
}
