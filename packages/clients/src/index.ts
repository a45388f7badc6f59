export { type AwsPorts, awsPorts } from './aws.ts'
export type { AwsOptions } from './client-config.ts'
