import { posix } from 'node:path'
import { importsOf, type Source, sourcesIn, touchesEnvironment } from './source.ts'

const DOMAIN = ['migrations', 'delivery', 'health', 'flags', 'release']

/** Which rooms a room may import; the arrows of docs/architecture.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'action-kit': ['model'],
  clients: ['model'],
  ...Object.fromEntries(DOMAIN.map((room) => [room, ['clients', 'model']])),
  actions: ['action-kit', ...DOMAIN, 'clients', 'model', 'cli'],
  cli: [...DOMAIN, 'clients', 'model'],
  lab: [...DOMAIN, 'clients', 'model'],
  'bundle.ts': ['actions', 'cli'],
}

/** What test files of every room may import beside that: the machine's clock, and a runner in memory. */
const TESTS_MAY_IMPORT = ['action-kit']

/** Rooms that may know where they run. */
const MAY_TOUCH_ENVIRONMENT = ['action-kit', 'cli', 'lab']

/** One sentence for each import or access that goes against an arrow. */
export function violations(root: string): string[] {
  return sourcesIn(root, ['packages', 'actions']).flatMap((source) => {
    const room = roomOf(source.path)
    const allowed = MAY_IMPORT[room]
    if (!allowed) return [`${source.path}: the room ${room} has no arrows yet; add it to test/contract/arrows.ts.`]
    const more = isTest(source.path) ? TESTS_MAY_IMPORT : []
    return [...importViolations(source, room, [...allowed, ...more]), ...environmentViolations(source, room)]
  })
}

function importViolations(source: Source, room: string, allowed: readonly string[]): string[] {
  return importsOf(source).flatMap((name) => {
    const target = targetOf(source.path, name)
    if (target === undefined) {
      if (name === '@actions/core' && room !== 'action-kit') return [`${source.path}: only action-kit imports ${name}.`]
      if (room === 'model' && !isTest(source.path)) return [`${source.path}: model imports nothing, not even ${name}.`]
      return []
    }
    if (target.room !== room) {
      if (!allowed.includes(target.room)) return [`${source.path}: ${room} may not import ${target.room} (${name}).`]
      return target.relative && target.path.startsWith('packages/')
        ? [`${source.path}: import @interlock/${target.room}, not its files (${name}).`]
        : []
    }
    const own = actionOf(source.path)
    const other = target.relative && actionOf(target.path)
    return own && other && own !== other ? [`${source.path}: the action ${own} may not import ${other}.`] : []
  })
}

function environmentViolations(source: Source, room: string): string[] {
  if (isTest(source.path) || MAY_TOUCH_ENVIRONMENT.includes(room) || !touchesEnvironment(source)) return []
  return [`${source.path}: only ${MAY_TOUCH_ENVIRONMENT.join(', ')} touch process.env.`]
}

type Target = { readonly room: string } & (
  | { readonly relative: true; readonly path: string }
  | { readonly relative: false }
)

/** The room that an import leads to; undefined for Node, packages from npm, dist and package.json. */
function targetOf(from: string, name: string): Target | undefined {
  const [, workspace] = /^@interlock\/([\w-]+)/.exec(name) ?? []
  if (workspace) return { room: workspace, relative: false }
  if (!name.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(from), name)
  return /^(packages|actions|scripts|test)\//.test(path) ? { room: roomOf(path), relative: true, path } : undefined
}

/** `packages/health/src/judge.ts` -> `health`; `actions/...` -> `actions`. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'packages' ? second : first
}

/** The action that a file belongs to; none for what the actions share. */
function actionOf(path: string): string | undefined {
  return /^actions\/([\w-]+)\//.exec(path)?.[1]
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}
