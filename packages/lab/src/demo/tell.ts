import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { problemsOf, remarksOf } from './check.ts'
import type { DemoRun } from './demo-run.ts'
import type { Screen } from './live/index.ts'
import { measure } from './measure.ts'
import { reportPage } from './report/page.ts'
import { REPORT_FOLDER } from './settings.ts'
import { deployTable, renderTable } from './tables.ts'

/** Writes the report and the result, shows the table, and returns the exit code: 1 when a release did not end as it should. */
export function tell(run: DemoRun, screen: Screen): 0 | 1 {
  const result = measure(run)
  const problems = problemsOf(run, result)
  const remarks = remarksOf(run, result)
  mkdirSync(REPORT_FOLDER, { recursive: true })
  const page = join(REPORT_FOLDER, 'index.html')
  writeFileSync(page, reportPage(run, { result, problems, remarks }))
  writeFileSync(join(REPORT_FOLDER, 'demo-result.json'), `${JSON.stringify(result, null, 2)}\n`)

  screen.print('')
  for (const line of renderTable(deployTable(result))) screen.print(`  ${line}`)
  screen.print('')
  for (const remark of remarks) screen.print(`  ${remark}`)
  screen.print(
    `  ${result.seconds} s in all, ${result.requestsPerSecond} requests a second; report: ${relative(process.cwd(), page)}`,
  )
  for (const problem of problems) screen.event('Not as it should be', problem)
  return problems.length === 0 ? 0 : 1
}
