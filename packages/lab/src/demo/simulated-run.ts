import type { LoggedCall } from '../call-log.ts'
import type { Answer } from '../load/index.ts'
import type { StepResult } from '../runner/index.ts'
import { CALLER, type DemoRun } from './demo-run.ts'

/** When the simulated demo began; all other times count from here in seconds. */
export const START = Date.UTC(2026, 0, 5, 12)

const STEP: StepResult = {
  ...{ exitCode: 0, outputs: {}, state: {}, exported: {}, addedPaths: [], summary: '', annotations: [], lines: [] },
  seconds: 1,
}

/**
 * A demo as it could have been, for tests of what is made of one: v1 until 12 s, v2 until 32 s, v3 until a rollback that
 * was decided at 45 s, written at 45.1 s and followed by traffic at 46.1 s; the end at 50 s. 20 requests a second; every
 * tenth answer of v3 is an error.
 */
export function simulatedRun(changes: Partial<DemoRun> = {}): DemoRun {
  const answers: Answer[] = Array.from({ length: 980 }, (_, n) => {
    const seconds = 1 + n / 20
    const version = seconds < 12 ? 'v1' : seconds < 32 ? 'v2' : seconds < 46.1 ? 'v3' : 'v2'
    return { at: at(seconds), status: version === 'v3' && n % 10 === 0 ? 500 : 200, version, ms: 2 }
  })
  return {
    ...{ startedAt: START, endedAt: at(50), clockRate: 20, propagationSeconds: 1, answers, lateArrivals: 0 },
    calls: [
      call(1, 2, 'ModifyRule', 'terraform'),
      call(2, 11, 'ModifyRule'),
      call(3, 20, 'GetMetricData'),
      call(4, 31, 'ModifyRule'),
      call(5, 40, 'GetMetricData'),
      call(6, 44.99, 'GetMetricData'),
      call(7, 45.05, 'DescribeRules'),
      call(8, 45.09, 'ModifyRule'),
      call(9, 45.14, 'DescribeRules'),
    ],
    deploys: [
      {
        ...{ version: 'v2', previousVersion: 'v1', startedAt: at(10), endedAt: at(21) },
        shift: { ...STEP, outputs: { outcome: 'shifted' }, summary: '## Shifted to web:2\n' },
        watch: { ...STEP, outputs: { outcome: 'promoted', verdict: 'PASS' }, summary: '## PASS\n' },
      },
      {
        ...{ version: 'v3', previousVersion: 'v2', startedAt: at(30), endedAt: at(48) },
        shift: { ...STEP, outputs: { outcome: 'shifted' }, summary: '## Shifted to web:3\n' },
        watch: {
          ...{ ...STEP, exitCode: 1, summary: '## FAIL\n' },
          outputs: {
            outcome: 'rolled-back',
            verdict: 'FAIL',
            'rollback-seconds': '3',
            'traffic-restored-seconds': '22',
          },
        },
      },
    ],
    ...changes,
  }
}

export function at(seconds: number): number {
  return START + Math.round(seconds * 1000)
}

/** A call that takes 10 ms. */
function call(n: number, seconds: number, operation: string, caller = CALLER): LoggedCall {
  const service = operation === 'GetMetricData' ? 'CloudWatch' : 'Elastic Load Balancing'
  return {
    n,
    at: at(seconds),
    answeredAt: at(seconds) + 10,
    service,
    operation,
    action: operation,
    caller,
    status: 200,
  }
}
