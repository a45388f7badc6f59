import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** The licences of the packages that the files of a bundle come from, one after the other by name. */
export function licencesOf(files: readonly string[], root: string): string {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []))
  const packages = [...folders].map((folder) => ({
    manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
    text: licenceText(join(root, folder)),
  }))
  return packages
    .toSorted((a, b) => (keyOf(a.manifest) < keyOf(b.manifest) ? -1 : 1))
    .map(({ manifest, text }) => `${keyOf(manifest)}\n${manifest.license ?? 'see below'}\n\n${text}`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** `node_modules/a` of `node_modules/a/node_modules/@b/c/x.js` is not the package: the last one is. */
function packageFolder(file: string): string | undefined {
  return /^(.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

function keyOf({ name, version }: Manifest): string {
  return `${name} ${version}`
}

function licenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name))
  return file === undefined
    ? '(The package carries no licence text of its own.)\n'
    : readFileSync(join(folder, file), 'utf8')
}
