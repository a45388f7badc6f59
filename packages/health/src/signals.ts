import type { MetricReader, MetricSeries, MinuteCount, MinuteValues } from '@interlock/model'

export const MINUTE = 60_000

/**
 * ALB metrics of a minute are complete about two minutes after its end: they are published a minute at a time, and the
 * last one grows while nodes report (Datadog and Netflix Atlas both read two minutes late).
 */
export const SETTLE_MILLISECONDS = 120_000

/** Both sides of a shift, as CloudWatch names them. */
export interface Subjects {
  /** `app/<name>/<id>` */
  readonly loadBalancer: string
  /** `targetgroup/<name>/<id>` */
  readonly previous: string
  readonly release: string
}

/** What is measured of a release. */
export interface Signal {
  /** As people read it. */
  readonly name: string
  readonly baseline: readonly MinuteCount[]
  readonly release: readonly MinuteCount[]
}

/**
 * Two signals, each with its own baseline:
 *
 * - the release's own answers: requests that reached one of its targets, and those answered 5xx or not connected;
 * - the balancer's own 5xx. A request for which there was no healthy target is in neither RequestCount nor
 *   HTTPCode_Target_5XX_Count, so a release that is entirely dead shows only here, for the whole load balancer.
 *
 * The minute of the shift holds both versions and is in neither window.
 */
export async function readSignals(
  reader: MetricReader,
  { loadBalancer, previous, release }: Subjects,
  windows: { readonly baselineStart: number; readonly shiftedAt: number; readonly settledUntil: number },
): Promise<readonly [own: Signal, balancer: Signal]> {
  const shiftMinute = floorToMinute(windows.shiftedAt)
  const before = { start: floorToMinute(windows.baselineStart), end: shiftMinute }
  const after = { start: shiftMinute + MINUTE, end: floorToMinute(windows.settledUntil) }
  const read = await reader.sums(
    {
      previousRequests: ofGroup('RequestCount', loadBalancer, previous),
      previousErrors: ofGroup('HTTPCode_Target_5XX_Count', loadBalancer, previous),
      previousUnreached: ofGroup('TargetConnectionErrorCount', loadBalancer, previous),
      releaseRequests: ofGroup('RequestCount', loadBalancer, release),
      releaseErrors: ofGroup('HTTPCode_Target_5XX_Count', loadBalancer, release),
      releaseUnreached: ofGroup('TargetConnectionErrorCount', loadBalancer, release),
      allRequests: ofBalancer('RequestCount', loadBalancer),
      balancerErrors: ofBalancer('HTTPCode_ELB_5XX_Count', loadBalancer),
    },
    { start: new Date(before.start), end: new Date(Math.max(after.end, before.end)) },
  )
  const own =
    (requests: MinuteValues, ...errors: MinuteValues[]) =>
    (window: Window) =>
      countsOf(window, requests, errors)
  const whole = (window: Window) => wholeCountsOf(window, read.allRequests, read.balancerErrors)
  return [
    {
      name: 'answers of the release',
      baseline: own(read.previousRequests, read.previousErrors, read.previousUnreached)(before),
      release: own(read.releaseRequests, read.releaseErrors, read.releaseUnreached)(after),
    },
    { name: 'errors of the load balancer itself', baseline: whole(before), release: whole(after) },
  ]
}

export function floorToMinute(time: number): number {
  return Math.floor(time / MINUTE) * MINUTE
}

interface Window {
  readonly start: number
  readonly end: number
}

/** A minute without RequestCount has no data; one with it and without an error metric has 0 errors. */
function countsOf({ start, end }: Window, requests: MinuteValues, errors: readonly MinuteValues[]): MinuteCount[] {
  return minutesIn(start, end).flatMap((minute) => {
    const count = requests.get(minute)
    if (count === undefined) return []
    const failed = errors.reduce((sum, values) => sum + (values.get(minute) ?? 0), 0)
    // A request that was not connected and then answered 502 counts once on each side; never more errors than requests.
    return [{ minute, requests: count, errors: Math.min(failed, count) }]
  })
}

/** Requests that the balancer answered itself for want of a target are not in RequestCount, so they are added to it. */
function wholeCountsOf({ start, end }: Window, requests: MinuteValues, errors: MinuteValues): MinuteCount[] {
  return minutesIn(start, end).flatMap((minute) => {
    const chosen = requests.get(minute)
    const failed = errors.get(minute)
    if (chosen === undefined && failed === undefined) return []
    return [{ minute, requests: (chosen ?? 0) + (failed ?? 0), errors: failed ?? 0 }]
  })
}

function minutesIn(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, Math.round((end - start) / MINUTE)) }, (_, at) => start + at * MINUTE)
}

function ofGroup(metric: string, LoadBalancer: string, TargetGroup: string): MetricSeries {
  return { namespace: 'AWS/ApplicationELB', metric, dimensions: { LoadBalancer, TargetGroup } }
}

function ofBalancer(metric: string, LoadBalancer: string): MetricSeries {
  return { namespace: 'AWS/ApplicationELB', metric, dimensions: { LoadBalancer } }
}
