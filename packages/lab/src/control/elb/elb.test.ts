import {
  type Action,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type LocalAws, startLocalAws } from '../../local-aws.ts'
import { clientsFor, errorOf } from '../../testing/clients.ts'

let lab: LocalAws
let elb: ReturnType<typeof clientsFor>['elb']
let names = 0

beforeAll(async () => {
  lab = await startLocalAws({ port: 0, images: {}, baseDirectory: '.', propagationSeconds: 0 })
  elb = clientsFor(lab.url).elb
})
afterAll(() => lab.close())

async function group(): Promise<string> {
  names += 1
  const input = { Name: `group-${names}`, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-lab', TargetType: 'ip' } as const
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(input))
  return TargetGroups?.[0]?.TargetGroupArn ?? ''
}

const forward = (...groups: [arn: string, weight: number][]): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
})

const teapot: Action = {
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '418', ContentType: 'text/plain', MessageBody: 'short <&> stout' },
}

async function balancer(): Promise<{ arn: string; url: string; listener: string }> {
  names += 1
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: `web-${names}` }))
  const { LoadBalancerArn = '', DNSName } = LoadBalancers?.[0] ?? {}
  const input = { LoadBalancerArn, Port: 8080, Protocol: 'HTTP', DefaultActions: [teapot] } as const
  const { Listeners } = await elb.send(new CreateListenerCommand({ ...input, DefaultActions: [teapot] }))
  return { arn: LoadBalancerArn, url: `http://${DNSName}:8080`, listener: Listeners?.[0]?.ListenerArn ?? '' }
}

async function rule(listener: string, Actions: Action[], Priority = 10): Promise<string> {
  const Conditions = [{ Field: 'path-pattern', Values: ['/shop*'] }]
  const { Rules } = await elb.send(new CreateRuleCommand({ ListenerArn: listener, Priority, Conditions, Actions }))
  return Rules?.[0]?.RuleArn ?? ''
}

const actionsOf = async (arn: string) =>
  (await elb.send(new DescribeRulesCommand({ RuleArns: [arn] }))).Rules?.[0]?.Actions

test('serves a listener at the address that is its DNS name', async () => {
  const { url } = await balancer()
  const answer = await fetch(url)
  expect([answer.status, await answer.text()]).toEqual([418, 'short <&> stout'])
})

test('creates the same again without a second one, and refuses another under its name', async () => {
  const create = (Scheme: 'internal' | 'internet-facing') =>
    elb.send(new CreateLoadBalancerCommand({ Name: 'twice', Scheme }))
  const [first, second] = [await create('internal'), await create('internal')]
  expect(second.LoadBalancers?.[0]?.LoadBalancerArn).toBe(first.LoadBalancers?.[0]?.LoadBalancerArn)
  expect(await errorOf(create('internet-facing'))).toMatchObject({ name: 'DuplicateLoadBalancerNameException' })
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['twice'] }))
  expect(LoadBalancers).toHaveLength(1)
})

test('writes one group in both of its forms, and several in one', async () => {
  const { listener } = await balancer()
  const [blue, green] = [await group(), await group()]
  const one = await rule(listener, [{ Type: 'forward', TargetGroupArn: blue }], 1)
  expect(await actionsOf(one)).toEqual([
    {
      ...{ Type: 'forward', Order: 1, TargetGroupArn: blue },
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }],
        TargetGroupStickinessConfig: { Enabled: false },
      },
    },
  ])
  const two = await rule(listener, [forward([blue, 0], [green, 999])], 2)
  const [action] = (await actionsOf(two)) ?? []
  expect(action?.TargetGroupArn).toBeUndefined()
  expect(action?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)).toEqual([0, 999])
})

test('replaces the actions of a rule as a whole, and leaves its conditions', async () => {
  const { listener } = await balancer()
  const [blue, green] = [await group(), await group()]
  const sticky = forward([blue, 100], [green, 0])
  if (sticky.ForwardConfig) sticky.ForwardConfig.TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 }
  const arn = await rule(listener, [sticky])
  await elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions: [forward([blue, 90], [green, 10])] }))
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listener }))
  expect(Rules?.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
    ['10', false],
    ['default', true],
  ])
  expect(Rules?.[0]).toMatchObject({
    Conditions: [{ Field: 'path-pattern', Values: ['/shop*'], PathPatternConfig: { Values: ['/shop*'] } }],
    Actions: [{ ForwardConfig: { TargetGroupStickinessConfig: { Enabled: false } } }],
  })
})

