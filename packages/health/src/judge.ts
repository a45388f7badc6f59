import type { MinuteCount, Verdict } from '@interlock/model'
import { exactInterval, lowerTail, upperTail } from './binomial.ts'

/** What counts as worse, and how sure a verdict has to be. */
export interface JudgePolicy {
  /** Most probability of a FAIL for a release that is not worse than its baseline, over all looks together. */
  readonly falseRollback: number
  /** Most probability of a PASS for a release that is truly worse than `minRatio` and than the tolerated rate. */
  readonly falsePass: number
  /** A FAIL needs the error rate to be at least this many times the baseline's. */
  readonly minRatio: number
  /** Fewer errors than this never fail a release. */
  readonly minErrors: number
  /** Share of requests, 0 to 1: a rate below it never fails a release, and proof of being below it passes one. */
  readonly toleratedErrorRate: number
}

export const DEFAULT_POLICY: JudgePolicy = {
  falseRollback: 0.01,
  falsePass: 0.05,
  minRatio: 2,
  minErrors: 3,
  toleratedErrorRate: 0.001,
}

export interface Evidence {
  readonly baseline: Counts
  readonly release: Counts
  /** Release rate over baseline rate with half an error added to each side, so that 0 errors have a ratio too. */
  readonly ratio: number
  /** Exact 95 % interval of the ratio; the upper end is Infinity while the baseline has no errors. */
  readonly ratioInterval: readonly [low: number, high: number]
  /** Probability of at least this many errors on the release side if it were no worse than the baseline. */
  readonly pValue: number
  /** The p-value at or below which this look fails the release. */
  readonly threshold: number
  /** How much more errors scatter from minute to minute than independent ones would; at least 1. */
  readonly overdispersion: number
  /** Errors among the release's requests so far from which on this look would fail it; undefined when none would do. */
  readonly failsAtErrors: number | undefined
  /** Further requests without an error that would pass the release; 0 when it passes. */
  readonly requestsToPass: number
}

export interface Counts {
  readonly requests: number
  readonly errors: number
}

export interface Judgement {
  /** `INCONCLUSIVE` before the last look means: go on. */
  readonly verdict: Exclude<Verdict, 'ERROR'>
  /** One sentence for people. */
  readonly because: string
  readonly evidence: Evidence
}

export interface Look {
  readonly baseline: readonly MinuteCount[]
  /** Settled minutes since the shift. */
  readonly release: readonly MinuteCount[]
  /** Which look this is, from 1, and how many there will be at most. */
  readonly look: number
  readonly looks: number
  readonly policy: JudgePolicy
}

/** A release that fails at least this share of its requests need not do so in two minutes to be believed. */
const OVERWHELMING = 0.5

/**
 * One look at a release. The test is the exact conditional test of two Poisson rates (Przyborowski and Wilenski 1940):
 * given all errors, how many of them fall on the release is binomial. Looking again and again is paid for by
 * Bonferroni shares of `falseRollback` that fall as 1/look, so their sum keeps the promise at any traffic, with no
 * approximation. Errors that come in bursts make the counts less sure; both are divided by the overdispersion of the
 * baseline's minutes first. Under bursts the promise is approximate (simulated in judge.test.ts).
 *
 * @throws RangeError for counts that no metric can have.
 */
export function judge(look: Look): Judgement {
  const test = testOf(look)
  const verdict = decide(look, test)
  const evidence = evidenceOf(test)
  const because =
    verdict === 'FAIL' ? worse(evidence) : verdict === 'PASS' ? good(test) : unknown(evidence, fails(test))
  return { verdict, because, evidence }
}

/** The verdict of a look without its evidence, which costs most of the time. */
export function decide(look: Look, test: Test = testOf(look)): Judgement['verdict'] {
  if (fails(test) && isMoreThanOneBurst(look.release, test.after)) return 'FAIL'
  return passes(test) ? 'PASS' : 'INCONCLUSIVE'
}

function testOf({ baseline, release, look, looks, policy }: Look): Test {
  for (const minute of [...baseline, ...release]) refuseImpossible(minute)
  if (!(Number.isInteger(look) && look >= 1 && look <= looks))
    throw new RangeError(`Look ${look} of ${looks} does not exist`)
  const share = 1 / look / harmonic(looks)
  return {
    before: totalOf(baseline),
    after: totalOf(release),
    overdispersion: overdispersionOf(baseline),
    ...{ policy, alpha: policy.falseRollback * share, beta: policy.falsePass * share },
  }
}

function isMoreThanOneBurst(release: readonly MinuteCount[], after: Counts): boolean {
  return release.filter(({ errors }) => errors > 0).length >= 2 || after.errors >= OVERWHELMING * after.requests
}

interface Test {
  readonly before: Counts
  readonly after: Counts
  readonly overdispersion: number
  readonly policy: JudgePolicy
  /** This look's share of the two promises. */
  readonly alpha: number
  readonly beta: number
}

function fails(test: Test): boolean {
  const { after, policy } = test
  return (
    after.errors >= policy.minErrors &&
    rateOf(after) >= policy.toleratedErrorRate &&
    ratioOf(test) >= policy.minRatio &&
    pValueOf(test) <= test.alpha
  )
}

/** Two ways to pass, each with half of the promise: proven less than `minRatio` times worse, or proven below the tolerated rate. */
function passes(test: Test): boolean {
  return provenNotWorse(test) || provenTolerable(test)
}

