import { expect, test } from '@jest/globals'
import { type ElbAction, routingOf, withSplit } from './rule-actions.ts'

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/1/2/3'

const signIn: ElbAction = {
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    Issuer: 'https://id.example.com',
    AuthorizationEndpoint: 'https://id.example.com/authorize',
    TokenEndpoint: 'https://id.example.com/token',
    UserInfoEndpoint: 'https://id.example.com/me',
    ClientId: 'web',
  },
}

const forward: ElbAction = {
  Type: 'forward',
  Order: 2,
  ForwardConfig: {
    TargetGroups: [
      { TargetGroupArn: 'blue', Weight: 100 },
      { TargetGroupArn: 'green', Weight: 0 },
    ],
    TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
  },
}

test('the routing tells weights and stickiness of the forward action', () => {
  const routing = routingOf(ARN, [signIn, forward])
  expect(routing.weights).toEqual([
    { targetGroupArn: 'blue', weight: 100 },
    { targetGroupArn: 'green', weight: 0 },
  ])
  expect(routing.stickinessSeconds).toBe(600)
})

test('a forward to one target group is a weight too', () => {
  expect(routingOf(ARN, [{ Type: 'forward', TargetGroupArn: 'blue' }]).weights).toEqual([
    { targetGroupArn: 'blue', weight: 1 },
  ])
})

test('a write sends every action back, changes only the weights and keeps the stored client secret', () => {
  const split = {
    weights: [
      { targetGroupArn: 'blue', weight: 0 },
      { targetGroupArn: 'green', weight: 100 },
    ],
    stickinessSeconds: 600,
  }
  expect(withSplit([signIn, forward], split)).toEqual([
    { ...signIn, AuthenticateOidcConfig: { ...signIn.AuthenticateOidcConfig, UseExistingClientSecret: true } },
    {
      ...forward,
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: 'blue', Weight: 0 },
          { TargetGroupArn: 'green', Weight: 100 },
        ],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
      },
    },
  ])
})

test('the fingerprint stays when weights, stickiness or the order of members change', () => {
  const shifted = withSplit([signIn, forward], {
    weights: [
      { targetGroupArn: 'green', weight: 100 },
      { targetGroupArn: 'blue', weight: 0 },
    ],
    stickinessSeconds: 0,
  })
  const reordered = { ...Object.fromEntries(Object.entries(signIn).reverse()) } as ElbAction
  const before = routingOf(ARN, [signIn, forward]).fingerprint
  expect(routingOf(ARN, shifted).fingerprint).toBe(before)
  expect(routingOf(ARN, [reordered, forward]).fingerprint).toBe(before)
})

test('the fingerprint changes when anything else in the actions does', () => {
  const before = routingOf(ARN, [signIn, forward]).fingerprint
  const otherClient = {
    ...signIn,
    AuthenticateOidcConfig: { ...signIn.AuthenticateOidcConfig, ClientId: 'other' },
  } as ElbAction
  expect(routingOf(ARN, [otherClient, forward]).fingerprint).not.toBe(before)
  expect(routingOf(ARN, [forward]).fingerprint).not.toBe(before)
  expect(
    routingOf(ARN, [signIn, { ...forward, ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'blue' }] } }]).fingerprint,
  ).not.toBe(before)
})
