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
  /** What a chart without much room leaves out. */
  readonly isAside: boolean
}

/** What happened when, by the call log and the users' answers; ascending. */
export function marksOf(run: DemoRun): Mark[] {
  return run.deploys.flatMap((deploy) => marksOfDeploy(deploy, run)).toSorted((a, b) => a.at - b.at)
}

function marksOfDeploy(deploy: Deploy, run: DemoRun): Mark[] {
  const { version, previousVersion, watch, startedAt, endedAt } = deploy
  const { shiftedAt, decidedAt, writtenAt, restoredAt } = independently(deploy, run)
  const { verdict = '', outcome = '' } = watch?.outputs ?? {}
  const promotedAt = outcome === 'promoted' ? endedAt : undefined
  const known: readonly (Omit<Mark, 'at'> & { readonly at: number | undefined })[] = [
    {
      ...{ at: startedAt, kind: 'change', isAside: true },
      label: `deploy ${version}`,
      meaning: `blue-green-shift starts to bring ${version} up${previousVersion && ` beside ${previousVersion}`}`,
    },
    {
      ...{ at: shiftedAt, kind: 'change', isAside: false },
      label: 'shift',
      meaning: `The weights are written: all traffic to ${version}`,
    },
    {
      ...{ at: decidedAt, kind: verdict === 'PASS' ? 'good' : 'bad', isAside: false },
      label: verdict,
      meaning: `watch-and-rollback has its numbers: ${verdict}`,
    },
    {
      ...{ at: promotedAt, kind: 'good', isAside: true },
      label: 'promoted',
      meaning: `${version} stays; the tasks of ${previousVersion} are stopped`,
    },
    {
      ...{ at: writtenAt, kind: 'bad', isAside: false },
      label: 'rolled back',
      meaning: 'The journalled weights are written back',
    },
    {
      ...{ at: restoredAt, kind: 'good', isAside: false },
      label: 'restored',
      meaning: `Users get ${previousVersion} again (the first of 20 answers in a row)`,
    },
  ]
  return known.flatMap(({ at, ...mark }) => (at === undefined ? [] : [{ at, ...mark }]))
}
