import { realNow } from '../../clock/index.ts'
import type { LabProcess } from '../../lab-process.ts'
import type { Load } from '../../load/index.ts'
import type { LogLine } from '../../runner/index.ts'
import type { Shop } from '../../shop/index.ts'
import type { Screen } from './screen.ts'
import { sidesOf, trafficOf } from './status.ts'

export interface Live {
  /** A part of the story begins. */
  chapter(what: string, detail: string): void
  /** A line of a bundle's log. */
  line(line: LogLine): void
  stop(): void
}

const LOOK_EVERY_MS = 400

/** Looks at the lab and the load a few times a second and shows what it sees. */
export function showLive(options: {
  readonly screen: Screen
  readonly lab: LabProcess
  readonly shop: Shop
  readonly load: Load
  /** Wall milliseconds since the epoch. */
  readonly startedAt: number
}): Live {
  const { screen, lab, shop, load, startedAt } = options
  let chapter = 'Users on the first version'
  let step = ''
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    try {
      const sides = sidesOf(await lab.world(), shop)
      if (stopped) return
      const now = realNow()
      const phase = step ? `${chapter}: ${step}` : chapter
      screen.status({ elapsedSeconds: (now - startedAt) / 1000, phase, sides, ...trafficOf(load.answers, now) })
    } catch (error) {
      // A look that fails costs nothing but itself; a lab that died shows in what the demo does next.
      if (!stopped) screen.event('Could not look at the lab', error instanceof Error ? error.message : String(error))
    }
    if (!stopped) timer = setTimeout(look, LOOK_EVERY_MS)
  }
  void look()

  return {
    chapter(what, detail) {
      chapter = what
      step = ''
      screen.event(what, detail)
    },
    line(line) {
      if (line.kind === 'group') step = line.text
      screen.log(line)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      screen.end()
    },
  }
}
