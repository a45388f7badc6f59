/** The one way to know the time and to wait. Tests and the lab bring their own. */
export interface Clock {
  now(): Date
  /** Resolves after `milliseconds`; rejects with the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}
