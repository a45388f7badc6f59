import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { transform } from 'esbuild'
import { gather } from './build/gather.ts'
import { licencesOf } from './build/licences.ts'

const ROOT = resolve(import.meta.dirname, '..')
const ENTRY = 'packages/bundle.ts'
const CACHE = join(ROOT, 'node_modules/.cache')
const NCC = join(ROOT, 'node_modules/@vercel/ncc/dist/ncc/cli.js')

/**
 * One bundle of everything that ships, in three steps: esbuild gathers what is really used, ncc bundles it (a small
 * index.js, a chunk per action, chunks that they share), esbuild minifies each chunk.
 * Deterministic: the same sources give the same bytes, wherever the checkout lies.
 *
 * @param out folder to write; what is in it goes
 * @returns names of the files written
 */
export async function build(out: string): Promise<string[]> {
  // ncc numbers modules by their paths and its own, seen from the folder it runs in: so that lies in the checkout too.
  mkdirSync(CACHE, { recursive: true })
  const gathered = mkdtempSync(join(CACHE, 'interlock-build-'))
  try {
    const inputs = await gather(ROOT, ENTRY, gathered)
    writeFileSync(join(gathered, 'package.json'), '{"type":"module"}')
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    execFileSync(process.execPath, [NCC, 'build', 'index.js', '-o', relative(gathered, out), '--no-cache', '-q'], {
      cwd: gathered,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    for (const name of readdirSync(out)) if (name.endsWith('.js')) await minify(join(out, name))
    writeFileSync(join(out, 'licenses.txt'), licencesOf(ROOT, inputs))
    return readdirSync(out).sort()
  } finally {
    rmSync(gathered, { recursive: true, force: true })
  }
}

/** ncc's own --minify leaves the chunks of dynamic imports as they are. */
async function minify(file: string): Promise<void> {
  const { code } = await transform(readFileSync(file, 'utf8'), { minify: true, format: 'esm', target: 'node24' })
  writeFileSync(file, code)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') } } })
  const begun = performance.now()
  const out = resolve(values.out)
  const files = await build(out)
  const bytes = files.reduce((sum, name) => sum + readFileSync(join(out, name)).length, 0)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`built ${files.length} files, ${Math.round(bytes / 1000)} kB, into ${values.out} in ${seconds} s`)
}
