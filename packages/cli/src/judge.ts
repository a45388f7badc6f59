import { parseArgs } from 'node:util'
import { DEFAULT_POLICY, type Judgement, type JudgePolicy, judge, percent } from '@interlock/health'
import type { MinuteCount } from '@interlock/model'
import { type Output, UsageError } from './usage.ts'

const USAGE = `Usage: interlock judge --baseline ERRORS/REQUESTS --release ERRORS/REQUESTS [options]

  --baseline              errors and requests of the version before, e.g. 36/3600; 0/0 without one
  --release               errors and requests of the release so far
  --look, --looks         which of how many looks this is (default 1 of 15)
  --min-ratio             a release is worse only from this many times the rate before on (default ${DEFAULT_POLICY.minRatio})
  --min-errors            fewer errors never fail a release (default ${DEFAULT_POLICY.minErrors})
  --tolerated-error-rate  a percentage, e.g. 0.5 (default ${DEFAULT_POLICY.toleratedErrorRate * 100})
  --json                  the judgement as JSON
  --exit-code             exit with 1 for a FAIL
`

const LOOKS_SHOWN = [1, 3, 5, 10, 15]

/** `interlock judge`: the verdict on given counts, with its evidence and the errors that would fail later looks. */
export function judgeCommand(argv: readonly string[], output: Output): number {
  const { help, json, exitCode, baseline, release, look, looks, policy } = readArguments(argv)
  if (help) {
    output.write(USAGE)
    return 0
  }
  const judgement = judge({ baseline: [baseline], release: halves(release), look, looks, policy })
  if (json) output.write(`${JSON.stringify(judgement, null, 2)}\n`)
  else output.write(render(judgement, limitsOf({ baseline, release, look, looks, policy })))
  return exitCode && judgement.verdict === 'FAIL' ? 1 : 0
}

function readArguments(argv: readonly string[]) {
  const problems: string[] = []
  const { values } = parse(argv)
  const counts = (name: 'baseline' | 'release'): MinuteCount => {
    const [, errors, requests] = /^(\d+)\/(\d+)$/.exec(values[name] ?? '') ?? []
    const count = { minute: 0, errors: Number(errors), requests: Number(requests) }
    if (!(count.errors <= count.requests) && !values.help) {
      problems.push(
        `--${name} must be ERRORS/REQUESTS with no more errors than requests, got ${values[name] ?? 'nothing'}`,
      )
    }
    return count
  }
  const number = (name: 'look' | 'looks' | 'min-ratio' | 'min-errors' | 'tolerated-error-rate', least: number) => {
    const value = Number(values[name])
    if (!(value >= least)) problems.push(`--${name} must be a number of at least ${least}, got ${values[name]}`)
    return value
  }
  const look = number('look', 1)
  const looks = number('looks', 1)
  if (look > looks) problems.push(`--look ${look} is beyond --looks ${looks}`)
  if (!Number.isInteger(look) || !Number.isInteger(looks)) problems.push('--look and --looks must be whole numbers')
  const policy: JudgePolicy = {
    ...DEFAULT_POLICY,
    minRatio: number('min-ratio', 1),
    minErrors: number('min-errors', 0),
    toleratedErrorRate: number('tolerated-error-rate', 0) / 100,
  }
  const read = { baseline: counts('baseline'), release: counts('release'), look, looks, policy }
  if (problems.length > 0) throw new UsageError(problems, USAGE)
  return { ...read, help: values.help, json: values.json, exitCode: values['exit-code'] }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        baseline: { type: 'string' },
        release: { type: 'string' },
        look: { type: 'string', default: '1' },
        looks: { type: 'string', default: '15' },
        'min-ratio': { type: 'string', default: `${DEFAULT_POLICY.minRatio}` },
        'min-errors': { type: 'string', default: `${DEFAULT_POLICY.minErrors}` },
        'tolerated-error-rate': { type: 'string', default: `${DEFAULT_POLICY.toleratedErrorRate * 100}` },
        json: { type: 'boolean', default: false },
        'exit-code': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError([error instanceof Error ? error.message : String(error)], USAGE)
  }
}

/** Totals say nothing of minutes: they are taken as spread over two, so that a burst is not suspected. */
function halves({ errors, requests }: MinuteCount): MinuteCount[] {
  const first = { minute: 0, errors: Math.floor(errors / 2), requests: Math.floor(requests / 2) }
  return [first, { minute: 60_000, errors: errors - first.errors, requests: requests - first.requests }]
}

interface Question {
  readonly baseline: MinuteCount
  readonly release: MinuteCount
  readonly look: number
  readonly looks: number
  readonly policy: JudgePolicy
}

/** From how many errors on each look would fail the release, if its traffic goes on as it has. */
function limitsOf({
  baseline,
  release,
  look,
  looks,
  policy,
}: Question): [look: number, requests: number, errors: number | undefined][] {
  return LOOKS_SHOWN.filter((at) => at <= looks).map((at) => {
    const requests = Math.round((release.requests / look) * at)
    const { evidence } = judge({
      baseline: [baseline],
      release: [{ minute: 0, requests, errors: 0 }],
      look: at,
      looks,
      policy,
    })
    return [at, requests, evidence.failsAtErrors]
  })
}

function render({ verdict, because, evidence }: Judgement, limits: ReturnType<typeof limitsOf>): string {
  const rate = ({ errors, requests }: { errors: number; requests: number }) =>
    requests === 0 ? 'no requests' : `${errors} of ${requests} (${percent(errors / requests)})`
  const rows = limits.map(
    ([look, requests, errors]) => `  ${`${look}`.padStart(4)}  ${`${requests}`.padStart(8)}  ${errors ?? 'never'}`,
  )
  return [
    `${verdict}: ${because}`,
    '',
    `  before    ${rate(evidence.baseline)}`,
    `  release   ${rate(evidence.release)}`,
    `  p-value   ${evidence.pValue.toExponential(2)}, fails at or below ${evidence.threshold.toExponential(2)}`,
    '',
    '  look  requests  rolled back from this many errors on',
    ...rows,
    '',
  ].join('\n')
}
