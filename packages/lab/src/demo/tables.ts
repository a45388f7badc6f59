import type { DemoRun } from './demo-run.ts'
import { marksOf } from './marks.ts'
import type { DemoResult, DeployResult } from './measure.ts'
import { nameOf, type Series } from './report/series.ts'

/** Head and rows, as text. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The figures of demo-result.json, a column per deploy. */
export function deployTable({ deploys }: DemoResult): Table {
  const row = (name: string, of: (deploy: DeployResult) => string) => [name, ...deploys.map(of)]
  const seconds = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(2)} s`)
  return {
    head: ['', ...deploys.map(({ version }) => version)],
    rows: [
      row('verdict', ({ verdict }) => verdict),
      row('outcome', ({ outcome }) => outcome),
      row('requests during the deploy', ({ requests }) => `${requests}`),
      row('failed requests', ({ failedRequests }) => `${failedRequests}`),
      row('… not answered by the release itself', ({ failedByOthers }) =>
        failedByOthers === undefined ? '–' : `${failedByOthers}`,
      ),
      row('decision to weights read back', ({ rollbackSeconds }) => seconds(rollbackSeconds)),
      row('decision to old version answering', ({ trafficRestoredSeconds }) => seconds(trafficRestoredSeconds)),
      row('write calls of the rollback', ({ rollbackWriteCalls }) =>
        rollbackWriteCalls === undefined ? '–' : `${rollbackWriteCalls}`,
      ),
    ],
  }
}

/** The decisions, in seconds from the start of the demo. */
export function decisionTable(run: DemoRun): Table {
  return {
    head: ['Seconds', 'What', ''],
    rows: marksOf(run).map(({ at, label, meaning }) => [((at - run.startedAt) / 1000).toFixed(2), label, meaning]),
  }
}

/** The figures of the chart: requests per second by version, and errors. */
export function trafficTable({ versions, bins, binSeconds }: Series): Table {
  return {
    head: ['Seconds', ...versions.map(nameOf), 'errors per second'],
    rows: bins.map(({ from, perSecond, failedPerSecond }) => [
      `${from} – ${from + binSeconds}`,
      ...[...perSecond, failedPerSecond].map((value) => value.toFixed(1)),
    ]),
  }
}

/** A table for a terminal: columns as wide as their widest cell, all but the first set to the right. */
export function renderTable({ head, rows }: Table): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
  return [line(head), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.map(line)]
}
