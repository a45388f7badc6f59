export {
  type Action,
  type ActionSpec,
  type Context,
  defineAction,
  type Ending,
  type PostContext,
  type State,
} from './action.ts'
export type { Annotation, Level } from './annotations.ts'
export { systemClock } from './clock.ts'
export {
  boolean,
  duration,
  Field,
  type Fields,
  integer,
  json,
  list,
  number,
  oneOf,
  percent,
  secret,
  text,
  url,
  type Values,
} from './inputs.ts'
export type { Log } from './log.ts'
export { type Io, type Phase, runAction, runPhase } from './run-action.ts'
export type { Runner } from './runner.ts'
export { type Block, code, details, heading, paragraph, Summary, table } from './summary.ts'
