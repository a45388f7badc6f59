import { percent } from './judge.ts'
import type { WatchLook, WatchResult } from './watch.ts'

/** A look as one line of the log. */
export function renderLook({ look, looks, until, verdict, judged, revised }: WatchLook): string {
  const parts = judged.map(({ signal, judgement: { evidence } }) => {
    const { release, failsAtErrors } = evidence
    const limit = failsAtErrors === undefined ? '' : `, fails at ${failsAtErrors}`
    return `${signal.name} ${release.errors}/${release.requests}${limit}`
  })
  const note = revised.length > 0 ? `; ${revised.length} earlier minute(s) were revised` : ''
  return `look ${look}/${looks} until ${time(until)}: ${parts.join('; ')}${note} → ${verdict === 'INCONCLUSIVE' && look < looks ? 'go on' : verdict}`
}

/** Head and rows of the table of evidence; plain text. */
export function renderEvidence({ looks }: WatchResult): { head: string[]; rows: string[][] } {
  const last = looks.at(-1)
  return {
    head: ['Signal', 'Before', 'Release', 'Times as many', 'p-value', 'Fails at', 'Verdict'],
    rows: (last?.judged ?? []).map(({ signal, judgement: { verdict, evidence } }) => {
      const { baseline, release, ratio, ratioInterval, pValue, threshold, failsAtErrors } = evidence
      const [low, high] = ratioInterval
      return [
        signal.name,
        share(baseline),
        share(release),
        release.requests === 0 ? 'unknown' : `${figure(ratio)} (95 %: ${figure(low)} to ${figure(high)})`,
        `${pValue.toExponential(1)} (limit ${threshold.toExponential(1)})`,
        failsAtErrors === undefined ? 'no number of errors' : `${failsAtErrors} errors`,
        verdict,
      ]
    }),
  }
}

function share({ errors, requests }: { errors: number; requests: number }): string {
  return requests === 0 ? 'no requests' : `${errors} of ${requests} (${percent(errors / requests)})`
}

function figure(value: number): string {
  if (Number.isNaN(value)) return 'unknown'
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '∞'
}

function time(date: Date): string {
  return `${date.toISOString().slice(11, 16)} UTC`
}
