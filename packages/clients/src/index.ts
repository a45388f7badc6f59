export { type AwsOptions, type AwsPorts, awsPorts } from './aws.ts'
