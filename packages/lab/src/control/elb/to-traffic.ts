import type { Action, RuleCondition as SdkCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleAction, RuleCondition, RuleConfig, TargetGroupConfig } from '../../ports.ts'
import { resourceOf } from '../names.ts'
import type { GroupRecord, ListenerRecord, RuleRecord } from './state.ts'

/** The rules of a listener as its data plane follows them, the default last. */
export function ruleConfigs(listener: ListenerRecord, rules: readonly RuleRecord[]): RuleConfig[] {
  return [
    ...rules.map(({ arn, conditions, actions }) => ({
      arn,
      conditions: conditions.map(conditionOf),
      action: actionOf(actions),
    })),
    { arn: listener.arn, conditions: [], action: actionOf(listener.defaultActions) },
  ]
}

export function targetGroupConfig({ arn, description, attributes }: GroupRecord): TargetGroupConfig {
  const sticky = attributes.get('stickiness.enabled') === 'true'
  return {
    arn,
    dimension: resourceOf(arn),
    deregistrationDelaySeconds: Number(attributes.get('deregistration_delay.timeout_seconds')),
    slowStartSeconds: Number(attributes.get('slow_start.duration_seconds')),
    ...(sticky && { stickinessSeconds: Number(attributes.get('stickiness.lb_cookie.duration_seconds')) }),
    healthCheck: {
      enabled: description.HealthCheckEnabled ?? true,
      path: description.HealthCheckPath ?? '/',
      port: description.HealthCheckPort ?? 'traffic-port',
      intervalSeconds: description.HealthCheckIntervalSeconds ?? 30,
      timeoutSeconds: description.HealthCheckTimeoutSeconds ?? 5,
      healthyThreshold: description.HealthyThresholdCount ?? 5,
      unhealthyThreshold: description.UnhealthyThresholdCount ?? 2,
      matcher: description.Matcher?.HttpCode ?? '200',
    },
  }
}

/** The action that ends the list. Signing people in is passed through: the lab has no identity provider (assumed). */
function actionOf(actions: readonly Action[]): RuleAction {
  const last = actions.find(({ Type }) => Type === 'forward' || Type === 'fixed-response' || Type === 'redirect')
  const fixed = last?.FixedResponseConfig
  if (fixed) {
    return {
      type: 'fixed-response',
      status: Number(fixed.StatusCode),
      contentType: fixed.ContentType ?? 'text/plain',
      body: fixed.MessageBody ?? '',
    }
  }
  const redirect = last?.RedirectConfig
  if (redirect) {
    // Defaults of the API reference, RedirectActionConfig; the balancer fills them in at each request.
    const {
      Protocol = '#{protocol}',
      Host = '#{host}',
      Port = '#{port}',
      Path = '/#{path}',
      Query = '#{query}',
    } = redirect
    return {
      type: 'redirect',
      status: redirect.StatusCode === 'HTTP_301' ? 301 : 302,
      location: `${Protocol.toLowerCase()}://${Host}:${Port}${Path}${Query ? `?${Query}` : ''}`,
    }
  }
  const forward = last?.ForwardConfig
  const stickiness = forward?.TargetGroupStickinessConfig
  return {
    type: 'forward',
    targetGroups: (forward?.TargetGroups ?? []).map(({ TargetGroupArn = '', Weight = 1 }) => ({
      arn: TargetGroupArn,
      weight: Weight,
    })),
    ...(stickiness?.Enabled && { stickinessSeconds: stickiness.DurationSeconds ?? 3600 }),
  }
}

function conditionOf(condition: SdkCondition): RuleCondition {
  const field = condition.Field as RuleCondition['field']
  const configured =
    condition.PathPatternConfig ??
    condition.HostHeaderConfig ??
    condition.HttpHeaderConfig ??
    condition.HttpRequestMethodConfig ??
    condition.SourceIpConfig
  return {
    field,
    values: condition.Values ?? configured?.Values ?? [],
    ...(condition.HttpHeaderConfig && { headerName: condition.HttpHeaderConfig.HttpHeaderName ?? '' }),
    ...(condition.QueryStringConfig && {
      pairs: (condition.QueryStringConfig.Values ?? []).map(({ Key, Value = '' }) => ({
        ...(Key && { key: Key }),
        value: Value,
      })),
    }),
  }
}
