import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseFileCommands } from './file-commands.ts'

/** The Node that GitHub's runner would take for `using: node24`: from the npm package `node`, whatever runs this. */
export const NODE_24 = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')

/** What a step sees of the machine besides what the runner gives it. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot']

const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const

/** Files through which a step speaks to the runner, in a folder of their own. */
export interface StepFiles {
  readonly variables: Readonly<Record<string, string>>
  /** @throws Error when the step wrote something that the runner cannot read. */
  read(): StepWritings
  remove(): void
}

export interface StepWritings {
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** Environment for the steps that follow. */
  readonly exported: Readonly<Record<string, string>>
  /** Folders that following steps have in front of their PATH. */
  readonly addedPaths: readonly string[]
  /** Markdown. */
  readonly summary: string
}

export function createStepFiles(): StepFiles {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'))
  const of = (name: string) => join(folder, name.toLowerCase())
  for (const name of FILES) writeFileSync(of(name), '')
  writeFileSync(of('event.json'), '{}')
  for (const name of ['temp', 'tools']) mkdirSync(of(name))
  const text = (name: (typeof FILES)[number]) => readFileSync(of(name), 'utf8')
  return {
    variables: {
      ...Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, of(name)])),
      GITHUB_EVENT_PATH: of('event.json'),
      RUNNER_TEMP: of('temp'),
      RUNNER_TOOL_CACHE: of('tools'),
    },
    read: () => ({
      outputs: parseFileCommands(text('OUTPUT')),
      state: parseFileCommands(text('STATE')),
      exported: parseFileCommands(text('ENV')),
      addedPaths: text('PATH')
        .split('\n')
        .filter((line) => line !== ''),
      summary: text('STEP_SUMMARY'),
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Facts of a run as the runner states them, of no real repository. What the caller gives wins. */
export function runnerFacts(workspace: string): Record<string, string> {
  const inherited = PASSED_ON.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(inherited),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__run',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_JOB: 'deploy',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: 'octo-org/web',
    GITHUB_REPOSITORY_OWNER: 'octo-org',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_WORKFLOW: 'Deploy to Production',
    GITHUB_WORKSPACE: workspace,
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'lab',
    RUNNER_OS: process.platform === 'darwin' ? 'macOS' : process.platform === 'win32' ? 'Windows' : 'Linux',
  }
}
