import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
export const REQUIREMENTS = resolve(import.meta.dirname, 'requirements.txt')
export const VENV = resolve(ROOT, '.venv-real')
export const BIN = resolve(VENV, 'bin')

const execute = promisify(execFile)

/** What every AWS client of these tests is told. */
export function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    ...{
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'real',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
    ...{
      PATH: `${BIN}:${process.env['PATH'] ?? ''}`,
      AWS_PAGER: '',
      HOME: '/nonexistent',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  }
}

/** Standard output of a program of the virtual environment. @throws Error with its standard error when it fails. */
export async function run(program: string, given: readonly string[], endpoint: string): Promise<string> {
  const { stdout } = await execute(program, given, {
    env: clientEnvironment(endpoint),
    maxBuffer: 16 * 1024 * 1024,
    timeout: 120_000,
  })
  return stdout
}

/** The JSON that a script of `python/` prints. */
export async function runScript<T>(script: string, endpoint: string, ...given: string[]): Promise<T> {
  return JSON.parse(await run('python3', [resolve(import.meta.dirname, 'python', script), ...given], endpoint)) as T
}
