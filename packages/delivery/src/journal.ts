import { type Journal, type Split, type TrafficSwitch, UserError } from '@interlock/model'

/**
 * The journal as tags on the rule or listener. Tag values hold at most 256 characters out of letters, digits, spaces
 * and `+ - = . _ : / @` (Elastic Load Balancing, AddTags), so target groups are named by their ARN tail and each part
 * has a tag of its own.
 */
const KEY = {
  before: 'interlock:before',
  after: 'interlock:after',
  fingerprint: 'interlock:fingerprint',
  release: 'interlock:release',
  run: 'interlock:run',
  at: 'interlock:at',
  version: 'interlock:version',
} as const

/** What a tag value may hold. */
const TAGGABLE = /^[\p{L}\p{N} +\-=._:/@]{1,256}$/u

export const JOURNAL_KEYS: readonly string[] = Object.values(KEY)

/** The journal of the last shift that is not closed yet; undefined when there is none or when it is not whole. */
export async function journalOf(trafficSwitch: TrafficSwitch, routingArn: string): Promise<Journal | undefined> {
  return decodeJournal(await trafficSwitch.tags(routingArn), routingArn)
}

export function encodeJournal(journal: Journal): ReadonlyMap<string, string> {
  return new Map([
    [KEY.before, encodeSplit(journal.before)],
    [KEY.after, encodeSplit(journal.after)],
    [KEY.fingerprint, journal.fingerprint],
    [KEY.release, journal.release],
    [KEY.run, journal.run],
    [KEY.at, journal.at.toISOString()],
    // A version that no tag can hold is left out: then a resumed watch rolls back as well, but cannot probe.
    ...(journal.previousVersion && TAGGABLE.test(journal.previousVersion)
      ? [[KEY.version, journal.previousVersion] as const]
      : []),
  ])
}

export function decodeJournal(tags: ReadonlyMap<string, string>, routingArn: string): Journal | undefined {
  const before = decodeSplit(tags.get(KEY.before), routingArn)
  const after = decodeSplit(tags.get(KEY.after), routingArn)
  const at = new Date(tags.get(KEY.at) ?? Number.NaN)
  const fingerprint = tags.get(KEY.fingerprint)
  const release = tags.get(KEY.release)
  const run = tags.get(KEY.run)
  if (!before || !after || !fingerprint || !release || !run || Number.isNaN(at.getTime())) return undefined
  const previousVersion = tags.get(KEY.version)
  return { before, after, fingerprint, release, run, at, ...(previousVersion && { previousVersion }) }
}

/** `web-a/73e2d6bc24d8a067=100 web-b/50dc6c495c0c9188=0 sticky=0` */
function encodeSplit({ weights, stickinessSeconds }: Split): string {
  const groups = weights.map(({ targetGroupArn, weight }) => `${tailOf(targetGroupArn)}=${weight}`)
  const text = [...groups, `sticky=${stickinessSeconds}`].join(' ')
  if (text.length > 256) {
    throw new UserError(
      `The rule forwards to ${weights.length} target groups; their names do not fit the tag that keeps the way back (${text.length} of 256 characters). Leave only the two sides in the rule.`,
      'unsupported-routing',
    )
  }
  return text
}

function decodeSplit(text: string | undefined, routingArn: string): Split | undefined {
  if (text === undefined) return undefined
  const parts = text.split(' ').map((part) => part.split('='))
  const sticky = parts.pop()
  if (sticky?.[0] !== 'sticky' || !isCount(sticky[1])) return undefined
  if (parts.length === 0 || !parts.every(([tail, weight]) => tail && isCount(weight))) return undefined
  return {
    weights: parts.map(([tail = '', weight]) => ({ targetGroupArn: arnOf(tail, routingArn), weight: Number(weight) })),
    stickinessSeconds: Number(sticky[1]),
  }
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,6}$/.test(text)
}

function tailOf(targetGroupArn: string): string {
  return targetGroupArn.split(':targetgroup/')[1] ?? targetGroupArn
}

/** Partition, region and account are those of the rule that forwards to it. */
function arnOf(tail: string, routingArn: string): string {
  return `${routingArn.split(':').slice(0, 5).join(':')}:targetgroup/${tail}`
}
