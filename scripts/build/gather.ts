import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { throughBarrels } from './barrels.ts'
import { dynamicBuiltins, lazyBuiltins } from './builtins.ts'

/** What an action must never carry: the lab is a tool of ours, and tests are tests. */
const NEVER = /(^|\/)packages\/lab\/|(^|\/)test\/|\.test\.ts$/

/**
 * Gathers the entry and all it imports into ES modules in `out`: types stripped, what nobody calls left out, what is
 * imported dynamically in files of its own. ncc alone takes the CommonJS form of the AWS SDK, whole: five times as much to
 * parse before the first call.
 *
 * @returns the files that went in, as paths from `root`
 */
export async function gather(root: string, entry: string, out: string): Promise<string[]> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { index: entry },
    // Not written there: the names of chunks are hashes that depend on where this lies, seen from the root.
    outdir: join(root, 'gathered'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    conditions: ['module', 'import'],
    plugins: [lazyBuiltins, manifests, throughBarrels],
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const texts = keepAskedNames(outputFiles.map(({ text }) => dynamicBuiltins(text)))
  for (const [at, { path }] of outputFiles.entries()) writeFileSync(join(out, basename(path)), texts[at] ?? '')
  const inputs = Object.entries(metafile.outputs).flatMap(([, output]) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const forbidden = inputs.filter((path) => NEVER.test(path))
  if (forbidden.length > 0) throw new Error(`This must not ship, but something imports it: ${forbidden.join(', ')}`)
  return [...new Set(inputs)].sort()
}

/**
 * Gives their names to the classes that code asks for by name (`constructor.name === 'NoOpLogger'`), before minifying takes
 * them. Keeping the names of all (esbuild's keepNames) means a call for each class and function, 4 of 84 ms to the first
 * call. Errors are no concern: the SDK's and ours set their names themselves.
 */
function keepAskedNames(files: readonly string[]): string[] {
  const asked = files.flatMap((code) => [...code.matchAll(ASKED)].map(([, name = '']) => name))
  if (asked.length === 0) return [...files]
  // esbuild writes `class A {` or `A = class {`, and A2 where two files have an A.
  const names = [...new Set(asked)].join('|')
  const declared = new RegExp(`\\b(?:class (${names})\\d*|(${names})\\d* = class)(?: extends [\\w$.]+)? \\{`, 'g')
  return files.map((code) =>
    code.replaceAll(declared, (head, a?: string, b?: string) => `${head} static name = "${a ?? b}";`),
  )
}

const ASKED = /constructor\??\.name(?: *[!=]==? *|\??\.includes(?:\?\.)?\()["'](\w+)["']/g

/** Of a package.json only what programs ask for: dist does not change because a tool's version does. */
const manifests: Plugin = {
  name: 'manifests',
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      const { name, version, repository } = JSON.parse(readFileSync(path, 'utf8'))
      return { contents: JSON.stringify({ name, version, repository }), loader: 'json' }
    })
  },
}
