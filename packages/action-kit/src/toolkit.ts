import type { Annotation } from './annotations.ts'

/**
 * The parts of `@actions/core` that an action ends with: file commands, annotations, summary. Loaded when first used,
 * since loading it takes longer than anything else an action does before its first call.
 */
export interface Toolkit {
  setOutput(name: string, value: string): void
  saveState(name: string, value: string): void
  annotate(annotation: Annotation): void
  /** Appends to the step summary; does nothing where the runner keeps none. */
  writeSummary(markdown: string): Promise<void>
}

export async function loadToolkit(): Promise<Toolkit> {
  const core = await import('@actions/core')
  return {
    setOutput: core.setOutput,
    saveState: core.saveState,
    annotate({ level, message, title, file, startLine }) {
      core[level](message, {
        ...(title !== undefined && { title }),
        ...(file !== undefined && { file }),
        ...(startLine !== undefined && { startLine }),
      })
    },
    async writeSummary(markdown) {
      if (process.env['GITHUB_STEP_SUMMARY'] && markdown) await core.summary.addRaw(markdown, true).write()
    },
  }
}
