import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'

const FIELDS = ['path-pattern', 'host-header', 'http-header', 'http-request-method', 'query-string', 'source-ip']
/** Over all conditions of a rule (ELB quotas, "Condition values per rule"). */
const MOST_VALUES = 5

/**
 * Conditions as Elastic Load Balancing keeps them: path patterns and host headers in both of their forms.
 *
 * @throws AwsError for conditions that it refuses.
 */
export function normaliseConditions(conditions: readonly RuleCondition[] | undefined): readonly RuleCondition[] {
  if (!conditions?.length) throw refusal('A rule needs at least one condition')
  const kept = conditions.map(normalise)
  const values = kept.reduce((sum, condition) => sum + valuesOf(condition).length, 0)
  if (values > MOST_VALUES) throw refusal(`A rule has at most ${MOST_VALUES} condition values`)
  return kept
}

function normalise(condition: RuleCondition): RuleCondition {
  const { Field = '' } = condition
  if (!FIELDS.includes(Field)) throw refusal(`Condition field '${Field}' must be one of '${FIELDS.join(', ')}'`)
  const values = valuesOf(condition)
  if (values.length === 0) throw refusal(`Condition '${Field}' needs at least one value`)
  if (Field === 'path-pattern')
    return { Field, Values: values as string[], PathPatternConfig: { Values: values as string[] } }
  if (Field === 'host-header')
    return { Field, Values: values as string[], HostHeaderConfig: { Values: values as string[] } }
  if (Field === 'http-header' && !condition.HttpHeaderConfig?.HttpHeaderName) {
    throw refusal('An http-header condition needs HttpHeaderName')
  }
  return condition
}

function valuesOf(condition: RuleCondition): readonly unknown[] {
  const configured =
    condition.PathPatternConfig ??
    condition.HostHeaderConfig ??
    condition.HttpHeaderConfig ??
    condition.HttpRequestMethodConfig ??
    condition.SourceIpConfig ??
    condition.QueryStringConfig
  return condition.Values ?? configured?.Values ?? []
}

function refusal(message: string): AwsError {
  return new AwsError('ValidationError', message)
}
