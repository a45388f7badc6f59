/** What is used of the SDK, by name; see elb.ts. */
export { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
