import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build.ts'

/**
 * `npm run check`: everything about the repository that can be wrong without a test of behaviour failing. All checks
 * run, one line each; exit code 1 when one failed. `--only NAME` runs one.
 */

const ROOT = resolve(import.meta.dirname, '..')

export interface Check {
  readonly name: string
  /** What to do when it fails. */
  readonly fix: string
  /** What is wrong, for people; empty text when nothing is. */
  readonly run: () => Promise<string>
}

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']

export const CHECKS: readonly Check[] = [
  { name: 'types', fix: 'fix what tsc says', run: () => node('node_modules/typescript/bin/tsc', '-p', '.') },
  {
    name: 'lint',
    fix: '`npm run format` repairs most of it',
    run: () => node('node_modules/@biomejs/biome/bin/biome', 'check', '.'),
  },
  {
    name: 'contract',
    fix: 'the failing test names the file and the rule',
    run: () => node(...JEST, 'test/contract', '--silent', '--reporters=default'),
  },
  {
    name: 'generated',
    fix: '`npm run generate`, then commit what it wrote',
    run: () => node('scripts/generate.ts', '--check'),
  },
  { name: 'dist', fix: '`npm run build`, then commit dist', run: () => staleDist(join(ROOT, 'dist')) },
]

/** Names the files of a dist that are not what its sources build today; empty text when all are. */
export async function staleDist(dist: string): Promise<string> {
  if (!existsSync(dist)) return 'there is no dist'
  const fresh = mkdtempSync(join(tmpdir(), 'interlock-dist-'))
  try {
    await build(fresh)
    return difference(dist, fresh).join('\n')
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** One line for each file that two folders do not have alike, byte by byte. */
export function difference(dist: string, fresh: string): string[] {
  const [old, now] = [new Set(readdirSync(dist)), new Set(readdirSync(fresh))]
  return [...new Set([...old, ...now])].sort().flatMap((name) => {
    if (!now.has(name)) return [`dist/${name}: no longer built`]
    if (!old.has(name)) return [`dist/${name}: missing`]
    return readFileSync(join(dist, name)).equals(readFileSync(join(fresh, name))) ? [] : [`dist/${name}: differs`]
  })
}

/** What a program of ours printed when it failed, empty text when it did not. */
async function node(...args: string[]): Promise<string> {
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  if (error) throw error
  if (status === 0) return ''
  return `${stdout}${stderr}`.trim() || `ended with ${signal ?? `exit code ${status}`}`
}

async function main(only: string | undefined): Promise<number> {
  const chosen = CHECKS.filter(({ name }) => only === undefined || name === only)
  if (chosen.length === 0) {
    console.error(`There is no check ${only}; there are ${CHECKS.map(({ name }) => name).join(', ')}.`)
    return 1
  }
  let failed = 0
  for (const { name, fix, run } of chosen) {
    const begun = performance.now()
    const wrong = await run()
    const seconds = `${((performance.now() - begun) / 1000).toFixed(1)} s`
    if (!wrong) {
      console.log(`${name.padEnd(10)} ok      ${seconds}`)
      continue
    }
    failed++
    console.log(`${name.padEnd(10)} failed  ${seconds}  ${fix}`)
    console.log(wrong.replaceAll(/^/gm, '    '))
  }
  return failed > 0 ? 1 : 0
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { only: { type: 'string' } } })
  process.exitCode = await main(values.only)
}
