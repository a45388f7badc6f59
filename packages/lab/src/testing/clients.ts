import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { STSClient } from '@aws-sdk/client-sts'

/** The AWS SDK's own clients against a lab, for tests: one try per call, so that an error is seen at once. */
export function clientsFor(url: string, accessKeyId = 'test') {
  const config = {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  }
  return {
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    cloudWatch: new CloudWatchClient(config),
    sts: new STSClient(config),
  }
}

/** Name, message and HTTP status of the error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<{ name: string; message: string; status: number }> {
  try {
    await call
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return { name, message, status: $metadata?.httpStatusCode ?? 0 }
  }
  throw new Error('The call succeeded')
}

/** Asks until the answer is not undefined or false. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 15): Promise<T> {
  const last = Date.now() + seconds * 1000
  while (Date.now() < last) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`Not within ${seconds} s: ${what}`)
}
