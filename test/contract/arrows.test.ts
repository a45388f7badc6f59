import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { violations } from './arrows.ts'

const ROOT = join(import.meta.dirname, '../..')
let copy = ''

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'arrows-'))
})
afterEach(() => rmSync(copy, { recursive: true }))

test('imports of packages and actions follow the arrows of the design', () => {
  expect(violations(ROOT)).toEqual([])
})

test.each([
  ['packages/delivery/src/a.ts', "import { judge } from '@interlock/health'", 'delivery may not import health'],
  ['packages/health/src/a.ts', "export * from '@interlock/delivery'", 'health may not import delivery'],
  ['packages/health/src/a.ts', "import type { Log } from '@interlock/action-kit'", 'health may not import action-kit'],
  ['packages/health/src/a.ts', "type A = import('@interlock/lab').A", 'health may not import lab'],
  ['packages/cli/src/a.ts', "const lab = await import('@interlock/lab')", 'cli may not import lab'],
  ['actions/x/action.ts', "import '@interlock/lab'", 'actions may not import lab'],
  ['actions/x/action.test.ts', "import '@interlock/lab'", 'actions may not import lab'],
  ['actions/x/action.ts', "import { b } from '../y/b.ts'", 'the action x may not import y'],
  ['packages/clients/src/a.ts', "import '../../health/src/judge.ts'", 'clients may not import health'],
  ['packages/health/src/a.ts', "import '../../clients/src/elb.ts'", 'import @interlock/clients, not its files'],
  ['packages/model/src/a.ts', "import '@interlock/clients'", 'model may not import clients'],
  ['packages/model/src/a.ts', "import { join } from 'node:path'", 'model imports nothing'],
  ['packages/clients/src/a.ts', "import * as core from '@actions/core'", 'only action-kit imports @actions/core'],
  ['packages/health/src/a.ts', "const core = require('@actions/core')", 'only action-kit imports @actions/core'],
  ['packages/clients/src/a.ts', "const region = process.env['AWS_REGION']", 'touch process.env'],
  ['packages/clients/src/a.ts', 'const region = process?.env.AWS_REGION', 'touch process.env'],
  ['packages/clients/src/a.ts', 'const { env } = process', 'touch process.env'],
  ['packages/clients/src/a.ts', "import { env } from 'node:process'", 'touch process.env'],
  ['packages/clients/src/a.ts', "globalThis.process['env']", 'touch process.env'],
  ['packages/attic/src/a.ts', 'export {}', 'the room attic has no arrows yet'],
])('%# a file %s with %p is refused', (path, text, message) => {
  write(path, text)
  expect(violations(copy)).toEqual([expect.stringContaining(`${path}: `)])
  expect(violations(copy)[0]).toContain(message)
})

test.each([
  ['packages/action-kit/src/a.ts', "const core = await import('@actions/core'); process.env['CI']"],
  ['packages/delivery/src/a.ts', "import '@interlock/clients'; import '@interlock/model'; import './b.ts'"],
  ['packages/clients/src/a.ts', "// process.env is read by the SDK\nconst text = 'process.env'; process.exitCode"],
  ['actions/x/action.ts', "import '../version.ts'; import manifest from '../../package.json' with { type: 'json' }"],
  ['actions/x/main.js', "import { runAction } from '../../dist/index.js'"],
])('%# a file %s with %p is allowed', (path, text) => {
  write(path, text)
  expect(violations(copy)).toEqual([])
})

function write(path: string, text: string): void {
  for (const folder of ['packages', 'actions', dirname(path)]) mkdirSync(join(copy, folder), { recursive: true })
  writeFileSync(join(copy, path), text)
}
