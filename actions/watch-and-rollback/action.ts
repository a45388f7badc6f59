import { boolean, defineAction, duration, integer, json, type Log, number, oneOf, percent } from '@interlock/action-kit'
import { awsPorts } from '@interlock/clients'
import {
  attach,
  closeJournal,
  complete,
  describeSplit,
  parseHandle,
  releaseLease,
  rollBack,
  takeLease,
} from '@interlock/delivery'
import { renderLook, timeOfReturn, watch } from '@interlock/health'
import { type Clock, type DeploymentHandle, type TrafficSwitch, VERDICTS } from '@interlock/model'
import { USER_AGENT } from '../version.ts'
import { planOf, summaryOf, verdictLine } from './report.ts'

/** A lease outlives the watch by this much, for the writes after it. */
const LEASE_MARGIN = 10 * 60_000

/** How long the old version may take to answer again before the output stays empty. */
const RETURN_BUDGET = 120_000

export default defineAction({
  name: 'watch-and-rollback',
  title: 'Interlock: watch and roll back',
  description: 'Watches a release against its own baseline and puts the traffic back by itself when it is worse',
  inputs: {
    deployment: json(parseHandle).required().describe('The output `deployment` of blue-green-shift'),
    'watch-for': duration().default('15m').describe('How long the release is watched at most; one look a minute'),
    baseline: duration().default('60m').describe('How long before the shift the previous version is measured'),
    'min-ratio': number()
      .default(2)
      .describe('A release is worse only when its error rate is at least this many times the baseline'),
    'min-errors': integer().default(3).describe('Fewer errors than this never roll back'),
    'tolerated-error-rate': percent()
      .default('0.1%')
      .describe('An error rate below this never rolls back, and a release proven to be below it passes'),
    'on-inconclusive': oneOf('promote', 'hold', 'rollback')
      .default('hold')
      .describe(
        'What to do when the watch ends without a proof. `hold`: leave both sides running and fail the step, for a person to decide',
      ),
    previous: oneOf('stop', 'keep')
      .default('stop')
      .describe('What becomes of the previous tasks after a PASS: `stop` sets the desired count of their service to 0'),
    'dry-run': boolean().default(false).describe('Watch and judge, but change nothing'),
  },
  outputs: {
    verdict: oneOf(...VERDICTS).describe(
      '`PASS`, `FAIL` (worse), `INCONCLUSIVE` (unknown) or `ERROR` (could not be measured)',
    ),
    outcome: oneOf('promoted', 'rolled-back', 'held', 'planned', 'failed').describe('What was done about it'),
    'rollback-seconds': number().describe(
      'From the decision until the old weights were read back; empty without a rollback',
    ),
    'traffic-restored-seconds': number().describe(
      'From the decision until the first of 20 probes in a row was answered by the old version; empty without a rollback or a probe',
    ),
  },
  onFailure: { verdict: 'ERROR', outcome: 'failed' },

  async run({ inputs, log, summary, runner, clock, signal, outputs }) {
    const handle = inputs.deployment
    const holder = runner.runId
    const { trafficSwitch, platform, metrics } = awsPorts({ userAgent: `${USER_AGENT} run/${holder}` })
    const plan = planOf(inputs)

    const journal = await log.group('Find the way back', async () => {
      const found = await attach(trafficSwitch, handle)
      log.info(`Now ${describeSplit(found.after)}; a rollback puts back ${describeSplit(found.before)}`)
      if (!inputs['dry-run']) {
        const milliseconds = inputs['watch-for'] + LEASE_MARGIN
        await takeLease({ trafficSwitch, clock, routingArn: handle.routing, holder, milliseconds, signal })
      }
      return found
    })

    const watched = await log.group(`Watch ${handle.release.taskDefinition}`, () =>
      watch({
        ...{ reader: metrics, clock, plan, signal },
        onLook: (look) => log.info(renderLook(look)),
        onProblem: ({ message }) => log.warning(`The metrics could not be read, trying again. ${message}`),
      }),
    )
    const decidedAt = clock.now()
    const { verdict } = watched
    const decision = decide(verdict, inputs['on-inconclusive'])
    outputs.set({ verdict })
    const report = { handle, journal, watched }

    if (inputs['dry-run']) {
      outputs.set({ outcome: 'planned' })
      summary.add(summaryOf({ ...report, outcome: 'planned' }))
      return {
        reasonCode: watched.reasonCode,
        verdict: `Dry run: ${verdictLine(watched)} (would have been ${decision})`,
      }
    }
    if (decision === 'rolled-back') {
      const rollback = await log.group('Put the traffic back', async () => {
        const done = await rollBack({ trafficSwitch, clock, handle, journal, decidedAt })
        outputs.set({ outcome: 'rolled-back', 'rollback-seconds': done.seconds })
        log.info(`Weights read back after ${done.seconds.toFixed(1)} s: ${describeSplit(done.routing)}`)
        if (done.alsoChanged) log.warning(done.alsoChanged)
        const restoredSeconds = await restored(handle, clock, decidedAt)
        if (restoredSeconds !== undefined) outputs.set({ 'traffic-restored-seconds': restoredSeconds })
        log.info(
          restoredSeconds === undefined
            ? 'Whether the old version answers again was not probed or not seen.'
            : `The old version answers again since ${restoredSeconds.toFixed(1)} s after the decision.`,
        )
        await tidy(trafficSwitch, handle, holder, log)
        return { ...done, ...(restoredSeconds !== undefined && { restoredSeconds }) }
      })
      summary.add(summaryOf({ ...report, outcome: 'rolled-back', rollback }))
      // A rolled-back deploy is always a failed job, never a green check.
      return {
        failed: true,
        reasonCode: watched.reasonCode,
        verdict: `${verdictLine(watched)} Rolled back in ${rollback.seconds.toFixed(1)} s; ${handle.release.service} keeps its tasks, without traffic, for inspection.`,
      }
    }
    if (decision === 'promoted') {
      await log.group('Complete', async () => {
        const { previous } = inputs
        await complete({ trafficSwitch, platform, clock, handle, previous, signal })
        await releaseLease(trafficSwitch, handle.routing, holder)
        log.info(
          previous === 'stop' ? `${handle.previous.service} is stopped.` : `${handle.previous.service} keeps running.`,
        )
      })
      outputs.set({ outcome: 'promoted' })
      summary.add(summaryOf({ ...report, outcome: 'promoted' }))
      return { reasonCode: watched.reasonCode, verdict: `${verdictLine(watched)} Promoted.` }
    }
    outputs.set({ outcome: 'held' })
    summary.add(summaryOf({ ...report, outcome: 'held' }))
    return {
      failed: true,
      reasonCode: watched.reasonCode,
      verdict: `${verdictLine(watched)} Held: the release keeps the traffic and ${handle.previous.service} stays ready. Decide, then re-run or roll back.`,
    }
  },
})

/** The traffic is back; tags that stay behind are a nuisance, not a failure. */
async function tidy(trafficSwitch: TrafficSwitch, handle: DeploymentHandle, holder: string, log: Log): Promise<void> {
  try {
    await closeJournal(trafficSwitch, handle)
    await releaseLease(trafficSwitch, handle.routing, holder)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    log.warning(`The traffic is back, but the tags interlock:* could not be removed from ${handle.routing}. ${why}`)
  }
}

function decide(verdict: (typeof VERDICTS)[number], onInconclusive: 'promote' | 'hold' | 'rollback') {
  if (verdict === 'FAIL') return 'rolled-back'
  if (verdict === 'PASS') return 'promoted'
  if (verdict === 'ERROR') return 'held'
  return ({ promote: 'promoted', hold: 'held', rollback: 'rolled-back' } as const)[onInconclusive]
}

/** Seconds from the decision until the old version answered again, seen from outside. */
async function restored({ probe }: DeploymentHandle, clock: Clock, decidedAt: Date): Promise<number | undefined> {
  if (!probe) return undefined
  const back = await timeOfReturn({ probe, clock, budgetMilliseconds: RETURN_BUDGET })
  return back && (back.getTime() - decidedAt.getTime()) / 1000
}
