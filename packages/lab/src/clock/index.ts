export { advanceClock, clockEnvironment, writeClock } from './clock-file.ts'
