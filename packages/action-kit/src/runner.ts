/** What the runner tells a step about itself; empty text where it says nothing. */
export interface Runner {
  readonly repository: string
  readonly runId: string
  readonly runAttempt: string
  readonly sha: string
  readonly actor: string
  readonly serverUrl: string
  readonly apiUrl: string
  readonly job: string
  /** Link to the run, for people. */
  readonly runUrl: string
}

export function runnerOf(environment: Readonly<Record<string, string | undefined>>): Runner {
  const of = (name: string) => environment[name] ?? ''
  const serverUrl = of('GITHUB_SERVER_URL')
  const repository = of('GITHUB_REPOSITORY')
  const runId = of('GITHUB_RUN_ID') || 'local'
  return {
    repository,
    runId,
    runAttempt: of('GITHUB_RUN_ATTEMPT') || '1',
    sha: of('GITHUB_SHA'),
    actor: of('GITHUB_ACTOR'),
    serverUrl,
    apiUrl: of('GITHUB_API_URL'),
    job: of('GITHUB_JOB'),
    runUrl: serverUrl && repository ? `${serverUrl}/${repository}/actions/runs/${runId}` : '',
  }
}
