import { join } from 'node:path'
import type { DeploymentHandle } from '@interlock/model'
import { realNow } from '../clock/index.ts'
import { type RunOptions, runAction, type StepResult } from '../runner/index.ts'
import type { Shop } from '../shop/index.ts'
import type { Watchdog } from '../tasks/watchdog.ts'
import type { Deploy } from './demo-run.ts'
import { ROOT, VERSION_HEADER, WATCH } from './settings.ts'

export type RunStep = (action: string, inputs: Readonly<Record<string, string>>) => Promise<StepResult>

/** Runs built actions of this repository as a job would, one run of GitHub per deploy. */
export function stepsOf(watchdog: Watchdog, options: Pick<RunOptions, 'env' | 'lost' | 'onLine'>): RunStep {
  return async (action, inputs) => {
    const pids: number[] = []
    const onStart = (pid: number) => {
      pids.push(pid)
      watchdog.guard(pid)
    }
    const result = await runAction({ ...options, action: join(ROOT, 'actions', action), inputs, onStart })
    for (const pid of pids) watchdog.release(pid)
    return result
  }
}

/** One release through the bundles: shift, then watch what was shifted. */
export async function deploy(version: string, shop: Shop, run: RunStep): Promise<Deploy> {
  const startedAt = realNow()
  const shift = await run('blue-green-shift', {
    cluster: shop.cluster,
    services: shop.services.join(', '),
    routing: shop.routing,
    image: `web:${version}`,
    'probe-url': shop.url,
    'probe-header': VERSION_HEADER,
  })
  const deployment = shift.outputs['deployment'] ?? ''
  const watch = deployment === '' ? undefined : await run('watch-and-rollback', { deployment, ...WATCH })
  const previousVersion = deployment === '' ? '' : (JSON.parse(deployment) as DeploymentHandle).probe?.previousVersion
  return {
    ...{ version, previousVersion: previousVersion ?? '', startedAt, endedAt: realNow(), shift },
    ...(watch && { watch }),
  }
}
