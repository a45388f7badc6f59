import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { systemClock } from '@interlock/action-kit'
import { awsPorts } from '@interlock/clients'
import { attach, handleOf, type Inspection, rollBack, shift } from '@interlock/delivery'
import type { ServiceState } from '@interlock/model'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Moto, startMoto } from './moto.ts'
import { clientEnvironment, runScript } from './python.ts'

let moto: Moto
let listener: string
let groups: string[]

beforeAll(async () => {
  moto = await startMoto()
  Object.assign(process.env, clientEnvironment(moto.url), { AWS_REGION: 'eu-west-1', PATH: process.env['PATH'] })
  const elb = new ElasticLoadBalancingV2Client({})
  const { subnets, vpc } = await runScript<{ subnets: string[]; vpc: string }>('subnets.py', moto.url)
  const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: 'engine', Subnets: subnets }))
  groups = []
  for (const side of ['blue', 'green']) {
    const input = { Name: `engine-${side}`, Protocol: 'HTTP', Port: 80, VpcId: vpc, TargetType: 'ip' } as const
    const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(input))
    groups.push(TargetGroups?.[0]?.TargetGroupArn ?? '')
  }
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: balancer.LoadBalancers?.[0]?.LoadBalancerArn, Port: 80, Protocol: 'HTTP' },
      DefaultActions: [weighted()],
    }),
  )
  listener = Listeners?.[0]?.ListenerArn ?? ''
}, 60_000)
afterAll(() => moto?.stop())

function weighted() {
  return {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: groups.map((TargetGroupArn, at) => ({ TargetGroupArn, Weight: at === 0 ? 100 : 0 })),
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
    },
  }
}

async function rule(): Promise<string> {
  const conditions = [{ Field: 'path-pattern', Values: ['/*'] }]
  const input = { ListenerArn: listener, Priority: 10, Conditions: conditions, Actions: [weighted()] }
  const { Rules } = await new ElasticLoadBalancingV2Client({}).send(new CreateRuleCommand(input))
  return Rules?.[0]?.RuleArn ?? ''
}

test.each(['rule', 'listener'])(
  'a %s that somebody else keeps is shifted, its journal read back from tags, and put back as it was',
  async (kind) => {
    const { trafficSwitch } = awsPorts({ userAgent: 'interlock-test' })
    const arn = kind === 'rule' ? await rule() : listener
    const before = await trafficSwitch.read(arn)
    expect(before).toMatchObject({ stickinessSeconds: 600, weights: [{ weight: 100 }, { weight: 0 }] })
    // A rollback goes only where somebody is healthy; moto calls every registered target healthy.
    await runScript('register.py', moto.url, groups[0] ?? '')

    const [live, idle] = before.weights.map(({ targetGroupArn, weight }) => ({
      targetGroupArn,
      weight,
      service: service(targetGroupArn),
    }))
    if (!live || !idle) throw new Error('two sides were made')
    const inspection: Inspection = {
      cluster: 'c',
      routing: before,
      live,
      idle,
      healthyLiveTargets: 1,
      loadBalancer: 'app/engine/1',
    }
    const shifted = await shift({ trafficSwitch, clock: systemClock, inspection, release: 'web:2', run: '4711' })
    expect(shifted.writes).toBe(1)
    expect((await trafficSwitch.read(arn)).weights.map(({ weight }) => weight)).toEqual([0, 100])

    const handle = handleOf(inspection, shifted.journal)
    const journal = await attach(trafficSwitch, handle)
    expect(journal).toEqual(shifted.journal)
    const report = await rollBack({ trafficSwitch, clock: systemClock, handle, journal, decidedAt: new Date() })
    expect(report).toMatchObject({ writes: 1 })
    const after = await trafficSwitch.read(arn)
    expect(after).toEqual(before)
    expect(await trafficSwitch.loadBalancerOf(live.targetGroupArn)).toMatch(/^app\/engine\//)
  },
)

function service(name: string): ServiceState {
  const counts = { desired: 1, running: 1, pending: 0 }
  return {
    name,
    status: 'ACTIVE',
    controller: 'ECS',
    strategy: 'ROLLING',
    taskDefinition: 'web:1',
    ...counts,
    loadBalancers: [],
    deployments: [],
    events: [],
  }
}
