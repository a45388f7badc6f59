export { advanceClock, clockEnvironment, writeClock } from './clock/index.ts'
export type { World } from './control/world.ts'
export { type LocalAws, type LocalAwsOptions, startLocalAws } from './local-aws.ts'
export type { Image } from './ports.ts'
