import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { transform } from 'esbuild'
import { builtinsByCall } from './builtins.ts'

const ROOT = resolve(import.meta.dirname, '..')
const NCC = join(ROOT, 'node_modules/@vercel/ncc/dist/ncc/cli.js')

/**
 * One ncc build of everything that ships: a small index.js, a chunk per action, chunks that they share.
 * Deterministic: the same sources give the same bytes, wherever the checkout lies.
 */
export async function build(out: string): Promise<string[]> {
  rmSync(out, { recursive: true, force: true })
  execFileSync(
    process.execPath,
    [NCC, 'build', join(ROOT, 'packages/bundle.ts'), '-o', out, '--license', 'licenses.txt', '--transpile-only', '-q'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const chunks = readdirSync(out).filter((name) => name.endsWith('.js'))
  for (const chunk of chunks) {
    const file = join(out, chunk)
    // ncc's own --minify leaves the chunks of dynamic imports as they are. Names are kept: the SDK's errors are told by theirs.
    const { code } = await transform(readFileSync(file, 'utf8'), {
      minify: true,
      keepNames: true,
      format: 'esm',
      target: 'node24',
    })
    writeFileSync(file, builtinsByCall(code))
  }
  return readdirSync(out)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') } } })
  const begun = performance.now()
  const files = await build(resolve(values.out))
  console.log(`built ${files.length} files into ${values.out} in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}
