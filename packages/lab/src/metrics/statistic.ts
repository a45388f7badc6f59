/** Values kept for percentiles; beyond it every other one is dropped, which is exact enough for a lab. */
const KEPT_VALUES = 20_000

/** Data of one period. */
export class Bucket {
  sum = 0
  count = 0
  minimum = Number.POSITIVE_INFINITY
  maximum = Number.NEGATIVE_INFINITY
  #values: number[] = []
  #sorted = true

  add(value: number, count = 1): void {
    this.sum += value * count
    this.count += count
    this.minimum = Math.min(this.minimum, value)
    this.maximum = Math.max(this.maximum, value)
    for (let n = 0; n < Math.min(count, KEPT_VALUES); n += 1) this.#values.push(value)
    this.#sorted = false
    if (this.#values.length > KEPT_VALUES) this.#values = this.#values.filter((_value, at) => at % 2 === 0)
  }

  merge(other: Bucket): this {
    this.sum += other.sum
    this.count += other.count
    this.minimum = Math.min(this.minimum, other.minimum)
    this.maximum = Math.max(this.maximum, other.maximum)
    this.#values = this.#values.concat(other.#values)
    this.#sorted = false
    return this
  }

  /** `share` from 0 to 1; interpolated between neighbours. */
  percentile(share: number): number {
    if (!this.#sorted) this.#values.sort((a, b) => a - b)
    this.#sorted = true
    const at = share * (this.#values.length - 1)
    const below = this.#values[Math.floor(at)] ?? Number.NaN
    const above = this.#values[Math.ceil(at)] ?? below
    return below + (above - below) * (at - Math.floor(at))
  }
}

/** The function that a `Stat` names; undefined stays an error of the caller, as CloudWatch makes it. */
export function statisticOf(stat: string): (bucket: Bucket) => number {
  switch (stat) {
    case 'Sum':
      return ({ sum }) => sum
    case 'SampleCount':
      return ({ count }) => count
    case 'Average':
      return ({ sum, count }) => sum / count
    case 'Minimum':
      return ({ minimum }) => minimum
    case 'Maximum':
      return ({ maximum }) => maximum
  }
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(stat)?.[1] ?? Number.NaN)
  if (Number.isNaN(percent)) throw new UnknownStatistic(stat)
  return (bucket) => bucket.percentile(percent / 100)
}

export class UnknownStatistic extends Error {
  constructor(stat: string) {
    super(`The lab knows Sum, SampleCount, Average, Minimum, Maximum and pNN, not the statistic ${stat}`)
  }
}
