/** What is used of the SDK, by name; see ecs.ts. */
export { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
