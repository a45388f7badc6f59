export { UnknownStatistic } from './statistic.ts'
export { createMetricStore } from './store.ts'
