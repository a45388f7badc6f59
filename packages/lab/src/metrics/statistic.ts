/** Values kept for percentiles; beyond it every other one is dropped, which is exact enough for a lab. */
const KEPT_VALUES = 20_000

/** Data of one period. Sums, counts and bounds are exact; percentiles are of at most 20 000 evenly chosen values. */
export class Bucket {
  sum = 0
  count = 0
  minimum = Number.POSITIVE_INFINITY
  maximum = Number.NEGATIVE_INFINITY
  #values: number[] = []
  #sorted = true
  /** One in so many values is kept. */
  #stride = 1
  #passedOver = 0

  add(value: number, count = 1): void {
    this.sum += value * count
    this.count += count
    this.minimum = Math.min(this.minimum, value)
    this.maximum = Math.max(this.maximum, value)
    this.#passedOver += count
    while (this.#passedOver >= this.#stride) {
      this.#passedOver -= this.#stride
      this.#values.push(value)
      if (this.#values.length > KEPT_VALUES) this.#thin(this.#stride * 2)
    }
    this.#sorted = false
  }

  merge(other: Bucket): this {
    this.sum += other.sum
    this.count += other.count
    this.minimum = Math.min(this.minimum, other.minimum)
    this.maximum = Math.max(this.maximum, other.maximum)
    // A value of either must stand for equally many.
    const step = Math.max(1, this.#stride / other.#stride)
    if (other.#stride > this.#stride) this.#thin(other.#stride)
    this.#values = this.#values.concat(other.#values.filter((_value, at) => at % step === 0))
    this.#sorted = false
    return this
  }

  /** `share` from 0 to 1; interpolated between neighbours. */
  percentile(share: number): number {
    const values = this.#inOrder()
    const at = share * (values.length - 1)
    const below = values[Math.floor(at)] ?? Number.NaN
    const above = values[Math.ceil(at)] ?? below
    return below + (above - below) * (at - Math.floor(at))
  }

  /** Mean of the lowest `share` of the values. */
  trimmedMean(share: number): number {
    const values = this.#inOrder()
    const kept = values.slice(0, Math.max(1, Math.round(share * values.length)))
    return kept.reduce((sum, value) => sum + value, 0) / kept.length
  }

  #inOrder(): readonly number[] {
    if (!this.#sorted) this.#values.sort((a, b) => a - b)
    this.#sorted = true
    return this.#values
  }

  /** Strides are powers of two, so one always divides the other. */
  #thin(stride: number): void {
    const step = stride / this.#stride
    this.#values = this.#values.filter((_value, at) => at % step === 0)
    this.#stride = stride
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
  const [, kind, percent] = /^(p|tm)(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(stat) ?? []
  if (percent === undefined) throw new UnknownStatistic(stat)
  const share = Number(percent) / 100
  return (bucket) => (kind === 'p' ? bucket.percentile(share) : bucket.trimmedMean(share))
}

export class UnknownStatistic extends Error {
  constructor(stat: string) {
    super(`The lab knows Sum, SampleCount, Average, Minimum, Maximum, pNN and tmNN, not the statistic ${stat}`)
  }
}
