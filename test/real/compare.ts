/** What one call answered: each member's path with its type, or the error's code and HTTP status. */
export type Answer =
  | { readonly members: Readonly<Record<string, string>> }
  | { readonly error: string; readonly status: number }

/** A difference that is meant: which calls, which path as `compare` writes it, and who is right. */
export interface Known {
  readonly calls: readonly string[]
  readonly path: string
  readonly why: string
}

/**
 * How two answers differ, one text each: `- path` is given by theirs only, `+ path` by ours only, without the members
 * inside of it; `path: type / type` has two types; `error: ours / theirs`. Empty when they have the same form.
 */
export function compare(ours: Answer, theirs: Answer): string[] {
  if ('error' in ours || 'error' in theirs) {
    const [mine, other] = [told(ours), told(theirs)]
    return mine === other ? [] : [`error: ${mine} / ${other}`]
  }
  return [
    ...only(theirs.members, ours.members).map((path) => `- ${path}`),
    ...only(ours.members, theirs.members).map((path) => `+ ${path}`),
    ...Object.entries(ours.members)
      .filter(([path, type]) => path in theirs.members && theirs.members[path] !== type)
      .map(([path, type]) => `${path}: ${type} / ${theirs.members[path]}`),
  ]
}

/** One line per call, the differences that no `known` names, and the named ones that are there no longer. */
export function judge(
  ours: Readonly<Record<string, Answer>>,
  theirs: Readonly<Record<string, Answer>>,
  known: readonly Known[],
): { readonly lines: string[]; readonly unlisted: string[]; readonly gone: string[] } {
  const listed = new Set(known.flatMap(({ calls, path }) => calls.map((call) => `${call} | ${path}`)))
  const seen = new Set<string>()
  const lines: string[] = []
  const never: Answer = { error: 'not called', status: 0 }
  for (const call of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const found = compare(ours[call] ?? never, theirs[call] ?? never).map((path) => `${call} | ${path}`)
    for (const each of found) seen.add(each)
    const kind = found.length === 0 ? 'same' : found.every((each) => listed.has(each)) ? 'differs as listed' : 'DIFFERS'
    lines.push(`${kind.padEnd(17)}  ${call}`)
  }
  return {
    lines,
    unlisted: [...seen].filter((each) => !listed.has(each)),
    gone: [...listed].filter((each) => !seen.has(each)),
  }
}

function told(answer: Answer): string {
  return 'error' in answer ? `${answer.error} ${answer.status}` : 'none'
}

/** Paths that only the first has, without those below one of them. */
function only(first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>): string[] {
  const paths = Object.keys(first).filter((path) => !(path in second))
  return paths.filter((path) => !paths.some((above) => path.startsWith(`${above}.`) || path.startsWith(`${above}[]`)))
}
