import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { clockEnvironment, writeClock } from '../clock/index.ts'

/** Wall milliseconds until patience of `seconds`, at least `least` in wall time, runs out in a lab 100 times as fast. */
async function wallTimeOf(seconds: number, least: number): Promise<number> {
  const file = join(mkdtempSync(join(tmpdir(), 'clock-')), 'clock.json')
  writeClock(file, { rate: 100 })
  const script = `import { startPatience } from ${JSON.stringify(`file://${import.meta.dirname}/patience.ts`)}
    const begun = performance.now()
    startPatience(${seconds}, ${least}, () => console.log(performance.now() - begun))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...clockEnvironment(file) },
  })
  return Number(stdout)
}

test('in a lab that runs fast, a target still has the least time of the wall clock', async () => {
  const took = await wallTimeOf(5, 0.3)
  expect(took).toBeGreaterThan(290)
  expect(took).toBeLessThan(1500)
})

test('patience that is longer in lab time than the least is measured in lab time', async () => {
  const took = await wallTimeOf(60, 0.1)
  expect(took).toBeGreaterThan(590)
  expect(took).toBeLessThan(2500)
})
