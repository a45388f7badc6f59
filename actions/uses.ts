/** What of package.json names the repository and its version line. */
export interface Manifest {
  readonly version: string
  readonly repository: { readonly url: string }
}

/** `owner/name`, as `uses:` has it. */
export function repositoryOf({ repository: { url } }: Manifest): string {
  const [, found] = /github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url) ?? []
  if (!found) throw new Error(`package.json: repository.url names no GitHub repository: ${url}`)
  return found
}

/** The reference that a workflow writes to call an action: movable major tag, `v1` before the first release too. */
export function usesOf(manifest: Manifest, action?: string): string {
  const major = Math.max(1, Number.parseInt(manifest.version, 10))
  return `${repositoryOf(manifest)}${action ? `/actions/${action}` : ''}@v${major}`
}
