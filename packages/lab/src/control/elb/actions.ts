import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { type ElbState, groupsIn } from './state.ts'

const TYPES = ['forward', 'fixed-response', 'redirect', 'authenticate-oidc', 'authenticate-cognito']
const LARGEST_WEIGHT = 999
const MOST_GROUPS = 5

/**
 * Actions as Elastic Load Balancing keeps them: checked, ordered, one group written in both of its forms, the client
 * secret of a sign-in kept apart. `before` are the actions that these replace.
 */
export function normaliseActions(
  state: ElbState,
  actions: readonly Action[] | undefined,
  before: readonly Action[] = [],
): Action[] {
  if (!actions?.length) throw new AwsError('ValidationError', 'At least one action must be specified')
  const ordered = actions
    .map((action, at) => ({ ...action, Order: action.Order ?? at + 1 }))
    .toSorted((a, b) => a.Order - b.Order)
  if (new Set(ordered.map(({ Order }) => Order)).size < ordered.length) {
    throw new AwsError('InvalidLoadBalancerActionException', 'Two actions have the same order')
  }
  const last = ordered.at(-1)
  if (!['forward', 'fixed-response', 'redirect'].includes(last?.Type ?? '')) {
    throw new AwsError(
      'InvalidLoadBalancerActionException',
      'The last action must be forward, fixed-response or redirect',
    )
  }
  return ordered.map((action) => {
    if (!TYPES.includes(action.Type ?? '')) {
      throw new AwsError('ValidationError', `Action type '${action.Type}' must be one of '${TYPES.join(', ')}'`)
    }
    if (action.Type === 'forward') return normaliseForward(state, action)
    return action.Type === 'authenticate-oidc' ? normaliseSignIn(action, before) : action
  })
}

function normaliseForward(state: ElbState, action: Action): Action {
  const { TargetGroupArn, ForwardConfig, ...rest } = action
  const arns = groupsIn(action)
  if (arns.length === 0) throw new AwsError('ValidationError', 'A forward action needs a target group')
  if (TargetGroupArn && ForwardConfig?.TargetGroups?.length && (arns.length > 1 || arns[0] !== TargetGroupArn)) {
    throw new AwsError('ValidationError', 'TargetGroupArn and ForwardConfig name different target groups')
  }
  if (arns.length > MOST_GROUPS)
    throw new AwsError('TooManyTargetGroupsException', `At most ${MOST_GROUPS} target groups per action`)
  if (new Set(arns).size < arns.length) throw new AwsError('ValidationError', 'A target group is listed twice')
  for (const arn of arns) state.group(arn)
  const groups = arns.map((arn) => {
    const weight = ForwardConfig?.TargetGroups?.find((tuple) => tuple.TargetGroupArn === arn)?.Weight ?? 1
    if (!Number.isInteger(weight) || weight < 0 || weight > LARGEST_WEIGHT) {
      throw new AwsError('ValidationError', `Weight '${weight}' must be between 0 and ${LARGEST_WEIGHT}`)
    }
    return { TargetGroupArn: arn, Weight: weight }
  })
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig
  const seconds = stickiness?.DurationSeconds
  if (stickiness?.Enabled && (seconds === undefined || seconds < 1 || seconds > 604_800)) {
    throw new AwsError('ValidationError', 'The stickiness duration must be between 1 and 604800 seconds')
  }
  const [only] = groups
  return {
    ...rest,
    ...(groups.length === 1 && only && { TargetGroupArn: only.TargetGroupArn }),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: stickiness ?? { Enabled: false } },
  }
}

/** The secret is never given back; UseExistingClientSecret keeps the stored one, and needs one to be there. */
function normaliseSignIn(action: Action, before: readonly Action[]): Action {
  const { ClientSecret, UseExistingClientSecret, ...oidc } = action.AuthenticateOidcConfig ?? {}
  const known = before.some(
    ({ AuthenticateOidcConfig }) => AuthenticateOidcConfig?.ClientId === action.AuthenticateOidcConfig?.ClientId,
  )
  if (!ClientSecret && !(UseExistingClientSecret && known)) {
    throw new AwsError(
      'InvalidLoadBalancerActionException',
      'A client secret is required, or UseExistingClientSecret where one is stored',
    )
  }
  return { ...action, AuthenticateOidcConfig: oidc as NonNullable<Action['AuthenticateOidcConfig']> }
}
