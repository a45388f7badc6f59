import { expect, test } from '@jest/globals'
import { problemsOf, remarksOf } from './check.ts'
import { independently, measure } from './measure.ts'
import { at, simulatedRun } from './simulated-run.ts'

test('the result has the bundles’ seconds divided by the clock rate and counts each deploy by its own requests', () => {
  expect(measure(simulatedRun())).toEqual({
    ...{ schemaVersion: 1, seconds: 50, requestsPerSecond: 20, clockRate: 20, propagationSeconds: 1 },
    deploys: [
      { version: 'v2', outcome: 'promoted', verdict: 'PASS', requests: 400, failedRequests: 0 },
      {
        ...{
          version: 'v3',
          outcome: 'rolled-back',
          verdict: 'FAIL',
          requests: 400,
          failedRequests: 29,
          failedByOthers: 0,
        },
        ...{ rollbackSeconds: 0.15, trafficRestoredSeconds: 1.1, rollbackWriteCalls: 1 },
      },
    ],
  })
})

test('the rollback is timed again by the call log and by what users were answered', () => {
  const run = simulatedRun()
  const [, bad] = run.deploys
  expect(bad && independently(bad, run)).toEqual({
    ...{ shiftedAt: at(31.01), decidedAt: at(45), writtenAt: at(45.1), readBackAt: at(45.15), restoredAt: at(46.102) },
  })
})

test('a demo that went as it should has no problems, and both clocks agree', () => {
  const run = simulatedRun()
  const result = measure(run)
  expect(problemsOf(run, result)).toEqual([])
  expect(remarksOf(run, result)).toEqual([
    'weights read back: 0.15 s by the action, 0.15 s by the call log; they agree.',
    'old version answers: 1.10 s by the action, 1.10 s by the users; they agree.',
  ])
})

test('says which requests the good release lost, and who failed them', () => {
  const whole = simulatedRun()
  const run = simulatedRun({
    answers: [
      ...whole.answers,
      { at: at(12.5), status: 503, version: '', ms: 1 },
      { at: at(12.6), status: 'error', version: '', ms: 1 },
    ],
  })
  expect(problemsOf(run, measure(run))).toEqual([
    'v2 lost 2 request(s): 503 from the load balancer itself at 12.5 s; error from nobody at 12.6 s.',
  ])
})

test('says that the bad release was not rolled back, and the last error of the step', () => {
  const whole = simulatedRun()
  const deploys = whole.deploys.map((deploy) =>
    deploy.version === 'v3' && deploy.watch
      ? {
          ...deploy,
          watch: {
            ...deploy.watch,
            outputs: { outcome: 'held', verdict: 'ERROR' },
            annotations: [{ kind: 'error' as const, text: 'CloudWatch did not answer.', at: at(45) }],
          },
        }
      : deploy,
  )
  const run = simulatedRun({ deploys })
  const result = measure(run)
  expect(result.deploys[1]).toEqual({
    version: 'v3',
    outcome: 'held',
    verdict: 'ERROR',
    requests: 400,
    failedRequests: 29,
  })
  expect(problemsOf(run, result)).toEqual([
    'v3 was not rolled back but held (verdict ERROR). CloudWatch did not answer.',
  ])
})

test('remarks on what a reader must know: late requests, more than one write, failures of others, clocks that disagree', () => {
  const whole = simulatedRun()
  const second = whole.calls.find(({ n }) => n === 8)
  const run = simulatedRun({
    lateArrivals: 7,
    calls: [...whole.calls, ...(second ? [{ ...second, n: 10, at: at(45.2), answeredAt: at(45.6) }] : [])],
    answers: [...whole.answers, { at: at(47), status: 502, version: '', ms: 1 }].toSorted((a, b) => a.at - b.at),
  })
  const remarks = remarksOf(run, measure(run)).join('\n')
  expect(remarks).toContain('more than 50 ms late: 7 of 981')
  expect(remarks).toContain('The rollback took 2 write calls, not one.')
  expect(remarks).toContain('1 requests failed while v3 was on its way that it did not answer itself.')
  expect(remarks).toContain('weights read back: 0.15 s by the action, the call log did not see it.')
  expect(remarks).toContain('old version answers: 1.10 s by the action, 2.05 s by the users; they DISAGREE.')
})