function provenNotWorse({ before, after, overdispersion, policy, beta }: Test): boolean {
  const all = (before.errors + after.errors) / overdispersion
  if (all === 0) return false
  return lowerTail(after.errors / overdispersion, all, releaseShare(before, after, policy.minRatio)) <= beta / 2
}

function provenTolerable({ after, overdispersion, policy, beta }: Test): boolean {
  const { toleratedErrorRate } = policy
  return (
    after.requests > 0 &&
    lowerTail(after.errors / overdispersion, after.requests / overdispersion, toleratedErrorRate) <= beta / 2
  )
}

function pValueOf({ before, after, overdispersion }: Test): number {
  // Without a baseline every error falls on the release and nothing is surprising about it.
  if (before.requests === 0) return absolutePValue(after)
  const all = (before.errors + after.errors) / overdispersion
  return upperTail(after.errors / overdispersion, all, releaseShare(before, after, 1))
}

/** A first deployment has nothing to be compared with; a release that mostly fails is bad all the same. */
function absolutePValue({ errors, requests }: Counts): number {
  return errors >= OVERWHELMING * requests && requests > 0 ? 0 : 1
}

/** Share of all errors that falls on the release when its rate is `ratio` times the baseline's. */
function releaseShare(before: Counts, after: Counts, ratio: number): number {
  return (ratio * after.requests) / (ratio * after.requests + before.requests)
}

function ratioOf({ before, after }: Pick<Test, 'before' | 'after'>): number {
  if (before.requests === 0) return after.errors > 0 ? Number.POSITIVE_INFINITY : 1
  return (after.errors + 0.5) / (after.requests + 1) / ((before.errors + 0.5) / (before.requests + 1))
}

function evidenceOf(test: Test): Evidence {
  const { before, after, overdispersion, alpha } = test
  const [low, high] = exactInterval(after.errors, before.errors + after.errors, 0.95)
  const asRatio = (share: number) =>
    after.requests === 0 ? Number.NaN : ((share / (1 - share)) * before.requests) / after.requests
  return {
    ...{ baseline: before, release: after, overdispersion, threshold: alpha },
    ratio: ratioOf(test),
    ratioInterval: [asRatio(low), asRatio(high)],
    pValue: pValueOf(test),
    failsAtErrors: firstThatHolds(after.requests, (errors) => fails({ ...test, after: { ...after, errors } })),
    requestsToPass: passes(test) ? 0 : requestsToPass(test),
  }
}

/** More requests with no further error, until the tolerated rate is proven. */
function requestsToPass(test: Test): number {
  const { after } = test
  const holds = (more: number) => provenTolerable({ ...test, after: { ...after, requests: after.requests + more } })
  let enough = 1
  while (!holds(enough)) {
    if (enough > 1e12) return Number.POSITIVE_INFINITY
    enough *= 2
  }
  return firstThatHolds(enough, holds) ?? enough
}

/** The smallest whole number up to `most` from which on `holds` is true. */
function firstThatHolds(most: number, holds: (n: number) => boolean): number | undefined {
  if (!holds(most)) return undefined
  let low = 0
  let high = most
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Pearson's chi-square of the minutes over its degrees of freedom; 1 when it cannot be told. */
function overdispersionOf(minutes: readonly MinuteCount[]): number {
  const counted = minutes.filter(({ requests }) => requests > 0)
  const { errors, requests } = totalOf(counted)
  if (counted.length < 2 || errors === 0) return 1
  const chiSquare = counted.reduce((sum, minute) => {
    const expected = (minute.requests * errors) / requests
    return sum + (minute.errors - expected) ** 2 / expected
  }, 0)
  return Math.max(1, chiSquare / (counted.length - 1))
}

function totalOf(minutes: readonly MinuteCount[]): Counts {
  return minutes.reduce(
    (sum, { requests, errors }) => ({ requests: sum.requests + requests, errors: sum.errors + errors }),
    {
      requests: 0,
      errors: 0,
    },
  )
}

function rateOf({ requests, errors }: Counts): number {
  return requests === 0 ? 0 : errors / requests
}

function harmonic(n: number): number {
  let sum = 0
  for (let i = 1; i <= n; i += 1) sum += 1 / i
  return sum
}

function refuseImpossible({ requests, errors }: MinuteCount): void {
  const isCount = (value: number) => Number.isFinite(value) && value >= 0
  if (isCount(requests) && isCount(errors) && errors <= requests) return
  throw new RangeError(`${errors} errors of ${requests} requests are no count of a minute`)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %`
}

function worse({ baseline, release, pValue, threshold }: Evidence): string {
  return `${release.errors} of ${release.requests} requests failed (${percent(rateOf(release))}) against ${percent(rateOf(baseline))} before; by chance alone that has a probability of ${pValue.toExponential(1)}, below the limit of ${threshold.toExponential(1)}.`
}

function good({ after, policy, ...test }: Test): string {
  const found = `${after.errors} of ${after.requests} requests failed`
  return provenTolerable({ after, policy, ...test })
    ? `${found}: proven below the tolerated ${percent(policy.toleratedErrorRate)}.`
    : `${found}: proven less than ${policy.minRatio} times the rate before.`
}

function unknown({ release, requestsToPass: more, failsAtErrors }: Evidence, onlyOneMinute: boolean): string {
  if (release.requests === 0) return 'No request has reached the release in a settled minute.'
  if (onlyOneMinute) return `${release.errors} errors, all in one minute: one more minute tells a burst from a fault.`
  const toFail = failsAtErrors === undefined ? '' : ` ${failsAtErrors} errors would fail it;`
  return `${release.errors} of ${release.requests} requests failed.${toFail} ${more} more requests without an error would pass it.`
}
