import { join } from 'node:path'
import type { DeploymentHandle } from '@interlock/model'
import { realNow } from '../clock/index.ts'
import { type RunOptions, readActionFile, runAction, type StepResult } from '../runner/index.ts'
import type { Shop } from '../shop/index.ts'
import type { Watchdog } from '../tasks/watchdog.ts'
import type { Deploy } from './demo-run.ts'
import { ROOT, VERSION_HEADER, WATCH } from './settings.ts'

/** A job of a workflow: its steps one after the other, and what the runner does when they are over. */
export interface Job {
  step(action: string, inputs: Readonly<Record<string, string>>): Promise<StepResult>
  /** The post steps in reverse order, whatever became of the steps. */
  end(): Promise<void>
}

/** Runs built actions of this repository as GitHub would. */
export function startJob(watchdog: Watchdog, options: Pick<RunOptions, 'env' | 'lost' | 'onLine'>): Job {
  const posts: RunOptions[] = []
  const run = async (step: RunOptions) => {
    const pids: number[] = []
    const onStart = (pid: number) => {
      pids.push(pid)
      watchdog.guard(pid)
    }
    const result = await runAction({ ...options, ...step, onStart })
    for (const pid of pids) watchdog.release(pid)
    return result
  }
  return {
    async step(name, inputs) {
      const step: RunOptions = { action: join(ROOT, 'actions', name), inputs }
      const result = await run(step)
      if (readActionFile(step.action).post) posts.unshift({ ...step, phase: 'post', state: result.state })
      return result
    },
    async end() {
      for (const post of posts.splice(0)) if (!options.lost?.aborted) await run(post)
    },
  }
}

/** One release through the bundles, as one job: shift, then watch what was shifted. */
export async function deploy(version: string, shop: Shop, job: Job): Promise<Deploy> {
  const startedAt = realNow()
  const shift = await job.step('blue-green-shift', {
    cluster: shop.cluster,
    services: shop.services.join(', '),
    routing: shop.routing,
    image: `web:${version}`,
    'probe-url': shop.url,
    'probe-header': VERSION_HEADER,
  })
  const deployment = shift.outputs['deployment'] ?? ''
  const watch = deployment === '' ? undefined : await job.step('watch-and-rollback', { deployment, ...WATCH })
  await job.end()
  const previousVersion = deployment === '' ? '' : (JSON.parse(deployment) as DeploymentHandle).probe?.previousVersion
  return {
    ...{ version, previousVersion: previousVersion ?? '', startedAt, endedAt: realNow(), shift },
    ...(watch && { watch }),
  }
}
