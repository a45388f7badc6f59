/**
 * Tails of the binomial distribution through the regularised incomplete beta function, for real as well as whole
 * numbers of trials: counts are divided by the overdispersion. Accurate to about 1e-12 relative, which tests hold
 * against exact sums of big integers.
 */

/** P(X >= successes), X ~ Bin(trials, share). */
export function upperTail(successes: number, trials: number, share: number): number {
  if (successes <= 0) return 1
  if (successes > trials) return 0
  return incompleteBeta(share, successes, trials - successes + 1)
}

/** P(X <= successes), X ~ Bin(trials, share). */
export function lowerTail(successes: number, trials: number, share: number): number {
  if (successes < 0) return 0
  if (successes >= trials) return 1
  return incompleteBeta(1 - share, trials - successes, successes + 1)
}

/** Exact (Clopper and Pearson 1934) two-sided interval of a share. */
export function exactInterval(successes: number, trials: number, confidence: number): [low: number, high: number] {
  const side = (1 - confidence) / 2
  const low = successes <= 0 ? 0 : bisect((share) => upperTail(successes, trials, share) - side)
  const high = successes >= trials ? 1 : bisect((share) => side - lowerTail(successes, trials, share))
  return [low, high]
}

/** Where a function that rises from 0 to 1 crosses zero. */
function bisect(rising: (at: number) => number): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (rising(middle) > 0) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** I_x(a, b) by Lentz's continued fraction (DLMF 8.17.22), from the side on which it converges quickly. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

const TINY = 1e-300
const PRECISION = 1e-15
const MOST_TERMS = 10_000

function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    const step = d * c
    result *= step
    if (Math.abs(step - 1) < PRECISION) return result
  }
  throw new Error(`The incomplete beta function did not converge at x=${x}, a=${a}, b=${b}`)
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** Stirling's series after moving the argument above 15 (DLMF 5.11.1), absolute error below 1e-14 there. */
function logGamma(x: number): number {
  let shift = 0
  let at = x
  while (at < 15) {
    shift += Math.log(at)
    at += 1
  }
  const inverse = 1 / (at * at)
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188))))) / at
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift
}
