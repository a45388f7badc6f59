import { boolean, defineAction, duration, json, list, oneOf, text, url } from '@interlock/action-kit'
import { awsPorts } from '@interlock/clients'
import {
  bringUp,
  describeSplit,
  findRelease,
  handleOf,
  inspect,
  isInForce,
  nameOf,
  type ProbeTarget,
  type ReleaseRequest,
  registerRelease,
  releaseFailed,
  releaseLease,
  shift,
  shiftedSplit,
  standDown,
  takeLease,
} from '@interlock/delivery'
import { liveVersionAt } from '@interlock/health'
import { type Clock, type DeploymentHandle, UserError } from '@interlock/model'
import { USER_AGENT } from '../version.ts'
import { bringUpLine, inspectionLines, summaryOf } from './report.ts'

/** A lease outlives the longest wait by this much, for the writes around it. */
const LEASE_MARGIN = 10 * 60_000

export default defineAction({
  name: 'blue-green-shift',
  title: 'Interlock: blue-green shift',
  description:
    'Brings a release up on the idle one of two ECS services, waits until exactly its tasks are healthy, and moves the traffic of a weighted ALB rule to it',
  inputs: {
    cluster: text().required().describe('Name or ARN of the ECS cluster that runs both services'),
    services: list()
      .required()
      .describe('Names of the two ECS services, in any order: the live one is the one that has traffic'),
    routing: text()
      .required()
      .matching(
        /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:listener(-rule)?\/app\/.+/,
        'the ARN of an ALB listener rule or listener',
      )
      .describe(
        'ARN of the listener rule whose forward action holds both target groups, or of the listener when its default action does',
      ),
    image: text().describe(
      'New container image; everything else is taken from the task definition that the live side runs',
    ),
    container: text().describe('Container that gets `image`, when the task definition has several'),
    'task-definition': text().describe(
      'Instead of `image`: `family:revision` or ARN of a task definition that is registered already',
    ),
    'health-timeout': duration().default('10m').describe('How long the new tasks may take to become healthy'),
    'probe-url': url().describe('URL of the service behind the load balancer, to prove from outside who answers'),
    'probe-header': text()
      .default('x-app-version')
      .describe('Response header that names the version, read at `probe-url`'),
    'dry-run': boolean().default(false).describe('Show what would be done, after all checks, and change nothing'),
  },
  outputs: {
    outcome: oneOf('shifted', 'already-live', 'planned', 'aborted').describe(
      '`shifted`: the release has the traffic now. `already-live`: it had it before. `planned`: dry run. `aborted`: ended before it was done; `reason-code` and the log say why',
    ),
    deployment: json<DeploymentHandle>().describe(
      'The deployment, for `watch-and-rollback`. Empty when there is nothing to watch',
    ),
  },
  onFailure: { outcome: 'aborted' },

  check({ inputs }) {
    const problems: string[] = []
    const { services, image, container } = inputs
    if (services && (services.length !== 2 || services[0] === services[1])) {
      problems.push(
        `\`services\` must name two different services, received ${services.length}: ${services.join(', ')}.`,
      )
    }
    if (Boolean(image) === Boolean(inputs['task-definition'])) {
      problems.push(
        image
          ? '`image` and `task-definition` are both set and contradict each other: keep one.'
          : 'Set `image` (a new image in the live task definition) or `task-definition` (a registered revision).',
      )
    }
    if (container && !image) problems.push('`container` says which container gets `image`, but `image` is not set.')
    return problems
  },

  async run({ inputs, log, summary, state, runner, clock, signal, outputs }) {
    const { cluster, routing: routingArn, image, container } = inputs
    const [first = '', second = ''] = inputs.services
    const holder = runner.runId
    const { trafficSwitch, platform } = awsPorts({ userAgent: `${USER_AGENT} run/${holder}` })
    const timeoutMilliseconds = inputs['health-timeout']
    const probe = inputs['probe-url'] ? { url: inputs['probe-url'], header: inputs['probe-header'] } : undefined

    const inspection = await log.group('Inspect what is live', async () => {
      const found = await inspect({ trafficSwitch, platform, cluster, services: [first, second], routingArn })
      for (const line of inspectionLines(found)) log.info(line)
      return found
    })
    const { live, idle, journal } = inspection
    const request: ReleaseRequest = image
      ? { image, ...(container && { container }) }
      : { taskDefinition: inputs['task-definition'] ?? '' }
    const found = await findRelease(platform, live.service.taskDefinition, request)

    if (found.registered && found.definition.arn === live.service.taskDefinition) {
      const unfinished = journal && isInForce(journal, inspection) && journal.release === nameOf(found.definition)
      const deployment = unfinished ? handleOf(inspection, journal, probe) : undefined
      log.info(
        unfinished
          ? `${journal.release} got the traffic at ${journal.at.toISOString()} in run ${journal.run}; its watch is not finished.`
          : `${nameOf(found.definition)} is live already; there is nothing to shift.`,
      )
      outputs.set({ outcome: 'already-live', ...(deployment && { deployment }) })
      return { reasonCode: 'already-live', verdict: `Already live: ${nameOf(found.definition)}` }
    }
    if (journal && isInForce(journal, inspection)) {
      log.warning(
        `The live release ${journal.release} (run ${journal.run}) was never found good by a watch. A rollback of this deploy goes back to it.`,
      )
    }
    if (inputs['dry-run']) {
      outputs.set({ outcome: 'planned' })
      const after = describeSplit(shiftedSplit(inspection))
      log.info(
        `Would start ${image ?? nameOf(found.definition)} on ${idle.service.name} and set the weights to ${after}.`,
      )
      return { reasonCode: 'dry-run', verdict: `Dry run: every check passed; weights would become ${after}` }
    }

    const previousVersion = probe && (await versionBefore(probe, clock, signal))
    // Before the lease is taken: a step that is killed in between must be able to give it back.
    await state.save({ routingArn, holder })
    await takeLease({
      trafficSwitch,
      clock,
      routingArn,
      holder,
      milliseconds: timeoutMilliseconds + LEASE_MARGIN,
      signal,
    })

    const definition = await log.group(`Bring the release up on ${idle.service.name}`, async () => {
      const registered = await registerRelease(platform, found)
      log.info(`Task definition ${nameOf(registered)}${found.registered ? ' was registered already' : ' registered'}`)
      try {
        await bringUp({
          ...{ platform, trafficSwitch, clock, cluster, live, idle, timeoutMilliseconds, signal },
          definition: registered,
          onProgress: (progress) => log.progress(bringUpLine(progress)),
        })
      } catch (error) {
        if (releaseFailed(error)) await standDown({ platform, clock, cluster, service: idle.service.name })
        throw error
      }
      return registered
    })

    return await log.group('Shift the traffic', async () => {
      const release = nameOf(definition)
      const done = await shift({ trafficSwitch, clock, inspection, release, run: holder, previousVersion, signal })
      const deployment = handleOf(inspection, done.journal, probe)
      outputs.set({ outcome: 'shifted', deployment })
      log.info(`Weights read back: ${describeSplit(done.routing)}`)
      summary.add(summaryOf(deployment, done.journal))
      return { reasonCode: 'shifted', verdict: `Shifted: ${release} on ${idle.service.name} has the traffic` }
    })
  },

  /** A run that ended before it handed a deployment over must not keep others out. */
  async post({ state, log, runner }) {
    const saved = state.read()
    if (!saved || saved['ended'] === 'shifted') return
    const { trafficSwitch } = awsPorts({ userAgent: `${USER_AGENT} run/${runner.runId}` })
    if (await releaseLease(trafficSwitch, saved['routingArn'] ?? '', saved['holder'] ?? ''))
      log.info('The lease on the rule is given back.')
  },
})

/** Which version answers before the shift; a URL that names none could prove nothing later. */
async function versionBefore(probe: ProbeTarget, clock: Clock, signal: AbortSignal): Promise<string> {
  const version = await liveVersionAt(probe.url, probe.header, clock, signal)
  if (version !== undefined) return version
  throw new UserError(
    `${probe.url} did not answer with the header ${probe.header}, so who answers could not be told after the shift. Make the service send it, or leave \`probe-url\` out.`,
  )
}
