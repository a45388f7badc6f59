import { advanceClock, clockEnvironment, realNow } from './clock/index.ts'
import { cloudWatchService } from './control/cloudwatch/index.ts'
import { EcsState, ecsService, Scheduler } from './control/ecs/index.ts'
import { ElbState, elbService } from './control/elb/index.ts'
import { freeAddresses } from './control/free-addresses.ts'
import { stsService } from './control/sts.ts'
import { worldOf } from './control/world.ts'
import { labClock } from './lab-clock.ts'
import { createMetricStore } from './metrics/index.ts'
import type { Image } from './ports.ts'
import { type ApiServer, startApiServer } from './server.ts'
import { claimAddresses, createContainerRuntime } from './tasks/index.ts'
import { createLoadBalancing } from './traffic/index.ts'

export interface LocalAwsOptions {
  /** 0 picks a free one. */
  readonly port: number
  readonly images: Readonly<Record<string, Image>>
  /** What relative working directories of images are relative to. */
  readonly baseDirectory: string
  /** Wall seconds from a rule change until traffic follows. Default 1, assumed. */
  readonly propagationSeconds?: number
  /** Lab seconds from the end of a minute until its metrics can be read. Default 60, assumed. */
  readonly settleSeconds?: number
}

export interface LocalAws extends Pick<ApiServer, 'url' | 'calls' | 'faults'> {
  /** Ends every listener and every task. */
  close(): Promise<void>
}

/** ECS, Elastic Load Balancing, CloudWatch and STS on this machine, with real processes and real traffic. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { port, images, baseDirectory, propagationSeconds = 1, settleSeconds = 60 } = options
  const clock = labClock
  const now = () => clock.now()
  const ecs = new EcsState()
  const addresses = freeAddresses(await claimAddresses(), (address) => elb.isAddress(address) || ecs.isAddress(address))
  const metrics = createMetricStore(clock)
  const runtime = createContainerRuntime(images, baseDirectory)
  const traffic = createLoadBalancing({ clock, metrics, addresses, propagationSeconds, settleSeconds })
  const elb = new ElbState(traffic)
  const scheduler = new Scheduler({ state: ecs, clock, runtime, traffic, addresses })
  const services = [
    ecsService(ecs, scheduler, elb, now),
    elbService(elb, now),
    cloudWatchService(metrics, now),
    stsService,
  ]

  const server = await startApiServer(services, port, {
    'GET /_lab/world': () => worldOf(ecs, elb, traffic),
    'GET /_lab/clock': () => {
      const file = process.env['LAB_CLOCK']
      // What another process is started with to live in the same time.
      return { real: realNow(), lab: now().getTime(), environment: file === undefined ? {} : clockEnvironment(file) }
    },
    'POST /_lab/clock': (body) => {
      const file = process.env['LAB_CLOCK']
      const { advanceSeconds } = (body ?? {}) as { advanceSeconds?: unknown }
      if (!file) throw new Error('This lab lives in real time; start it with --clock-rate to move its clock')
      if (typeof advanceSeconds !== 'number' || advanceSeconds < 0)
        throw new Error('`advanceSeconds` must be a number of seconds')
      advanceClock(file, advanceSeconds)
      return { lab: now().getTime() }
    },
  }).catch(async (error: unknown) => {
    scheduler.close()
    await Promise.all([traffic.close(), runtime.close(), addresses.close()])
    throw error
  })
  return {
    ...{ url: server.url, calls: server.calls, faults: server.faults },
    async close() {
      scheduler.close()
      await server.close()
      await Promise.all([traffic.close(), runtime.close()])
      await addresses.close()
    },
  }
}
