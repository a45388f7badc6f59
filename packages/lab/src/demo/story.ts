import { setTimeout as sleep } from 'node:timers/promises'
import { realNow } from '../clock/index.ts'
import { startLabProcess } from '../lab-process.ts'
import { startLoad } from '../load/index.ts'
import { createShop } from '../shop/index.ts'
import { startWatchdog } from '../tasks/watchdog.ts'
import { CALLER, type DemoRun, type Deploy } from './demo-run.ts'
import { deploy, startJob } from './deploy.ts'
import { type Screen, showLive } from './live/index.ts'
import {
  AFTERMATH_SECONDS,
  BASELINE_SECONDS,
  BETWEEN_SECONDS,
  CLOCK_RATE,
  FIRST_VERSION,
  IMAGES,
  PROPAGATION_SECONDS,
  RELEASES,
  REQUEST_TIMEOUT_MS,
  REQUESTS_PER_SECOND,
  VERSION_HEADER,
} from './settings.ts'

/**
 * The demo from beginning to end. Whatever it starts has ended when this returns or throws.
 *
 * @throws the signal's reason when it was interrupted.
 */
export async function playDemo(screen: Screen, signal: AbortSignal): Promise<DemoRun> {
  await using house = new AsyncDisposableStack()
  // Ends every process of the demo even when the demo itself is killed.
  const watchdog = house.adopt(startWatchdog(), (dog) => dog.close())
  const startedAt = realNow()

  screen.event('A cloud on this machine: ECS, load balancing, CloudWatch, in lab time', `${CLOCK_RATE} × as fast`)
  const lab = house.adopt(
    await orInterrupted(
      startLabProcess({ images: IMAGES, propagationSeconds: PROPAGATION_SECONDS, clockRate: CLOCK_RATE, watchdog }),
      signal,
    ),
    (each) => each.close(),
  )

  screen.event(
    'A cluster, a load balancer and two services, as your Terraform would make them',
    `blue runs ${FIRST_VERSION}`,
  )
  const shop = await orInterrupted(
    createShop({ endpoint: lab.url, name: 'web', image: `web:${FIRST_VERSION}` }),
    signal,
  )

  screen.event(`Users arrive and stay: ${REQUESTS_PER_SECOND} requests a second`, shop.url)
  const load = startLoad({
    url: shop.url,
    requestsPerSecond: REQUESTS_PER_SECOND,
    versionHeader: VERSION_HEADER,
    timeoutMs: REQUEST_TIMEOUT_MS,
  })
  house.adopt(load, (each) => each.stop())
  const live = house.adopt(showLive({ screen, lab, shop, load, startedAt }), (each) => each.stop())
  await sleep(BASELINE_SECONDS * 1000, undefined, { signal })

  const deploys: Deploy[] = []
  for (const [at, { version, because }] of RELEASES.entries()) {
    if (at > 0) await sleep(BETWEEN_SECONDS * 1000, undefined, { signal })
    live.chapter(`Deploy ${version}`, because)
    const job = startJob(watchdog, {
      env: { ...lab.environment(CALLER), GITHUB_RUN_ID: `${at + 1}` },
      lost: signal,
      onLine: live.line,
    })
    deploys.push(await deploy(version, shop, job))
    signal.throwIfAborted()
  }

  live.chapter('Users go on for a moment', 'nothing more may happen')
  await sleep(AFTERMATH_SECONDS * 1000, undefined, { signal })
  live.stop()
  await load.stop()
  return {
    ...{ startedAt, endedAt: realNow(), clockRate: CLOCK_RATE, propagationSeconds: PROPAGATION_SECONDS },
    answers: load.answers.toSorted((a, b) => a.at - b.at),
    lateArrivals: load.late(),
    deploys,
    calls: await lab.calls(),
  }
}

/** The promise's value, or the interruption as soon as it comes; what was begun then ends with the house. */
async function orInterrupted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const interrupted = Promise.withResolvers<never>()
  const onAbort = () => interrupted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, interrupted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
