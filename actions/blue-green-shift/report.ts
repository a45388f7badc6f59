import { type Block, details, heading, paragraph, table } from '@interlock/action-kit'
import { type BringUpProgress, describeSplit, type Inspection } from '@interlock/delivery'
import type { DeploymentHandle, Journal } from '@interlock/model'

/** What was found before anything is changed, line by line. */
export function inspectionLines({ routing, live, idle, healthyLiveTargets, journal }: Inspection): string[] {
  return [
    `Live: ${live.service.name} (${live.service.taskDefinition.split('/').at(-1)}), ${live.service.running} running, ${healthyLiveTargets} healthy`,
    `Idle: ${idle.service.name}, ${idle.service.running} running`,
    `Weights: ${describeSplit(routing)}${routing.stickinessSeconds > 0 ? `; clients stick to their side for ${routing.stickinessSeconds} s, whatever the weights` : ''}`,
    ...(journal
      ? [`Journal of an earlier shift: ${journal.release}, run ${journal.run}, ${journal.at.toISOString()}`]
      : []),
  ]
}

/** One look at the tasks that come up. */
export function bringUpLine({
  desired,
  running,
  healthy,
  elapsedSeconds,
  timeoutSeconds,
  waitingFor,
  stopped,
}: BringUpProgress): string {
  const trouble = stopped[0]?.stopped ? `; ${stopped.length} stopped, last: ${stopped[0].stopped}` : ''
  const state = waitingFor === '' ? 'all of them are ready' : `waiting for ${waitingFor}`
  return `${healthy}/${desired} healthy, ${running} running after ${Math.round(elapsedSeconds)} s of ${timeoutSeconds} s: ${state}${trouble}`
}

/** The shift as the step summary shows it. */
export function summaryOf(
  { cluster, previous, release, shiftedAt }: DeploymentHandle,
  { before, after }: Journal,
): Block[] {
  const weightOf = (split: Journal['before'], arn: string) =>
    `${split.weights.find(({ targetGroupArn }) => targetGroupArn === arn)?.weight ?? 0}`
  return [
    heading(`Shifted to ${release.taskDefinition}`),
    table(
      ['Side', 'Service', 'Task definition', 'Weight before', 'Weight now'],
      [
        [
          'release',
          release.service,
          release.taskDefinition,
          weightOf(before, release.targetGroupArn),
          weightOf(after, release.targetGroupArn),
        ],
        [
          'previous',
          previous.service,
          previous.taskDefinition,
          weightOf(before, previous.targetGroupArn),
          weightOf(after, previous.targetGroupArn),
        ],
      ],
    ),
    details('Where and when', [
      paragraph(`Cluster ${cluster}, ${shiftedAt}. The way back is kept in the tags of the rule.`),
    ]),
  ]
}
