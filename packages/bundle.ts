/** What dist/index.js exports: everything that ships. */
export { runAction } from '../actions/index.ts'
