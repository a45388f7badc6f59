import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The licences of the packages that the given files belong to, packages with the same text together.
 *
 * @param inputs paths from the root of the repository, as `node_modules/@scope/name/file.js`
 * @throws Error when a package states no licence at all.
 */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []))
  const packagesByText = new Map<string, string[]>()
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const text = licenceText(join(root, folder)) ?? (license && `Licence: ${license} (the package has no text of it)`)
    if (!text) throw new Error(`${name} ${version} states no licence, so it cannot be shipped.`)
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version}`])
  }
  return [...packagesByText]
    .map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** `node_modules/a/node_modules/@s/b` of `node_modules/a/node_modules/@s/b/lib/c.js`; nothing for our own files. */
function packageFolder(input: string): string | undefined {
  const [found] = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []
  return found
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder)
    .sort()
    .find((name) => /^licen[cs]e(\.\w+)?$/i.test(name))
  return file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : undefined
}
