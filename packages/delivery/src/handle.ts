import { type DeploymentHandle, type Journal, type Probe, UserError } from '@interlock/model'
import { type Inspection, sameSplit } from './inspect.ts'

/** Where to ask which version answers. */
export type ProbeTarget = Pick<Probe, 'url' | 'header'>

/** The deployment that a shift has made, for the watch that follows. */
export function handleOf(inspection: Inspection, journal: Journal, probe?: ProbeTarget): DeploymentHandle {
  const { cluster, routing, loadBalancer, live, idle } = inspection
  const [previous, release] = live.targetGroupArn === gainer(journal) ? [idle, live] : [live, idle]
  return {
    schemaVersion: 1,
    cluster,
    routing: routing.arn,
    loadBalancer,
    previous: {
      service: previous.service.name,
      targetGroupArn: previous.targetGroupArn,
      taskDefinition: shortName(previous.service.taskDefinition),
    },
    release: { service: release.service.name, targetGroupArn: release.targetGroupArn, taskDefinition: journal.release },
    shiftedAt: journal.at.toISOString(),
    ...(probe && journal.previousVersion && { probe: { ...probe, previousVersion: journal.previousVersion } }),
  }
}

/** Whether the journal tells of a shift that has happened and is still how the rule stands. */
export function isInForce(journal: Journal, { routing }: Pick<Inspection, 'routing'>): boolean {
  return sameSplit(routing, journal.after) && !sameSplit(journal.before, journal.after)
}

/**
 * A handle that came from outside as JSON.
 *
 * @throws UserError that lists every member that is missing or of the wrong kind.
 */
export function parseHandle(value: unknown): DeploymentHandle {
  const problems: string[] = []
  const text = (owner: unknown, path: string) => {
    const found = (owner as Record<string, unknown> | undefined)?.[path.split('.').at(-1) ?? '']
    if (typeof found !== 'string' || found === '') problems.push(`\`${path}\` is missing or not text`)
  }
  const handle = (typeof value === 'object' && value !== null ? value : {}) as Partial<DeploymentHandle>
  if (handle.schemaVersion !== 1) problems.push('`schemaVersion` is not 1')
  for (const member of ['cluster', 'routing', 'loadBalancer', 'shiftedAt']) text(handle, member)
  for (const side of ['previous', 'release'] as const) {
    for (const member of ['service', 'targetGroupArn', 'taskDefinition']) text(handle[side], `${side}.${member}`)
  }
  if (handle.shiftedAt !== undefined && Number.isNaN(Date.parse(String(handle.shiftedAt)))) {
    problems.push('`shiftedAt` is not an ISO 8601 time')
  }
  if (handle.probe !== undefined) {
    for (const member of ['url', 'header', 'previousVersion']) text(handle.probe, `probe.${member}`)
  }
  if (problems.length > 0) {
    throw new UserError(
      `not a deployment of blue-green-shift: ${problems.join('; ')}. Pass its output \`deployment\` unchanged.`,
    )
  }
  return value as DeploymentHandle
}

function gainer({ before, after }: Journal): string | undefined {
  return after.weights.find(({ targetGroupArn, weight }) => {
    const had = before.weights.find((entry) => entry.targetGroupArn === targetGroupArn)?.weight ?? 0
    return weight > had
  })?.targetGroupArn
}

function shortName(taskDefinitionArn: string): string {
  return taskDefinitionArn.split('/').at(-1) ?? taskDefinitionArn
}
