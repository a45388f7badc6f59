export interface AwsOptions {
  /** Sent in the user agent, so that CloudTrail tells which run made a call: `interlock-actions/<version> run/<id>`. */
  readonly userAgent: string
}

/**
 * Reads may be repeated by the SDK; a write never is: a lost answer is settled by reading what is there
 * (research: an ambiguous time-out must not become a second write).
 */
export type Intent = 'read' | 'write'

export function clientConfig({ userAgent }: AwsOptions, intent: Intent) {
  const [name = userAgent, version = '0'] = userAgent.split('/', 2)
  return {
    maxAttempts: intent === 'read' ? 4 : 1,
    retryMode: 'standard',
    // A hung connection must not eat a rollback's minute; the service's own slowest answers take a few seconds.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    customUserAgent: [[name, version]] as [string, string][],
  }
}

/** Makes `build` run at most once, when first needed. */
export function lazy<T extends object>(build: () => T): () => T {
  let built: T | undefined
  return () => {
    built ??= build()
    return built
  }
}
