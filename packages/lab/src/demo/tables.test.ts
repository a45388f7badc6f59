import { expect, test } from '@jest/globals'
import { marksOf } from './marks.ts'
import { measure } from './measure.ts'
import { seriesOf } from './report/series.ts'
import { simulatedRun } from './simulated-run.ts'
import { decisionTable, deployTable, renderTable, trafficTable } from './tables.ts'

test('the table of deploys lines up in a terminal', () => {
  const lines = renderTable(deployTable(measure(simulatedRun())))
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
  expect(lines).toContain('failed requests                               0            29')
  expect(lines).toContain('decision to old version answering             –        1.10 s')
})

test('decisions come in the order in which they happened', () => {
  const run = simulatedRun()
  expect(marksOf(run).map(({ label }) => label)).toEqual([
    ...['deploy v2', 'shift', 'PASS', 'promoted'],
    ...['deploy v3', 'shift', 'FAIL', 'rolled back', 'restored'],
  ])
  expect(decisionTable(run).rows.at(-1)).toEqual(['46.10', 'restored', expect.stringContaining('Users get v2 again')])
})

test('the figures of the chart add up to what users were answered', () => {
  const run = simulatedRun()
  const { head, rows } = trafficTable(seriesOf(run, 2))
  expect(head).toEqual(['Seconds', 'v1', 'v2', 'v3', 'errors per second'])
  const total = rows.flatMap((row) => row.slice(1, 4)).reduce((sum, text) => sum + Number(text) * 2, 0)
  expect(total).toBe(run.answers.length)
})
