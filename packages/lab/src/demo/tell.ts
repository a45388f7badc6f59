import type { DemoRun } from './demo-run.ts'
import type { Screen } from './live/index.ts'
export function tell(run: DemoRun, screen: Screen): number {
  screen.print(
    JSON.stringify({ n: run.answers.length, late: run.lateArrivals, s: (run.endedAt - run.startedAt) / 1000 }),
  )
  return 0
}
