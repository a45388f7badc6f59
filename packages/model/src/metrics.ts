/** One CloudWatch metric with its exact set of dimensions: another set is another metric. */
export interface MetricSeries {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** Values by start of their minute, milliseconds since the epoch. A minute without data is absent, never 0. */
export type MinuteValues = ReadonlyMap<number, number>

/** Where measurements come from. One adapter: CloudWatch GetMetricData. */
export interface MetricReader {
  /**
   * Sums by minute of every series, by its name in `series`. `start` is inclusive, `end` exclusive; both whole minutes.
   *
   * @throws ExternalError when not every series could be read completely.
   */
  sums<Name extends string>(
    series: Readonly<Record<Name, MetricSeries>>,
    window: { readonly start: Date; readonly end: Date },
  ): Promise<Readonly<Record<Name, MinuteValues>>>
}