test('refuses weights, groups, conditions and orders that do not exist', async () => {
  const { listener } = await balancer()
  const groups = await Promise.all(Array.from({ length: 6 }, group))
  const [blue = '', green = ''] = groups
  const arn = await rule(listener, [forward([blue, 1])])
  const modify = (Actions: Action[]) => errorOf(elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions })))
  expect(await modify([forward([blue, 1000])])).toMatchObject({ name: 'ValidationError' })
  expect(await modify([forward([blue, 1], [blue, 2])])).toMatchObject({ name: 'ValidationError' })
  expect(await modify([forward([`${blue}0`, 1])])).toMatchObject({ name: 'TargetGroupNotFoundException' })
  expect(await modify([forward(...groups.map((each): [string, number] => [each, 1]))])).toMatchObject({
    name: 'TooManyTargetGroupsException',
  })
  expect(await modify([teapot, forward([blue, 1])])).toMatchObject({ name: 'InvalidLoadBalancerActionException' })
  expect(await modify([{ ...forward([blue, 1]), TargetGroupArn: green }])).toMatchObject({ name: 'ValidationError' })
  const conditions = { RuleArn: arn, Conditions: [{ Field: 'moon-phase', Values: ['full'] }] }
  expect(await errorOf(elb.send(new ModifyRuleCommand(conditions)))).toMatchObject({ name: 'ValidationError' })
  expect(await actionsOf(arn)).toMatchObject([{ TargetGroupArn: blue }])
})

test('gives each priority of a listener to one rule', async () => {
  const { listener } = await balancer()
  await rule(listener, [teapot], 7)
  expect(await errorOf(rule(listener, [teapot], 7))).toMatchObject({ name: 'PriorityInUseException' })
  expect(await errorOf(rule(listener, [teapot], 0))).toMatchObject({ name: 'ValidationError' })
})

test('changes a default action through its listener only', async () => {
  const { listener } = await balancer()
  const blue = await group()
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listener }))
  const arn = Rules?.find(({ IsDefault }) => IsDefault)?.RuleArn ?? ''
  const modify = elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions: [forward([blue, 1])] }))
  expect(await errorOf(modify)).toMatchObject({ name: 'OperationNotPermittedException' })
  expect(await errorOf(elb.send(new DeleteRuleCommand({ RuleArn: arn })))).toMatchObject({
    name: 'OperationNotPermittedException',
  })
  await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions: [forward([blue, 1])] }))
  expect(await actionsOf(arn)).toMatchObject([{ TargetGroupArn: blue }])
})

test('keeps the client secret of a sign-in, and takes it as given with UseExistingClientSecret only', async () => {
  const { listener } = await balancer()
  const blue = await group()
  const oidc = {
    ...{ Issuer: 'https://id.example', AuthorizationEndpoint: 'https://id.example/a', ClientId: 'shop' },
    ...{ TokenEndpoint: 'https://id.example/t', UserInfoEndpoint: 'https://id.example/u' },
  }
  const signIn = (more: object): Action => ({ Type: 'authenticate-oidc', AuthenticateOidcConfig: { ...oidc, ...more } })
  const arn = await rule(listener, [signIn({ ClientSecret: 's3cret' }), forward([blue, 1])])
  const [stored] = (await actionsOf(arn)) ?? []
  expect(stored?.AuthenticateOidcConfig).toEqual(oidc)
  const modify = (more: object) =>
    elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions: [signIn(more), forward([blue, 2])] }))
  expect(await errorOf(modify({}))).toMatchObject({ name: 'InvalidLoadBalancerActionException' })
  await modify({ UseExistingClientSecret: true })
  expect((await actionsOf(arn))?.map(({ Order, Type }) => [Order, Type])).toEqual([
    [1, 'authenticate-oidc'],
    [2, 'forward'],
  ])
})

test('redirects with the parts of the request filled in', async () => {
  const { listener, url } = await balancer()
  const away: Action = { Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Path: '/new/#{path}' } }
  await rule(listener, [away])
  const answer = await fetch(`${url}/shop/a?b=c`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([301, `${url}/new/shop/a?b=c`])
})

test('keeps a target group with one load balancer', async () => {
  const [one, other] = [await balancer(), await balancer()]
  const blue = await group()
  await rule(one.listener, [forward([blue, 1])])
  expect(await errorOf(rule(other.listener, [forward([blue, 1])]))).toMatchObject({
    name: 'TargetGroupAssociationLimitException',
  })
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: one.arn }))
  expect(TargetGroups?.map(({ TargetGroupArn }) => TargetGroupArn)).toEqual([blue])
})

test('does not delete a target group that a rule forwards to', async () => {
  const { listener } = await balancer()
  const blue = await group()
  const arn = await rule(listener, [forward([blue, 0])])
  const remove = () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: blue }))
  expect(await errorOf(remove())).toMatchObject({ name: 'ResourceInUseException' })
  await elb.send(new DeleteRuleCommand({ RuleArn: arn }))
  await remove()
  const describe = elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [blue] }))
  expect(await errorOf(describe)).toMatchObject({ name: 'TargetGroupNotFoundException' })
})

