export { type ActionFile, readActionFile } from './action-file.ts'
export { NODE_24 } from './environment.ts'
export { type RunOptions, runAction, type StepResult, type TimedLine } from './run-action.ts'
export { createLogReader, type LineKind, type LogLine } from './workflow-commands.ts'
