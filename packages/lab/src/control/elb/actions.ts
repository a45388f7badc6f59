import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import { type ElbState, groupsIn } from './state.ts'

const TYPES = ['forward', 'fixed-response', 'redirect', 'authenticate-oidc', 'authenticate-cognito']
/** API reference, FixedResponseActionConfig. */
const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']
const TERMINAL = ['forward', 'fixed-response', 'redirect']
const LARGEST_WEIGHT = 999
const MOST_GROUPS = 5

/** Where actions go. */
export interface ActionPlace {
  readonly balancerArn: string
  /** The actions that these replace. */
  readonly before?: readonly Action[]
}

/**
 * Actions as Elastic Load Balancing keeps them: checked, ordered, one group written in both of its forms, the client
 * secret of a sign-in not given back.
 *
 * @throws AwsError for actions that it refuses.
 */
export function normaliseActions(
  state: ElbState,
  actions: readonly Action[] | undefined,
  { balancerArn, before = [] }: ActionPlace,
): Action[] {
  if (!actions?.length) throw new AwsError('ValidationError', 'At least one action must be specified')
  const ordered = actions
    .map((action, at) => ({ ...action, Order: action.Order ?? at + 1 }))
    .toSorted((a, b) => a.Order - b.Order)
  if (new Set(ordered.map(({ Order }) => Order)).size < ordered.length) {
    throw new AwsError('InvalidLoadBalancerActionException', 'Two actions have the same order')
  }
  const terminal = ordered.filter(({ Type = '' }) => TERMINAL.includes(Type))
  if (terminal.length !== 1 || ordered.at(-1) !== terminal[0]) {
    throw new AwsError(
      'InvalidLoadBalancerActionException',
      `Exactly one action must be ${TERMINAL.join(', ')}, and it must be the last`,
    )
  }
  return ordered.map((action) => {
    if (!TYPES.includes(action.Type ?? '')) {
      throw new AwsError('ValidationError', `Action type '${action.Type}' must be one of '${TYPES.join(', ')}'`)
    }
    if (action.Type === 'forward') return normaliseForward(state, action, balancerArn)
    if (action.Type === 'fixed-response') checkFixedResponse(action)
    if (action.Type === 'redirect') checkRedirect(action)
    return action.Type === 'authenticate-oidc' ? normaliseSignIn(action, before) : action
  })
}

function checkFixedResponse({ FixedResponseConfig: fixed }: Action): void {
  if (!/^[245]\d\d$/.test(fixed?.StatusCode ?? '')) {
    throw new AwsError('ValidationError', 'A fixed response needs a status code 2XX, 4XX or 5XX')
  }
  if (fixed?.ContentType && !CONTENT_TYPES.includes(fixed.ContentType)) {
    throw new AwsError('ValidationError', `Content type must be one of '${CONTENT_TYPES.join(', ')}'`)
  }
}

function checkRedirect({ RedirectConfig: redirect }: Action): void {
  if (!['HTTP_301', 'HTTP_302'].includes(redirect?.StatusCode ?? '')) {
    throw new AwsError('ValidationError', "A redirect needs a status code 'HTTP_301' or 'HTTP_302'")
  }
  const odd = Object.values(redirect ?? {}).find((part) => !/^[\x21-\x7e]{0,128}$/.test(part))
  if (odd !== undefined) throw new AwsError('ValidationError', `'${odd}' cannot be part of a redirect`)
}

function normaliseForward(state: ElbState, action: Action, balancerArn: string): Action {
  const { TargetGroupArn, ForwardConfig, ...rest } = action
  const arns = groupsIn(action)
  if (arns.length === 0) throw new AwsError('ValidationError', 'A forward action needs a target group')
  if (TargetGroupArn && ForwardConfig?.TargetGroups?.length && (arns.length > 1 || arns[0] !== TargetGroupArn)) {
    throw new AwsError('ValidationError', 'TargetGroupArn and ForwardConfig name different target groups')
  }
  if (arns.length > MOST_GROUPS)
    throw new AwsError('TooManyTargetGroupsException', `At most ${MOST_GROUPS} target groups per action`)
  if (new Set(arns).size < arns.length) throw new AwsError('ValidationError', 'A target group is listed twice')
  for (const arn of arns) {
    // "A target group can be associated with one load balancer only" (ELB user guide, "Target groups").
    if (state.balancersOf(state.group(arn).arn).some((each) => each !== balancerArn)) {
      throw new AwsError(
        'TargetGroupAssociationLimitException',
        `Target group '${arn}' belongs to another load balancer`,
      )
    }
  }
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
