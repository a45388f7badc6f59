import type { DemoRun, Deploy } from './demo-run.ts'
import { independently } from './measure.ts'

/** A decision or what became of it, for charts and tables. */
export interface Mark {
  /** Wall milliseconds since the epoch. */
  readonly at: number
  /** A word or two for a chart. */
  readonly label: string
  /** The same as a sentence. */
  readonly meaning: string
  readonly kind: 'change' | 'good' | 'bad'
}

/** What happened when, by the call log and the users' answers; ascending. */
export function marksOf(run: DemoRun): Mark[] {
  return run.deploys.flatMap((deploy) => marksOfDeploy(deploy, run)).toSorted((a, b) => a.at - b.at)
}

function marksOfDeploy(deploy: Deploy, run: DemoRun): Mark[] {
  const { version, previousVersion, watch, startedAt, endedAt } = deploy
  const { shiftedAt, decidedAt, writtenAt, restoredAt } = independently(deploy, run)
  const verdict = watch?.outputs['verdict'] ?? ''
  const mark = (at: number | undefined, kind: Mark['kind'], label: string, meaning: string): Mark[] =>
    at === undefined ? [] : [{ at, label, meaning, kind }]
  return [
    ...mark(
      startedAt,
      'change',
      `deploy ${version}`,
      `blue-green-shift starts to bring ${version} up beside ${previousVersion}`,
    ),
    ...mark(shiftedAt, 'change', 'shift', `The weights are written: all traffic to ${version}`),
    ...mark(decidedAt, verdict === 'PASS' ? 'good' : 'bad', verdict, `watch-and-rollback has its numbers: ${verdict}`),
    ...mark(writtenAt, 'bad', 'rolled back', 'The journalled weights are written back'),
    ...mark(restoredAt, 'good', 'restored', `Users get ${previousVersion} again (the first of 20 answers in a row)`),
    ...(watch?.outputs['outcome'] === 'promoted'
      ? mark(endedAt, 'good', 'promoted', `${version} stays; the tasks of ${previousVersion} are stopped`)
      : []),
  ]
}
