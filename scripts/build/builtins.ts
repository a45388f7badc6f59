import { builtinModules } from 'node:module'
import type { Plugin } from 'esbuild'

const NAMES = new Set(builtinModules)
const HELPER = 'interlock:lazy-builtin'

/**
 * Node's own modules are loaded when they are first used, not when a file that mentions them is loaded.
 *
 * Measured with Node 24: an ES module's `import 'node:http'` reads every export of it, also the lazy ones, and so loads
 * Node's whole fetch implementation (36 ms, where `process.getBuiltinModule` takes 5); `node:http2`, which the SDK imports
 * and never uses here, takes 6 to 25 ms, `node:zlib` 2, `node:fs/promises` 1.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (path === HELPER) return { path, namespace: HELPER, sideEffects: false }
      if (!isBuiltin(path)) return undefined
      const id = `node:${path.replace(/^node:/, '')}`
      // Split off, each would become a file of its own: `dynamicBuiltins` deals with them.
      if (kind === 'dynamic-import') return { path: id, external: true }
      return { path: id, namespace: canWait(id, kind) ? 'lazy-builtin' : 'builtin', sideEffects: false }
    })
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = ${call(path)}` }))
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `import { lazy } from '${HELPER}'; module.exports = lazy(() => ${call(path)})`,
    }))
    build.onLoad({ filter: /.*/, namespace: HELPER }, () => ({ contents: LAZY }))
  },
}

/** `import("node:http")` as a promise of what a namespace of it would hold. */
export function dynamicBuiltins(code: string): string {
  return code.replaceAll(/\bimport\("(node:[\w/]+)"\)/g, (_whole, id: string) => {
    return `Promise.resolve({__proto__:${call(id)},default:${call(id)}})`
  })
}

// esbuild copies the own properties of what a CommonJS module exports and keeps its prototype: with everything in the
// prototype nothing is read before it is used.
const LAZY = `export function lazy(load) {
  let loaded
  const get = (_, key) => (key === '__esModule' ? undefined : (loaded ??= load())[key])
  return Object.create(new Proxy({}, { get }))
}`

function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || NAMES.has(path)
}

/** CommonJS code may do anything with a module, and a module that is a function or class (`events`, `stream`) is called as one. */
function canWait(id: string, kind: string): boolean {
  return kind === 'import-statement' && typeof process.getBuiltinModule(id) !== 'function'
}

function call(id: string): string {
  return `process.getBuiltinModule("${id}")`
}