test('holds at most 50 tags of the allowed characters on a rule', async () => {
  const { listener } = await balancer()
  const arn = await rule(listener, [teapot])
  const add = (tags: Record<string, string>) =>
    elb.send(
      new AddTagsCommand({ ResourceArns: [arn], Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    )
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}`, 'value']))
  await add(many(50))
  expect(await errorOf(add({ more: '1' }))).toMatchObject({ name: 'TooManyTagsException' })
  await add({ 'key-0': 'Straße 7 + - = . _ : / @', 'key-1': 'x'.repeat(256) })
  for (const bad of [{ 'key-0': '{"json"}' }, { 'key-0': 'x'.repeat(257) }, { 'a#b': '' }, { 'aws:a': '' }]) {
    expect(await errorOf(add(bad as Record<string, string>))).toMatchObject({ name: 'ValidationError' })
  }
  await elb.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: Object.keys(many(50)).slice(1) }))
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }))
  expect(TagDescriptions).toEqual([{ ResourceArn: arn, Tags: [{ Key: 'key-0', Value: 'Straße 7 + - = . _ : / @' }] }])
})

test('changes the attributes that have an effect here, and refuses the others', async () => {
  const { arn } = await balancer()
  const blue = await group()
  const ofGroup = (Key: string, Value: string) =>
    elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: blue, Attributes: [{ Key, Value }] }))
  await ofGroup('deregistration_delay.timeout_seconds', '5')
  const { Attributes } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: blue }))
  expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '5' })
  for (const [key, value] of [
    ['deregistration_delay.timeout_seconds', '3601'],
    ['load_balancing.algorithm.type', 'least_outstanding_requests'],
    ['preserve_client_ip.enabled', 'true'],
  ] as const) {
    expect(await errorOf(ofGroup(key, value))).toMatchObject({ name: 'ValidationError' })
  }
  const protect = (Value: string) =>
    elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: arn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      }),
    )
  await protect('true')
  const remove = () => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
  expect(await errorOf(remove())).toMatchObject({ name: 'OperationNotPermittedException' })
  await protect('false')
  const balancerAttributes = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }))
  expect(balancerAttributes.Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' })
})

test('takes a load balancer down with its listeners and rules, and its port with it', async () => {
  const { arn, listener, url } = await balancer()
  const own = await rule(listener, [teapot])
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }))
  await expect(fetch(url)).rejects.toThrow()
  expect(await errorOf(elb.send(new DescribeRulesCommand({ RuleArns: [own] })))).toMatchObject({
    name: 'RuleNotFoundException',
  })
  const gone = elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }))
  expect(await errorOf(gone)).toMatchObject({ name: 'ListenerNotFoundException' })
})

test('closes the port of a deleted listener', async () => {
  const { listener, url, arn } = await balancer()
  expect(
    await errorOf(
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: arn,
          Port: 8080,
          DefaultActions: [{ ...teapot, FixedResponseConfig: { StatusCode: '200' } }],
        }),
      ),
    ),
  ).toMatchObject({ name: 'DuplicateListenerException' })
  await elb.send(new DeleteListenerCommand({ ListenerArn: listener }))
  await expect(fetch(url)).rejects.toThrow()
})

test('calls targets unused while no rule forwards to their group, and drains them when they leave', async () => {
  const { listener } = await balancer()
  const blue = await group()
  const target = { Id: '127.0.0.1', Port: 9 }
  const health = async () =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: blue }))).TargetHealthDescriptions?.map(
      ({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason],
    )
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: blue, Targets: [target] }))
  expect(await health()).toEqual([['unused', 'Target.NotInUse']])
  await rule(listener, [forward([blue, 0])])
  expect((await health())?.[0]?.[0]).toBe('initial')
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: blue, Targets: [{ Id: '127.0.0.1' }] }))
  expect(await health()).toEqual([['draining', 'Target.DeregistrationInProgress']])
  const stranger = new DescribeTargetHealthCommand({ TargetGroupArn: blue, Targets: [{ Id: '127.0.0.2', Port: 9 }] })
  expect((await elb.send(stranger)).TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
    State: 'unused',
    Reason: 'Target.NotRegistered',
  })
  const odd = new RegisterTargetsCommand({ TargetGroupArn: blue, Targets: [{ Id: 'i-0123' }] })
  expect(await errorOf(elb.send(odd))).toMatchObject({ name: 'InvalidTargetException' })
})

test('pages through long descriptions', async () => {
  const { listener } = await balancer()
  for (const priority of [1, 2, 3]) await rule(listener, [teapot], priority)
  const found: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await elb.send(
      new DescribeRulesCommand({ ListenerArn: listener, PageSize: 2, ...(Marker !== undefined && { Marker }) }),
    )
    found.push(...(page.Rules ?? []).map(({ Priority }) => Priority))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  expect(found).toEqual(['1', '2', '3', 'default'])
})
