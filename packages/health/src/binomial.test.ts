import { expect, test } from '@jest/globals'
import { exactInterval, lowerTail, upperTail } from './binomial.ts'

/** P(X >= successes) by whole numbers alone: the share is `over`/1000. */
function exactUpperTail(successes: number, trials: number, over: number): number {
  let sum = 0n
  let choose = 1n
  for (let k = 0; k <= trials; k += 1) {
    if (k >= successes) sum += choose * BigInt(over) ** BigInt(k) * BigInt(1000 - over) ** BigInt(trials - k)
    choose = (choose * BigInt(trials - k)) / BigInt(k + 1)
  }
  const scale = 10n ** 30n
  return Number((sum * scale) / 1000n ** BigInt(trials)) / 1e30
}

test('tails agree with exact sums of big integers to 11 digits', () => {
  for (const trials of [1, 2, 7, 40, 133]) {
    for (const over of [1, 50, 333, 500, 900]) {
      for (const successes of [0, 1, Math.floor(trials / 3), Math.floor(trials / 2), trials]) {
        const expected = exactUpperTail(successes, trials, over)
        const found = upperTail(successes, trials, over / 1000)
        if (expected > 1e-15) expect(Math.abs(found / expected - 1)).toBeLessThan(1e-11)
        expect(lowerTail(successes - 1, trials, over / 1000)).toBeCloseTo(1 - expected, 11)
      }
    }
  }
})

// scipy 1.17.1, scipy.stats.binom.sf(k - 1, n, p) and .cdf(k, n, p)
test.each([
  [3, 10, 0.2, 0.32220047360000015, 0.8791261183999999],
  [18, 18, 0.2, 2.6214400000000027e-13, 1],
  [41, 60, 0.3, 1.050282354102752e-9, 0.999999999799848],
  [5, 4005, 0.001, 0.3721403703829136, 0.7844263566435793],
  [120, 400, 0.25, 0.013330557027417216, 0.9900297818288162],
  [1, 1, 1e-6, 1e-6, 1],
])('the tails of %i in %i at %f are those of scipy', (successes, trials, share, upper, lower) => {
  expect(upperTail(successes, trials, share) / upper).toBeCloseTo(1, 9)
  expect(lowerTail(successes, trials, share)).toBeCloseTo(lower, 10)
})

// scipy 1.17.1, scipy.special.betainc(k, n - k + 1, p)
test.each([
  [2.5, 7.25, 0.4, 0.7456848909807825],
  [10.3, 88.8, 0.05, 0.009878657568995542],
])('trials need not be whole: %f in %f at %f', (successes, trials, share, upper) => {
  expect(upperTail(successes, trials, share) / upper).toBeCloseTo(1, 9)
})

test('the exact interval has the tails that it promises', () => {
  const [low, high] = exactInterval(7, 50, 0.95)
  expect(upperTail(7, 50, low)).toBeCloseTo(0.025, 9)
  expect(lowerTail(7, 50, high)).toBeCloseTo(0.025, 9)
  expect(exactInterval(0, 10, 0.95)[0]).toBe(0)
  expect(exactInterval(10, 10, 0.95)[1]).toBe(1)
})
