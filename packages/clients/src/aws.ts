import type { MetricReader, Platform, TrafficSwitch } from '@interlock/model'
import type { AwsOptions } from './client-config.ts'
import { cloudWatchReader } from './cloudwatch.ts'
import { ecsPlatform } from './ecs.ts'
import { elbSwitch } from './elb.ts'

/** AWS as the domain sees it. A client is loaded and built when its port is first used: start-up is paid for by who needs it. */
export interface AwsPorts {
  readonly trafficSwitch: TrafficSwitch
  readonly platform: Platform
  readonly metrics: MetricReader
}

export function awsPorts(options: AwsOptions): AwsPorts {
  return {
    trafficSwitch: elbSwitch(options),
    platform: ecsPlatform(options),
    metrics: cloudWatchReader(options),
  }
}
