import './json-imports.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/**
 * Judges documents as GitHub's own language service does, in a process of its own because it needs a loader hook.
 * In: JSON `{ root, repository, documents: { path: text } }`. Out: JSON list of sentences, `path:line message`.
 */
interface Task {
  readonly root: string
  /** `owner/name`: references to it are resolved in `root`. */
  readonly repository: string
  readonly documents: Readonly<Record<string, string>>
}

const { validate } = await import('@actions/languageservice')
const { TextDocument } = await import('vscode-languageserver-textdocument')
const { root, repository, documents } = JSON.parse(readFileSync(0, 'utf8')) as Task

const local = (path: string) =>
  documents[path] ?? (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)

const problems: string[] = []
for (const [path, text] of Object.entries(documents)) {
  const found = await validate(TextDocument.create(path, 'yaml', 0, text), {
    fileProvider: {
      async getFileContent(reference) {
        const content = 'repository' in reference ? undefined : local(reference.path)
        if (content === undefined) throw new Error(`${reference.path} does not exist`)
        return { name: reference.path, content }
      },
    },
    actionsMetadataProvider: {
      async fetchActionMetadata({ owner, name, path: folder = '' }) {
        // Actions of others are not at hand here: without inputs nothing about them is judged.
        if (`${owner}/${name}` !== repository) return { name: '', description: '' }
        const content = local(join(folder, 'action.yml'))
        return content === undefined ? undefined : parse(content)
      },
    },
  })
  // A schema error has no severity; 1 is an error, 2 a warning (an unknown input, a misspelt context).
  const judged = found.filter(({ severity }) => severity === undefined || severity <= 2)
  problems.push(...judged.map(({ message, range }) => `${path}:${range.start.line + 1} ${message}`))
}
process.stdout.write(JSON.stringify(problems))
