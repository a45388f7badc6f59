/** What dist/index.js exports: everything that ships. */
export { runAction } from '../actions/index.ts'

/** The command line; loaded only when it is asked for, since actions never do. */
export async function runCli(...given: Parameters<typeof import('@interlock/cli').runCli>): Promise<number> {
  return (await import('@interlock/cli')).runCli(...given)
}
