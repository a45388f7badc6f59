import type { DemoRun, Deploy } from '../demo-run.ts'
import { marksOf } from '../marks.ts'
import { type DemoResult, independently } from '../measure.ts'
import { decisionTable, deployTable, type Table, trafficTable } from '../tables.ts'
import { escapeHtml, htmlTable } from './html.ts'
import { summaryHtml } from './markdown.ts'
import { rollbackChart } from './rollback-chart.ts'
import { nameOf, seriesOf } from './series.ts'
import { STYLE } from './style.ts'
import { trafficChart } from './traffic-chart.ts'

/** A chart is drawn once for screens and once for phones: text keeps its size, the page shows the one that fits. */
const WIDTHS = { wide: 920, narrow: 360 } as const
const TABLE_BIN_SECONDS = 2

export interface Findings {
  readonly result: DemoResult
  /** What went wrong; empty when all went as it should. */
  readonly problems: readonly string[]
  readonly remarks: readonly string[]
}

/** The whole report as one HTML file that needs nothing else. */
export function reportPage(run: DemoRun, { result, problems, remarks }: Findings): string {
  const series = seriesOf(run, TABLE_BIN_SECONDS)
  const marks = marksOf(run)
  const traffic = both((width) => trafficChart(run, marks, width))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Interlock demo: ${escapeHtml(headline(result, problems))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">Interlock demo · ${new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
<h1>${escapeHtml(headline(result, problems))}</h1>
<p class="lead">${escapeHtml(lead(run, result))}</p>
</header>
${problems.length > 0 ? `<ul class="problems">${problems.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>` : ''}
${tiles(run, result)}
<section>
<h2>Who answered, all the way</h2>
${legend(series.versions)}
${traffic}
</section>
${run.deploys.map((deploy) => closeUp(deploy, run, series.versions)).join('')}
<section>
<h2>The two deploys</h2>
${toHtml(deployTable(result))}
<ul class="remarks">${remarks.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>
<h2>What happened when</h2>
<p>Times by the call log of the AWS API and by what users were answered, in seconds from the start of the demo.</p>
${toHtml(decisionTable(run))}
<details><summary>The figures of the chart, every ${TABLE_BIN_SECONDS} seconds</summary>
${toHtml(trafficTable(series))}
</details>
</section>
<section>
<h2>What GitHub would show</h2>
<p>The step summaries as the bundles wrote them. Their seconds and times are those of the lab's clock, which runs ${run.clockRate} times as fast.</p>
${run.deploys.map(summaries).join('')}
</section>
<footer>
<p><strong>What is real here:</strong> the bundles (what a workflow would download, run by Node 24 as the runner runs them), the AWS SDK
and its wire protocols, the processes of the service, the load balancer's forwarding, every request and every answer.
<strong>What is emulated:</strong> ECS, Elastic Load Balancing and CloudWatch, by a lab on this machine; a rule change takes ${run.propagationSeconds} s to
reach the traffic, which is an assumption. Nobody's AWS account was touched.</p>
</footer>
</main>
</body>
</html>
`
}

function headline({ deploys }: DemoResult, problems: readonly string[]): string {
  const [good, bad] = deploys
  if (problems.length > 0 || !good || !bad) return 'Something went wrong'
  const restored = bad.trafficRestoredSeconds === undefined ? '' : ` in ${bad.trafficRestoredSeconds.toFixed(1)} s`
  return `${good.version} went live without a failed request; ${bad.version} was caught and put back${restored}`
}

function lead({ answers }: DemoRun, { requestsPerSecond, seconds, deploys }: DemoResult): string {
  return (
    `${answers.length} requests at ${requestsPerSecond} a second for ${Math.round(seconds)} seconds, while ` +
    `${deploys.map(({ version }) => version).join(' and then ')} were deployed behind a load balancer.`
  )
}

function tiles(run: DemoRun, { deploys }: DemoResult): string {
  const tile = (figure: string, what: string, kind: 'good' | 'bad' | '') =>
    `<div class="tile ${kind}"><b>${escapeHtml(figure)}</b><span>${escapeHtml(what)}</span></div>`
  const shown = deploys.flatMap(
    ({ version, outcome, requests, failedRequests, failedByOthers, rollbackSeconds, trafficRestoredSeconds }) => {
      if (outcome !== 'rolled-back') {
        return [
          tile(
            `${failedRequests}`,
            `of ${requests} requests failed while ${version} was ${outcome}`,
            failedRequests === 0 ? 'good' : 'bad',
          ),
        ]
      }
      return [
        tile(
          `${failedRequests}`,
          `of ${requests} requests failed with ${version}, ${failedByOthers === 0 ? 'all of them answered by itself' : `${failedByOthers} of them not answered by itself`}`,
          'bad',
        ),
        ...(rollbackSeconds === undefined
          ? []
          : [tile(`${rollbackSeconds.toFixed(2)} s`, 'from the decision to the old weights read back', 'good')]),
        ...(trafficRestoredSeconds === undefined
          ? []
          : [
              tile(
                `${trafficRestoredSeconds.toFixed(2)} s`,
                `until users had the old version again, ${run.propagationSeconds}\u00a0s of it the load balancer’s`,
                'good',
              ),
            ]),
      ]
    },
  )
  return `<div class="tiles">${shown.join('')}</div>`
}

function legend(versions: readonly string[]): string {
  const items = versions.map((version, at) => `<li><i class="v${at}"></i>${escapeHtml(nameOf(version))}</li>`)
  return `<ul class="legend">${items.join('')}<li><i class="error"></i>failed requests</li></ul>`
}

function closeUp(deploy: Deploy, run: DemoRun, versions: readonly string[]): string {
  if (!rollbackChart(deploy, run, versions, WIDTHS.wide)) return ''
  const { decidedAt = 0, writtenAt = 0 } = independently(deploy, run)
  return `<section>
<h2>The rollback of ${escapeHtml(deploy.version)}, close up</h2>
<p>Every dot is one request, in the row of the version that answered it; red ones failed. The write was answered
${Math.round(writtenAt - decidedAt)} ms after the decision; the shaded second after it is the load balancer's own.</p>
${both((width) => rollbackChart(deploy, run, versions, width) ?? '')}
</section>
`
}

function summaries({ version, shift, watch }: Deploy): string {
  const one = (action: string, markdown: string) =>
    `<details><summary>${escapeHtml(version)}: ${action}</summary><div class="step">${summaryHtml(markdown)}</div></details>`
  return one('blue-green-shift', shift.summary) + (watch ? one('watch-and-rollback', watch.summary) : '')
}

function both(draw: (width: number) => string): string {
  return `<div class="wide">${draw(WIDTHS.wide)}</div>\n<div class="narrow">${draw(WIDTHS.narrow)}</div>`
}

function toHtml({ head, rows }: Table): string {
  return htmlTable(head, rows)
}
