import { createScreen } from './live/index.ts'
import { playDemo } from './story.ts'
import { tell } from './tell.ts'

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const
/** npm passes a Ctrl-C on that the terminal has already sent: only a later one is impatience. */
const IMPATIENT_AFTER_MS = 1_000

/** `npm run demo`: exit code 0 when both releases ended as they should, 1 when not, 130 after Ctrl-C. */
async function main(): Promise<number> {
  const screen = createScreen(process.stdout, process.env)
  const interruption = new AbortController()
  let interruptedAt: number | undefined
  let interruptedBy: keyof typeof SIGNALS = 'SIGINT'
  for (const name of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
    process.on(name, () => {
      // The watchdog ends what is left.
      if (interruptedAt !== undefined && performance.now() - interruptedAt > IMPATIENT_AFTER_MS)
        process.exit(SIGNALS[name])
      interruptedAt ??= performance.now()
      interruptedBy = name
      interruption.abort(new Error(`Interrupted (${name})`))
    })
  }
  try {
    return tell(await playDemo(screen, interruption.signal), screen)
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    screen.event('Interrupted', 'everything that ran is ended')
    return SIGNALS[interruptedBy]
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
