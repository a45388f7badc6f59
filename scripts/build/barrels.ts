import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Plugin, PluginBuild } from 'esbuild'

/** The ES modules of the AWS SDK, written by one compiler in one form. */
const SDK = /[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/].*[\\/]dist-es[\\/].*\.js$/

/**
 * Inside the AWS SDK, imports through an index file that only passes on become imports from the file that has the thing.
 *
 * esbuild shares code between chunks file by file: an index file that two chunks import brings into both all that either
 * uses of it, and so a step that only reads a load balancer parsed the JSON and CBOR protocols of the other services, and
 * loaded `node:zlib` for a checksum. Without this 20 % more is parsed before the first call.
 */
export const throughBarrels: Plugin = {
  name: 'through-barrels',
  setup(build) {
    build.onLoad({ filter: SDK }, async ({ path }) => {
      const code = readFileSync(path, 'utf8')
      const imports = [...code.matchAll(/^import \{([^}]*)\} from "(@(?:aws-sdk|smithy)\/[^"]+)";$/gm)]
      let contents = code
      for (const [whole, names = '', module = ''] of imports) {
        const barrel = await fileOf(build, module, path)
        if (!barrel) continue
        const direct = await Promise.all(
          pairsOf(names).map(async ([name, local]) => {
            const origin = await originOf(build, barrel, name)
            return `import { ${origin.name} as ${local} } from ${JSON.stringify(origin.file)};`
          }),
        )
        // On one line, as before: what an error says about lines stays true.
        contents = contents.replace(whole, () => direct.join(' '))
      }
      return { contents, loader: 'js' }
    })
  },
}

/** Where a name that a file exports comes from, following `export { a as b } from` as far as it goes. */
async function originOf(build: PluginBuild, file: string, name: string): Promise<{ file: string; name: string }> {
  for (const [, names = '', module = ''] of readFileSync(file, 'utf8').matchAll(
    /^export \{([^}]*)\} from "([^"]+)";$/gm,
  )) {
    const [original] = pairsOf(names).find(([, exported]) => exported === name) ?? []
    if (original === undefined) continue
    const next = await fileOf(build, module, file)
    return next ? originOf(build, next, original) : { file, name }
  }
  return { file, name }
}

async function fileOf(build: PluginBuild, module: string, importer: string): Promise<string | undefined> {
  const { path, errors } = await build.resolve(module, {
    kind: 'import-statement',
    importer,
    resolveDir: dirname(importer),
  })
  return errors.length === 0 && SDK.test(path) ? path : undefined
}

/** `a, b as c` as pairs of the name there and the name here. */
function pairsOf(names: string): [string, string][] {
  return names
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const [there = '', here = there] = each.split(/\s+as\s+/)
      return [there, here]
    })
}
