import { resolve } from 'node:path'
import type { LabProcess } from '@interlock/lab'
import { type RunOptions, runAction, type StepResult } from '@interlock/lab/runner'
import type { Shop } from '@interlock/lab/shop'

const ROOT = resolve(import.meta.dirname, '../..')

export type ActionName = 'blue-green-shift' | 'watch-and-rollback'

/** What a job that deploys `version` to `shop` runs, with built bundles; `caller` is its access key. */
export interface Job {
  readonly lab: LabProcess
  readonly shop: Shop
  readonly version: string
  readonly caller: string
  /** GitHub's run id; a re-run keeps it. */
  readonly runId?: string
}

export function shift(job: Job, more: Partial<RunOptions> = {}): Promise<StepResult> {
  const { cluster, services, routing, url } = job.shop
  const inputs = { cluster, services: services.join(', '), routing, image: `web:${job.version}`, 'probe-url': url }
  return step('blue-green-shift', job, { ...more, inputs: { ...inputs, ...more.inputs } })
}

/** In lab minutes: a short baseline, and a tolerated rate that the demo's traffic can prove. */
export function watch(job: Job, deployment: string, more: Partial<RunOptions> = {}): Promise<StepResult> {
  const inputs = { deployment, baseline: '5m', 'watch-for': '10m', 'tolerated-error-rate': '1%' }
  return step('watch-and-rollback', job, { ...more, inputs: { ...inputs, ...more.inputs } })
}

export function step(
  action: ActionName | 'interlock',
  job: Pick<Job, 'lab' | 'caller' | 'runId'> | undefined,
  options: Partial<RunOptions>,
): Promise<StepResult> {
  return runAction({
    action: action === 'interlock' ? ROOT : resolve(ROOT, 'actions', action),
    ...options,
    env: { GITHUB_RUN_ID: job?.runId ?? '4711', ...job?.lab.environment(job.caller), ...options.env },
  })
}

/** What the step says for people, without groups. */
export function textOf({ lines }: StepResult): string {
  return lines.map(({ text }) => text).join('\n')
}
