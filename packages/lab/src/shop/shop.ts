import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** What a team's Terraform would have made: a cluster, a load balancer with a weighted rule, two services behind it. */
export interface Shop {
  readonly cluster: string
  readonly services: readonly [blue: string, green: string]
  readonly targetGroups: readonly [blue: string, green: string]
  /** ARN of the rule, or of the listener where the default action holds the weights. */
  readonly routing: string
  /** ARN. */
  readonly loadBalancer: string
  /** What users ask: the load balancer's own address. */
  readonly url: string
}

export interface ShopOptions {
  /** Endpoint of local-aws. */
  readonly endpoint: string
  /** Prefix of every name, so that several shops share one lab. */
  readonly name: string
  /** Image that blue runs from the start. */
  readonly image: string
  readonly tasks?: number
  readonly listenerPort?: number
  /** Weights in the default action of the listener instead of in a rule. */
  readonly inDefaultAction?: boolean
  readonly stickinessSeconds?: number
  readonly deregistrationDelaySeconds?: number
  readonly healthCheck?: { readonly intervalSeconds: number; readonly timeoutSeconds: number }
}

export const CREDENTIALS = { accessKeyId: 'terraform', secretAccessKey: 'any' }
const CONTAINER_PORT = 8080

/** Creates a shop and waits until blue serves. */
export async function createShop(options: ShopOptions): Promise<Shop> {
  const { endpoint, name, image, tasks = 2, listenerPort = 8080, inDefaultAction = false } = options
  const config = { endpoint, region: 'eu-west-1', credentials: CREDENTIALS }
  const ecs = new ECSClient(config)
  const elb = new ElasticLoadBalancingV2Client(config)

  await ecs.send(new CreateClusterCommand({ clusterName: name }))
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: name }))
  const balancer = LoadBalancers?.[0]
  const groups: [string, string] = [
    await createGroup(elb, `${name}-blue`, options),
    await createGroup(elb, `${name}-green`, options),
  ]
  const weighted = {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: groups.map((TargetGroupArn, at) => ({ TargetGroupArn, Weight: at === 0 ? 100 : 0 })),
      ...(options.stickinessSeconds && {
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: options.stickinessSeconds },
      }),
    },
  }
  const refused = {
    Type: 'fixed-response' as const,
    FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'no such path' },
  }
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: balancer?.LoadBalancerArn, Port: listenerPort, Protocol: 'HTTP' },
      DefaultActions: [inDefaultAction ? weighted : refused],
    }),
  )
  let routing = Listeners?.[0]?.ListenerArn ?? ''
  if (!inDefaultAction) {
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn: routing,
        Priority: 10,
        Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
        Actions: [weighted],
      }),
    )
    routing = Rules?.[0]?.RuleArn ?? ''
  }
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: name, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [
        { name: 'web', image, portMappings: [{ containerPort: CONTAINER_PORT }], stopTimeout: 10 },
      ],
    }),
  )
  const services: [string, string] = [`${name}-blue`, `${name}-green`]
  for (const [at, serviceName] of services.entries()) {
    await ecs.send(
      new CreateServiceCommand({
        ...{ cluster: name, serviceName, taskDefinition: name, launchType: 'FARGATE' },
        desiredCount: at === 0 ? tasks : 0,
        loadBalancers: [{ targetGroupArn: groups[at], containerName: 'web', containerPort: CONTAINER_PORT }],
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-lab'], securityGroups: ['sg-lab'] } },
      }),
    )
  }
  const url = `http://${balancer?.DNSName}:${listenerPort}/`
  await untilSteady(ecs, name, services[0])
  await untilServed(url)
  ecs.destroy()
  elb.destroy()
  return { cluster: name, services, targetGroups: groups, routing, loadBalancer: balancer?.LoadBalancerArn ?? '', url }
}

/** Ends the tasks and the listener of a shop. */
export async function deleteShop(endpoint: string, { cluster, services, loadBalancer }: Shop): Promise<void> {
  const config = { endpoint, region: 'eu-west-1', credentials: CREDENTIALS }
  const ecs = new ECSClient(config)
  const elb = new ElasticLoadBalancingV2Client(config)
  for (const service of services) await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: loadBalancer }))
  ecs.destroy()
  elb.destroy()
}

async function createGroup(elb: ElasticLoadBalancingV2Client, Name: string, options: ShopOptions): Promise<string> {
  const { intervalSeconds = 10, timeoutSeconds = 9 } = options.healthCheck ?? {}
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{
        Name,
        Protocol: 'HTTP',
        Port: CONTAINER_PORT,
        TargetType: 'ip',
        VpcId: 'vpc-lab',
        HealthCheckPath: '/healthz',
      },
      ...{ HealthCheckIntervalSeconds: intervalSeconds, HealthCheckTimeoutSeconds: timeoutSeconds },
      ...{ HealthyThresholdCount: 2, UnhealthyThresholdCount: 3 },
    }),
  )
  const arn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: arn,
      Attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: `${options.deregistrationDelaySeconds ?? 30}` },
      ],
    }),
  )
  return arn
}

async function untilSteady(ecs: ECSClient, cluster: string, service: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
    if (services?.[0]?.deployments?.[0]?.rolloutState === 'COMPLETED') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Service ${service} did not reach a steady state`)
}

/** The rule takes its time to come into effect. */
async function untilServed(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await fetch(url)).ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} does not serve`)
}
