import { createHash } from 'node:crypto'
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Routing, RoutingAction, Split, TargetWeight } from '@interlock/model'

export type ElbAction = Action

/** The routing that a rule's or listener's `Actions[]` describe. Actions that do not forward leave `weights` empty. */
export function routingOf(arn: string, actions: readonly ElbAction[]): Routing {
  const forward = actions.find(isForward)
  const stickiness = forward?.ForwardConfig?.TargetGroupStickinessConfig
  return {
    arn,
    weights: weightsOf(forward),
    stickinessSeconds: stickiness?.Enabled ? (stickiness.DurationSeconds ?? 0) : 0,
    fingerprint: fingerprintOf(actions),
    actions: actions as unknown as readonly RoutingAction[],
  }
}

/** All actions, the forward with the weights and stickiness of `split`: what a write sends. */
export function withSplit(actions: readonly ElbAction[], { weights, stickinessSeconds }: Split): ElbAction[] {
  return actions.map((action) => {
    if (!isForward(action)) return withExistingSecret(action)
    const { TargetGroupArn: _single, ForwardConfig: _old, ...rest } = action
    return {
      ...rest,
      ForwardConfig: {
        TargetGroups: weights.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight })),
        TargetGroupStickinessConfig:
          stickinessSeconds > 0 ? { Enabled: true, DurationSeconds: stickinessSeconds } : { Enabled: false },
      },
    }
  })
}

function isForward(action: ElbAction): boolean {
  return action.Type === 'forward'
}

function weightsOf(forward: ElbAction | undefined): TargetWeight[] {
  const groups = forward?.ForwardConfig?.TargetGroups
  if (groups?.length) {
    return groups.map(({ TargetGroupArn = '', Weight = 1 }) => ({ targetGroupArn: TargetGroupArn, weight: Weight }))
  }
  return forward?.TargetGroupArn ? [{ targetGroupArn: forward.TargetGroupArn, weight: 1 }] : []
}

/** The client secret is never given back, so a rule that signs people in can only be rewritten by keeping the stored one. */
function withExistingSecret(action: ElbAction): ElbAction {
  if (!action.AuthenticateOidcConfig) return action
  const { ClientSecret: _never, ...oidc } = action.AuthenticateOidcConfig
  return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } }
}

function fingerprintOf(actions: readonly ElbAction[]): string {
  const kept = actions.map((action) => {
    if (!isForward(action)) {
      const { AuthenticateOidcConfig: oidc, ...rest } = action
      if (!oidc) return rest
      const { ClientSecret: _secret, UseExistingClientSecret: _flag, ...signIn } = oidc
      return { ...rest, signIn }
    }
    const groups = weightsOf(action).map(({ targetGroupArn }) => targetGroupArn)
    return { type: 'forward', order: action.Order, groups: groups.toSorted() }
  })
  return createHash('sha256').update(canonicalJson(kept)).digest('hex').slice(0, 32)
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
