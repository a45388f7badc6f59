import type { MetricStore } from '../ports.ts'

const NAMESPACE = 'AWS/ApplicationELB'

/** One request as the balancer saw it end. */
export interface Outcome {
  /** Load balancer and target group as CloudWatch names them. */
  readonly loadBalancer: string
  /** Absent when no target was chosen. */
  readonly targetGroup?: string
  readonly status: number
  /** The balancer made the answer itself: 502, 503, 504, or what a rule says. */
  readonly byBalancer: boolean
  readonly connectionError?: boolean
  readonly failedOpen?: boolean
  /** From sending the request to the target until its answer began. */
  readonly targetSeconds?: number
}

/**
 * Metrics of an Application Load Balancer from what really passed. Dimension sets and "reported when" follow AWS,
 * "CloudWatch metrics for your Application Load Balancer"; what did not happen leaves no point.
 */
export function createAccounting(metrics: MetricStore, now: () => number, settleSeconds: number) {
  function record(name: string, dimensionSets: readonly Record<string, string>[], value = 1): void {
    for (const dimensions of dimensionSets) {
      metrics.record(
        { namespace: NAMESPACE, name, dimensions, value, at: now() },
        { visibleAfterSeconds: settleSeconds },
      )
    }
  }

  return {
    count(outcome: Outcome): void {
      const LoadBalancer = outcome.loadBalancer
      const whole = [{ LoadBalancer }]
      const both =
        outcome.targetGroup === undefined ? whole : [...whole, { LoadBalancer, TargetGroup: outcome.targetGroup }]
      // Only requests for which a target was chosen are counted.
      if (outcome.targetGroup !== undefined) {
        record('RequestCount', both)
        record('RequestCountPerTarget', [
          { TargetGroup: outcome.targetGroup },
          { LoadBalancer, TargetGroup: outcome.targetGroup },
        ])
      }
      if (outcome.connectionError) record('TargetConnectionErrorCount', both)
      if (outcome.failedOpen) record('UnhealthyRoutingRequestCount', both)
      if (outcome.targetSeconds !== undefined) record('TargetResponseTime', both, outcome.targetSeconds)
      if (!outcome.byBalancer) record(`HTTPCode_Target_${Math.floor(outcome.status / 100)}XX_Count`, both)
      else if (outcome.status >= 500) {
        record('HTTPCode_ELB_5XX_Count', whole)
        if ([500, 502, 503, 504].includes(outcome.status)) record(`HTTPCode_ELB_${outcome.status}_Count`, whole)
      } else if (outcome.status >= 400) record('HTTPCode_ELB_4XX_Count', whole)
    },

    hosts(LoadBalancer: string, TargetGroup: string, healthy: number, unhealthy: number): void {
      record('HealthyHostCount', [{ LoadBalancer, TargetGroup }], healthy)
      record('UnHealthyHostCount', [{ LoadBalancer, TargetGroup }], unhealthy)
    },
  }
}

export type Accounting = ReturnType<typeof createAccounting>
