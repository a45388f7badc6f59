/**
 * What a watch concludes. "Could not measure" (`ERROR`) is not "bad" (`FAIL`), and "bad" is not "unknown" (`INCONCLUSIVE`).
 */
export const VERDICTS = ['PASS', 'FAIL', 'INCONCLUSIVE', 'ERROR'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Requests and errors of one side in one clock minute. `requests` counts only requests for which a target was chosen. */
export interface MinuteCount {
  /** Start of the minute, milliseconds since the epoch. */
  readonly minute: number
  readonly requests: number
  readonly errors: number
}
