import { expect, test } from '@jest/globals'
import { problemsOf, remarksOf } from '../check.ts'
import type { DemoRun } from '../demo-run.ts'
import { marksOf } from '../marks.ts'
import { measure } from '../measure.ts'
import { at, simulatedRun } from '../simulated-run.ts'
import { summaryHtml } from './markdown.ts'
import { reportPage } from './page.ts'
import { rollbackChart } from './rollback-chart.ts'
import { seriesOf } from './series.ts'
import { flagRows } from './svg.ts'
import { trafficChart } from './traffic-chart.ts'

const VERSIONS = ['v1', 'v2', 'v3']

function pageOf(run: DemoRun): string {
  const result = measure(run)
  return reportPage(run, { result, problems: problemsOf(run, result), remarks: remarksOf(run, result) })
}

test('bins hold rates per second, by version, with the load balancer itself last', () => {
  const run = simulatedRun({
    endedAt: at(3.9),
    answers: [
      { at: at(0.5), status: 502, version: '', ms: 1 },
      { at: at(1), status: 200, version: 'v2', ms: 1 },
      { at: at(3.5), status: 200, version: 'v1', ms: 1 },
    ],
  })
  expect(seriesOf(run, 2)).toEqual({
    binSeconds: 2,
    versions: ['v1', 'v2', ''],
    bins: [{ from: 0, perSecond: [0, 0.5, 0.5], failedPerSecond: 0.5 }],
  })
})

test('the chart has an area per version, a bar per second with errors and a flag per decision', () => {
  const run = simulatedRun()
  const chart = trafficChart(run, marksOf(run), 920)
  expect(chart.match(/<path class="area /g)).toHaveLength(3)
  // From 32.0 s to 46.1 s there is an error every half second.
  expect(chart.match(/<rect [^>]*class="error"/g)).toHaveLength(15)
  for (const label of ['shift', 'PASS', 'FAIL', 'rolled back', 'restored', 'deploy v2'])
    expect(chart).toContain(`>${label}</text>`)
  expect(chart).not.toMatch(/NaN|undefined|Infinity/)
})

test('a narrow chart keeps the decisions and leaves out what is said elsewhere', () => {
  const run = simulatedRun()
  const chart = trafficChart(run, marksOf(run), 360)
  expect(chart).toContain('viewBox="0 0 360 ')
  expect(chart).toContain('>rolled back</text>')
  expect(chart).not.toContain('>deploy v2</text>')
})

test('a demo without a single answer still has a chart', () => {
  const run = simulatedRun({ answers: [], deploys: [], calls: [] })
  expect(trafficChart(run, [], 920)).not.toMatch(/NaN|undefined|Infinity/)
  expect(pageOf(run)).toContain('Something went wrong')
})

test('the close-up shows every request around the rollback, failed ones in red', () => {
  const run = simulatedRun()
  const [good, bad] = run.deploys
  const chart = bad && rollbackChart(bad, run, VERSIONS, 920)
  const shown = run.answers.filter((answer) => answer.at >= at(43.5) && answer.at <= at(47.602))
  expect(chart?.match(/<circle /g)).toHaveLength(shown.length)
  expect(chart?.match(/<circle [^>]*class="error"/g)).toHaveLength(shown.filter(({ status }) => status === 500).length)
  expect(good && rollbackChart(good, run, VERSIONS, 920)).toBeUndefined()
})

test('flags never cover each other', () => {
  const flags = [100, 101, 130, 300, 301, 302].map((x) => ({ x, label: 'rolled back', className: '' }))
  expect(flagRows(flags, 1000)).toEqual([2, 1, 0, 2, 1, 0])
})

test('the page needs nothing from elsewhere and says what was found', () => {
  const page = pageOf(simulatedRun())
  expect(page).toContain('<h1>v2 went live without a failed request; v3 was caught and put back in 1.1 s</h1>')
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(|https?:/)
  expect(page).toContain('prefers-color-scheme: dark')
  expect(page).not.toMatch(/NaN|undefined|Infinity/)
  expect(page.match(/<svg/g)).toHaveLength(4)
})

test('the page names what went wrong', () => {
  const whole = simulatedRun()
  const lost = { at: at(15), status: 503, version: '', ms: 1 }
  const page = pageOf({ ...whole, answers: [...whole.answers, lost] })
  expect(page).toContain('<h1>Something went wrong</h1>')
  expect(page).toContain('v2 lost 1 request(s): 503 from the load balancer itself at 15.0 s.')
})

test('a step summary becomes HTML, and foreign markup in it stays text', () => {
  const markdown = [
    '## FAIL &#40;10 %&#41;',
    '',
    'A paragraph with <script>alert(1)</script>.',
    '',
    '| Side | Weight |',
    '| --- | --- |',
    '| web-blue | 0&#124;1 |',
    '',
    '<details><summary>More</summary>',
    '',
    '```json',
    '{"a": "<b>"}',
    '```',
    '',
    '</details>',
  ].join('\n')
  expect(summaryHtml(markdown).split('\n')).toEqual([
    '<h4>FAIL &#40;10 %&#41;</h4>',
    '<p>A paragraph with &lt;script&gt;alert(1)&lt;/script&gt;.</p>',
    '<div class="scroll"><table><thead><tr><th>Side</th><th>Weight</th></tr></thead><tbody><tr><td>web-blue</td><td>0&#124;1</td></tr></tbody></table></div>',
    '<details><summary>More</summary>',
    '<pre>{&quot;a&quot;: &quot;&lt;b&gt;&quot;}</pre>',
    '</details>',
  ])
})
