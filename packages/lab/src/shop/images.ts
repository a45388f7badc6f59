import { resolve } from 'node:path'
import type { Image } from '../ports.ts'

/** Folder of the small web service that the demo and the tests deploy. */
export const APP_DIRECTORY = resolve(import.meta.dirname, '../../demo-app')

export interface AppVersion {
  readonly version: string
  /** Every n-th request is answered 500. */
  readonly errorEvery?: number
  readonly startSeconds?: number
  /** Ends at once with this code. */
  readonly exitCode?: number
}

/** `web:<version>` for each version, started with what makes it so. */
export function appImages(versions: readonly AppVersion[]): Record<string, Image> {
  return Object.fromEntries(
    versions.map(({ version, errorEvery = 0, startSeconds = 0, exitCode }) => {
      const settings = { VERSION: version, ERROR_EVERY: `${errorEvery}`, START_SECONDS: `${startSeconds}` }
      const command =
        exitCode === undefined
          ? [
              '/usr/bin/env',
              ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
              process.execPath,
              'app.mjs',
            ]
          : [process.execPath, '-e', `console.error('no database'); process.exit(${exitCode})`]
      return [`web:${version}`, { command, cwd: APP_DIRECTORY }]
    }),
  )
}
