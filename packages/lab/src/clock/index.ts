export { advanceClock, clearWallTimeout, clockEnvironment, realNow, wallTimeout, writeClock } from './clock-file.ts'
