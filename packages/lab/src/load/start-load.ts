import { Agent, request } from 'node:http'
import { clearWallTimeout, realNow, wallTimeout } from '../clock/index.ts'
import { type Answer, type LoadStats, statsOf } from './answers.ts'

export interface LoadOptions {
  readonly url: string
  readonly requestsPerSecond: number
  /** Response header that names the version. */
  readonly versionHeader: string
  /** A request without a whole answer after this long has failed. */
  readonly timeoutMs: number
}

export interface Load {
  /** Ascending by when they ended. */
  readonly answers: readonly Answer[]
  /** Those that were sent at or after `time` (wall milliseconds since the epoch). */
  since(time: number): readonly Answer[]
  stats(): LoadStats
  /** Arrivals that were sent more than {@link LATE_MILLISECONDS} after their time: this machine was too busy to keep the rate. */
  late(): number
  /** No new arrivals; resolves when those on their way have been answered or have timed out. */
  stop(): Promise<void>
}

export const LATE_MILLISECONDS = 50

/**
 * Open-loop steady load: arrival times are fixed beforehand and do not wait for answers, so a stall of the service shows
 * as what it costs (no coordinated omission). Nothing is ever sent twice. Time is wall time, also in a process that lives
 * in lab time.
 */
export function startLoad({ url, requestsPerSecond, versionHeader, timeoutMs }: LoadOptions): Load {
  if (!(requestsPerSecond > 0)) throw new Error(`A rate must be above 0 requests a second, got ${requestsPerSecond}`)
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const target = new URL(url)
  const answers: Answer[] = []
  const onTheirWay = new Set<Promise<void>>()
  const begun = realNow()
  const interval = 1000 / requestsPerSecond
  let sent = 0
  let late = 0
  let timer: NodeJS.Timeout | undefined

  function arrive(): void {
    const now = realNow()
    for (; begun + sent * interval <= now; sent += 1) {
      if (now - (begun + sent * interval) > LATE_MILLISECONDS) late += 1
      const asked = ask().then((answer) => {
        answers.push(answer)
        onTheirWay.delete(asked)
      })
      onTheirWay.add(asked)
    }
    timer = wallTimeout(arrive, Math.max(1, begun + sent * interval - realNow()))
  }

  function ask(): Promise<Answer> {
    const at = realNow()
    return new Promise((resolve) => {
      const end = (status: Answer['status'], version: string) => {
        clearWallTimeout(limit)
        resolve({ at, status, version, ms: realNow() - at })
      }
      const outgoing = request(target, { agent }, (answer) => {
        const version = String(answer.headers[versionHeader.toLowerCase()] ?? '')
        answer.on('end', () => end(answer.complete ? (answer.statusCode ?? 'error') : 'error', version))
        answer.on('error', () => end('error', version))
        answer.resume()
      })
      outgoing.on('error', () => end('error', ''))
      const limit = wallTimeout(() => {
        end('error', '')
        outgoing.destroy()
      }, timeoutMs)
      outgoing.end()
    })
  }

  arrive()
  return {
    answers,
    since: (time) => answers.filter(({ at }) => at >= time),
    stats: () => statsOf(answers),
    late: () => late,
    async stop() {
      clearWallTimeout(timer)
      await Promise.all(onTheirWay)
      agent.destroy()
    },
  }
}
