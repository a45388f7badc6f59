import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { BIN, REQUIREMENTS, VENV } from './python.ts'

/**
 * `npm run test:real`: installs what is not ours into a virtual environment of the checkout and runs the tests against
 * it. Something that cannot be installed is a failure, not a reason to leave tests out.
 */
const ROOT = resolve(import.meta.dirname, '../..')
const STAMP = resolve(VENV, 'installed.txt')

function run(command: string, ...given: string[]): void {
  const { status, error } = spawnSync(command, given, { cwd: ROOT, stdio: 'inherit' })
  if (error) throw new Error(`${command} could not be started: ${error.message}`)
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}`)
}

function install(): void {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  console.log(`installing ${wanted.trim().replaceAll('\n', ', ')}`)
  rmSync(VENV, { recursive: true, force: true })
  run('python3', '-m', 'venv', VENV)
  run(resolve(BIN, 'pip'), 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS)
  writeFileSync(STAMP, wanted)
}

try {
  run('curl', '--version')
  install()
  run(
    process.execPath,
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
    ...['--config', 'test/real/jest.config.js', '--runInBand'],
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
