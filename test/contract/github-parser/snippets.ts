import { parse } from 'yaml'
import type { Files } from '../../../scripts/generate.ts'

/**
 * The YAML snippets of markdown documents as workflows: whole ones as they are, lists of steps as a job. What is neither
 * (a policy, a configuration) is left out. Keys name where each stands: `.github/workflows/README.md-12.yml`.
 */
export function snippetsOf(documents: Files): Record<string, string> {
  const found = [...documents].flatMap(([path, text]) =>
    [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].flatMap(([, snippet = ''], index) => {
      const workflow = asWorkflow(snippet)
      return workflow ? [[`.github/workflows/${path.replaceAll('/', '-')}-${index + 1}.yml`, workflow]] : []
    }),
  )
  return Object.fromEntries(found)
}

function asWorkflow(snippet: string): string | undefined {
  const parsed: unknown = parse(snippet)
  if (Array.isArray(parsed)) {
    const steps = snippet.replaceAll(/^(?=.)/gm, '      ')
    return `on: push\njobs:\n  snippet:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`
  }
  if (typeof parsed !== 'object' || parsed === null || !('jobs' in parsed)) return undefined
  return 'on' in parsed ? snippet : `on: push\n${snippet}`
}
