import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

const ROOT = resolve(import.meta.dirname, '../..')
const ALLOWED = /^(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD)( OR (MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD))*$/

interface Manifest {
  readonly version?: string
  readonly license?: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

interface Row {
  readonly name: string
  readonly version: string
  readonly licence: string
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

/** The manifests that we write: the suite's and those of its packages. */
const manifests = [
  'package.json',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`),
]
  .filter((path) => existsSync(join(ROOT, path)))
  .map(readManifest)

/** Direct dependencies with the version that is asked for, without our own packages. */
const asked = manifests
  .flatMap(({ dependencies = {}, devDependencies = {} }) => Object.entries({ ...dependencies, ...devDependencies }))
  .filter(([name]) => !name.startsWith('@interlock/'))

const rows: Row[] = [
  ...readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').matchAll(
    /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| \d{4}-\d\d-\d\d(?: \([\d.]+\))? \| [^|]+ \| [^|]+ \|$/gm,
  ),
].map(([, name = '', version = '', licence = '']) => ({ name, version, licence }))

test('each direct dependency has its line in docs/dependencies.md, with the version and licence that is installed', () => {
  const installed = asked.map(([name]): Row => {
    const { version = '', license = '' } = readManifest(`node_modules/${name}/package.json`)
    return { name, version, licence: license }
  })
  expect(rows.toSorted(byName)).toEqual(installed.toSorted(byName))
})

test('each direct dependency is asked for by its exact version', () => {
  const loose = asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
  expect(loose).toEqual([])
})

test('each direct dependency has a licence that we may use', () => {
  expect(rows.filter(({ licence }) => !ALLOWED.test(licence))).toEqual([])
})

function byName(a: Row, b: Row): number {
  return a.name < b.name ? -1 : 1
}
