import { resolve } from 'node:path'

/** Root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../../../..')

/** What the users do, all the time. */
export const REQUESTS_PER_SECOND = 60
/** A user gives up after this long. */
export const REQUEST_TIMEOUT_MS = 5_000

/** Lab seconds in one wall second: a minute of CloudWatch passes in three seconds. */
export const CLOCK_RATE = 20
/** Wall seconds from a rule change until traffic follows it (assumed; docs/lab.md). */
export const PROPAGATION_SECONDS = 1

/** Users on v1 alone before the first deploy, wall seconds: the baseline that v2 is compared with. */
export const BASELINE_SECONDS = 10
/** Users on what is left after the last deploy, wall seconds: to see that nothing comes after. */
export const AFTERMATH_SECONDS = 6
/** Users on a release that has been promoted before the next one comes, wall seconds. */
export const BETWEEN_SECONDS = 4

/** Inputs of watch-and-rollback, in lab time. */
export const WATCH = { 'watch-for': '10m', baseline: '5m', 'tolerated-error-rate': '1%' }

export const FIRST_VERSION = 'v1'
/** What is deployed one after the other. `web:<version>` is in demo-app/images.json; v3 answers 500 to a tenth. */
export const RELEASES = [
  { version: 'v2', because: 'a good release' },
  { version: 'v3', because: 'a release that answers 500 to a tenth of the requests' },
] as const
export const VERSION_HEADER = 'x-app-version'

export const IMAGES = resolve(import.meta.dirname, '../../demo-app/images.json')
export const REPORT_FOLDER = resolve(ROOT, 'demo-report')
