import { execSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { measureStartup, median } from './startup.ts'

/**
 * `npm run bench`: how long the built bundle takes to its first call to AWS, and how much every `uses:` downloads.
 * Exits with 1 when a limit is exceeded. Not part of the tests: it times, so it wants a machine that does nothing else.
 */

const ROOT = resolve(import.meta.dirname, '../..')
const RATIO_LIMIT = 2.5
const BYTES_LIMIT = 5_000_000

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '41' }, dist: { type: 'string', default: resolve(ROOT, 'dist') } },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 21) throw new Error('--rounds takes a whole number of at least 21')

const { empty, firstCall } = await measureStartup(resolve(values.dist), rounds)
const ratio = median(firstCall) / median(empty)
console.log(`node -e 0: median ${median(empty).toFixed(1)} ms, fastest ${Math.min(...empty).toFixed(1)} ms`)
console.log(
  `first AWS call: median ${median(firstCall).toFixed(1)} ms, fastest ${Math.min(...firstCall).toFixed(1)} ms (${rounds} rounds, in turn)`,
)
console.log(`ratio ${ratio.toFixed(2)} (limit ${RATIO_LIMIT})`)

const bytes = Number(execSync('git archive HEAD | gzip | wc -c', { cwd: ROOT, encoding: 'utf8' }))
console.log(`archive ${bytes} bytes (limit ${BYTES_LIMIT})`)

if (ratio > RATIO_LIMIT || bytes > BYTES_LIMIT) process.exitCode = 1
