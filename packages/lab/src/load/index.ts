export { type Answer, hasFailed, type LoadStats, type SecondCount, statsOf, type VersionCount } from './answers.ts'
export { LATE_MILLISECONDS, type Load, type LoadOptions, startLoad } from './start-load.ts'
