/** GitHub asks, insists and kills in these steps (documentation, "Workflow cancellation reference"). */
export const CANCELLATION = { interruptToTerminate: 7_500, terminateToKill: 2_500 } as const

/** Starts the sequence SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL; the returned function ends it. */
export function cancelInSteps(
  kill: (signal: NodeJS.Signals) => void,
  steps: CancellationSteps = CANCELLATION,
): () => void {
  kill('SIGINT')
  let timer = setTimeout(() => {
    kill('SIGTERM')
    timer = setTimeout(() => kill('SIGKILL'), steps.terminateToKill)
  }, steps.interruptToTerminate)
  return () => clearTimeout(timer)
}

/** Milliseconds between the signals. */
export interface CancellationSteps {
  readonly interruptToTerminate: number
  readonly terminateToKill: number
}
