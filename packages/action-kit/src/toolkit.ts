type Environment = Readonly<Record<string, string | undefined>>

/**
 * The file commands of `@actions/core` that an action ends with. Loaded when first used: loading it takes 60 ms, longer
 * than anything else that an action does before its first call to AWS (it brings an HTTP client for OIDC).
 */
export interface Toolkit {
  setOutput(name: string, value: string): void
  saveState(name: string, value: string): void
  /** Appends to the step summary; does nothing where the runner keeps none. */
  writeSummary(markdown: string): Promise<void>
}

export async function loadToolkit(): Promise<Toolkit> {
  const core = await import('@actions/core')
  return {
    setOutput: core.setOutput,
    saveState: core.saveState,
    async writeSummary(markdown) {
      if (process.env['GITHUB_STEP_SUMMARY'] && markdown) await core.summary.addRaw(markdown, true).write()
    },
  }
}

/**
 * Outputs written at once, without the toolkit: they stand if the step is killed, and a later setting of the same name wins.
 * The values are our own, so that a fixed delimiter is safe.
 */
export function writeEarly(environment: Environment, outputs: Readonly<Record<string, string>>): void {
  const file = environment['GITHUB_OUTPUT']
  if (!file) return
  // `import 'node:fs'` as an ES module touches its lazy getters and costs more than the write.
  const { appendFileSync } = process.getBuiltinModule('node:fs')
  const lines = Object.entries(outputs).map(([name, value]) => `${name}<<interlock_early\n${value}\ninterlock_early\n`)
  appendFileSync(file, lines.join(''))
}
