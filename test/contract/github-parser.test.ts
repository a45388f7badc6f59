import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type Manifest, repositoryOf } from '../../actions/uses.ts'
import { documentsOf, loadSpecs } from '../../scripts/generate.ts'
import { snippetsOf } from './github-parser/snippets.ts'

const ROOT = join(import.meta.dirname, '../..')
const repository = repositoryOf(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest)

/** What GitHub's own parser objects to, one sentence each. */
function objections(documents: Record<string, string>): string[] {
  const answer = execFileSync(process.execPath, [join(import.meta.dirname, 'github-parser/main.ts')], {
    input: JSON.stringify({ root: ROOT, repository, documents }),
  })
  return JSON.parse(answer.toString()) as string[]
}

test('GitHub accepts every action.yml', async () => {
  const specs = await loadSpecs()
  const paths = specs.map(({ name }) => (name === 'interlock' ? 'action.yml' : `actions/${name}/action.yml`))
  expect(objections(textsOf(paths))).toEqual([])
})

test('GitHub accepts every workflow and template', () => {
  const files = ['.github/workflows', 'templates'].flatMap((folder) =>
    (existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }) : [])
      .filter((file) => /\.ya?ml$/.test(file))
      .map((file) => join(folder, file)),
  )
  const documents = Object.entries(textsOf(files)).map(([path, text]) => [
    path.startsWith('templates') ? `.github/workflows/${path.replaceAll('/', '-')}` : path,
    text,
  ])
  expect(objections(Object.fromEntries(documents))).toEqual([])
})

test('every snippet in the documents is accepted, inputs of our actions included', () => {
  const snippets = snippetsOf(documentsOf(ROOT))
  expect(Object.keys(snippets).length).toBeGreaterThan(0)
  expect(objections(snippets)).toEqual([])
})

const SPEC = "name: 'x'\ndescription: 'y'\nruns:\n  using: node24\n  main: main.js\n"
const JOB = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - '

test('a sound action and a sound workflow are accepted', () => {
  expect(
    objections({
      'actions/x/action.yml': SPEC,
      '.github/workflows/x.yml': `${JOB}uses: ${repository}@v1\n      - uses: $/actions/x\n      - uses: other/action@v1\n`,
    }),
  ).toEqual([])
})

const BROKEN: readonly (readonly ['action' | 'workflow', string, string])[] = [
  ['action', SPEC.replace('main:', 'mainn:'), "Unexpected value 'mainn'"],
  ['action', SPEC.replace("description: 'y'\n", ''), 'description'],
  ['action', `${SPEC}  post-iff: always()\n`, "Unexpected value 'post-iff'"],
  ['workflow', JOB.replace('push', 'psuh').concat('run: true'), 'psuh'],
  ['workflow', `${JOB}uses: ${repository}/actions/gone@v1`, 'Unable to resolve'],
  ['workflow', `${JOB}uses: ${repository}@v1\n        with: { gate: a }`, "Invalid action input 'gate'"],
  ['workflow', `${JOB}uses: $/actions/watch-and-rollback`, 'Missing required input'],
  ['workflow', `${JOB}run: echo \${{ inputz.x }}`, 'inputz'],
]

test('a broken action or workflow is refused, with what is wrong', () => {
  // One process for all of them: starting the parser takes longer than its judgement.
  const paths = BROKEN.map(([kind], index) =>
    kind === 'action' ? `actions/broken-${index}/action.yml` : `.github/workflows/broken-${index}.yml`,
  )
  const found = objections(Object.fromEntries(BROKEN.map(([, text], index) => [paths[index], text])))
  const about = (path: string | undefined) => found.filter((objection) => objection.startsWith(`${path}:`)).join('\n')
  for (const [index, [, , message]] of BROKEN.entries()) expect(about(paths[index])).toContain(message)
})

test('snippets are found in markdown, and other YAML is not taken for a workflow', () => {
  const text = 'a\n```yaml\n- uses: a/b@v1\n```\nb\n```yaml\nversion: 1\n```\n```yml\njobs: {}\n```\n'
  expect(Object.entries(snippetsOf(new Map([['docs/a.md', text]])))).toEqual([
    ['.github/workflows/docs-a.md-1.yml', expect.stringContaining('    steps:\n      - uses: a/b@v1\n')],
    ['.github/workflows/docs-a.md-3.yml', 'on: push\njobs: {}\n'],
  ])
})

function textsOf(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
}
