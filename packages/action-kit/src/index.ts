/**
 * The one door to the runner. `defineAction` declares an action, the kinds of fields (`text`, `duration`, ...) type its inputs
 * and outputs, `runAction` runs it in this process and `runPhase` in a test.
 */
export {
  type Action,
  type ActionSpec,
  type Context,
  defineAction,
  type OutputValues,
  type PostContext,
  type State,
} from './action.ts'
export type { Annotation, Level } from './annotations.ts'
export { systemClock } from './clock.ts'
export type { Ending } from './ending.ts'
export { type AnyField, Field, type Fields, type Values } from './field.ts'
export { boolean, duration, integer, json, list, number, oneOf, percent, secret, text, url } from './kinds.ts'
export type { Log } from './log.ts'
export { COMMON_OUTPUTS } from './outputs.ts'
export { runAction } from './run-action.ts'
export { type Io, type Phase, runPhase } from './run-phase.ts'
export type { Runner } from './runner.ts'
export { type Block, code, details, heading, link, paragraph, Summary, table } from './summary.ts'
export type { Toolkit } from './toolkit.ts'
