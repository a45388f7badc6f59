import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { transform } from 'esbuild'
import { gather } from './gather.ts'
import { licencesOf } from './licences.ts'

let root = ''

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gather-')))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** Gathers `code` and returns what it prints when it runs. */
async function run(code: string): Promise<string> {
  write('entry.ts', code)
  write('out/package.json', '{"type":"module"}')
  await gather(root, 'entry.ts', join(root, 'out'))
  return execFileSync(process.execPath, [join(root, 'out/index.js')], { encoding: 'utf8' }).trim()
}

test('a module of Node is loaded when it is used, not when it is imported', async () => {
  const loaded = `process.moduleLoadList.includes('NativeModule zlib')`
  const printed = await run(`
    import { crc32 } from 'node:zlib'
    const before = ${loaded}
    console.log(before, crc32('a'), ${loaded})`)
  expect(printed).toBe('false 3904355907 true')
})

test('named, default and namespace imports of Node give what Node gives, classes and functions included', async () => {
  const printed = await run(`
    import fs, { existsSync as exists } from 'node:fs'
    import * as path from 'path'
    import EventEmitter, { once } from 'node:events'
    import { Readable } from 'stream'
    class Own extends EventEmitter {}
    const { default: os, platform } = await import('node:os')
    console.log(
      exists('/'), fs.existsSync('/'), path.join('a', 'b'), path.default.sep, new Own() instanceof EventEmitter, typeof once,
      new Readable() instanceof EventEmitter, os.platform() === platform(),
    )`)
  expect(printed).toBe('true true a/b / true function true true')
})

test('of a package.json only name, version and repository go in, so that a tool’s new version changes no bundle', async () => {
  write('package.json', '{"name":"n","version":"1.2.3","devDependencies":{"jest":"30"}}')
  expect(await run(`import manifest from './package.json'; console.log(JSON.stringify(manifest))`)).toBe(
    '{"name":"n","version":"1.2.3"}',
  )
})

test('a class that code asks for by its name keeps it when its chunk is minified', async () => {
  write('other.ts', 'export class NoOpLogger {\n  warn() {}\n}')
  write(
    'entry.ts',
    `
    const { NoOpLogger } = await import('./other.ts')
    console.log([new NoOpLogger()].every((each) => each.constructor?.name === 'NoOpLogger'))`,
  )
  write('out/package.json', '{"type":"module"}')
  await gather(root, 'entry.ts', join(root, 'out'))
  for (const file of readdirSync(join(root, 'out')).filter((name) => name.endsWith('.js'))) {
    const { code } = await transform(readFileSync(join(root, 'out', file), 'utf8'), { minify: true, format: 'esm' })
    writeFileSync(join(root, 'out', file), code)
  }
  expect(execFileSync(process.execPath, [join(root, 'out/index.js')], { encoding: 'utf8' }).trim()).toBe('true')
})

test('an entry that reaches the lab is refused by the path of the file', async () => {
  write('packages/lab/src/secret.ts', `export const secret = Math.random()`)
  const gathering = run(`import { secret } from './packages/lab/src/secret.ts'; console.log(secret)`)
  await expect(gathering).rejects.toThrow('packages/lab/src/secret.ts')
})

test('the licences are those of the packages that went in, the same text once', async () => {
  for (const name of ['a', 'b', 'c']) {
    write(
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, version: '1.0.0', license: 'MIT', main: 'index.js' }),
    )
    write(`node_modules/${name}/index.js`, `export const value = Math.random()`)
    write(`node_modules/${name}/LICENSE.md`, 'Do what you like.')
  }
  write(
    'entry.ts',
    `import { value } from 'a'; import { value as other } from 'b'; import 'c'; console.log(value + other)`,
  )
  mkdirSync(join(root, 'out'))
  const inputs = await gather(root, 'entry.ts', join(root, 'out'))
  expect(licencesOf(root, inputs)).toBe('a 1.0.0\nb 1.0.0\nc 1.0.0\n\nDo what you like.\n')
})
