import type { Known } from './compare.ts'

/**
 * Where the lab and moto 5.2.5 answer differently, and who is right. `-`: moto alone gives it; `+`: the lab alone.
 * The test fails on a difference that is not here, and on a line of this table that is no longer so.
 */
export const KNOWN: readonly Known[] = [
  // Errors
  ...differing('moto takes anything; AWS: API reference, RegisterTaskDefinition', 'error: ClientException 400 / none', [
    'ecs RegisterTaskDefinition without size',
    'ecs RegisterTaskDefinition bad family',
  ]),
  ...differing('moto crashes on it with 500', 'error: InvalidParameterException 400 / 500 500', [
    'ecs StopTask unknown',
  ]),
  ...differing('moto ignores that scheme and subnets differ', 'error: DuplicateLoadBalancerName 400 / none', [
    'elb CreateLoadBalancer other with that name',
  ]),
  ...differing(
    'AWS says ValidationError (github.com/hashicorp/terraform-provider-aws/issues/23971)',
    'error: ValidationError 400 / InvalidConfigurationRequest 400',
    ['elb ModifyLoadBalancerAttributes unknown key'],
  ),
  ...differing('moto gives the first listener whatever its actions', 'error: DuplicateListener 400 / none', [
    'elb CreateListener on a taken port',
  ]),
  ...differing('AWS takes 0 to 999 (API reference, TargetGroupTuple)', 'error: ValidationError 400 / none', [
    'elb ModifyRule weight 1000',
  ]),
  ...differing(
    'AWS changes the default rule by ModifyListener only (API reference, ModifyRule)',
    'error: OperationNotPermitted 400 / none',
    ['elb ModifyRule default'],
  ),
  ...differing('braces are not letters of a tag (API reference, Tag)', 'error: ValidationError 400 / none', [
    'elb AddTags forbidden letter',
  ]),
  ...differing('AWS documents RuleNotFound (API reference, DeleteRule)', 'error: RuleNotFound 400 / none', [
    'elb DeleteRule unknown',
  ]),
  ...differing(
    'namespaces of AWS are reserved (API reference, PutMetricData)',
    'error: InvalidParameterValue 400 / none',
    ['cloudwatch PutMetricData of AWS'],
  ),
  ...differing('moto answers percentiles with 500', 'error: none / 500 500', ['cloudwatch GetMetricData p99']),

  // Clusters and task definitions
  ...each(['ecs CreateCluster | cluster', 'ecs DescribeClusters | clusters[]'], {
    '- settings[]': 'Container Insights is the only setting; the lab has none',
    '+ statistics': 'AWS gives an empty list',
    '+ tags': 'AWS gives an empty list',
    '+ capacityProviders': 'AWS gives an empty list',
    '+ defaultCapacityProviderStrategy': 'AWS gives an empty list',
  }),
  ...each(['ecs RegisterTaskDefinition | taskDefinition', 'ecs DescribeTaskDefinition | taskDefinition'], {
    '+ containerDefinitions[].portMappings[].hostPort': 'AWS fills it in for awsvpc (API reference, PortMapping)',
    '+ containerDefinitions[].portMappings[].protocol': 'AWS fills in tcp (API reference, PortMapping)',
    '+ containerDefinitions[].systemControls': 'AWS gives an empty list',
    '+ registeredAt': 'AWS: API reference, TaskDefinition',
    '+ registeredBy': 'AWS: API reference, TaskDefinition',
  }),
  ...differing('AWS: API reference, RegisterTaskDefinition', '+ tags', ['ecs RegisterTaskDefinition']),

  // Services
  ...each(
    [
      'ecs CreateService | service',
      'ecs DescribeServices | services[]',
      'ecs UpdateService | service',
      'ecs DeleteService | service',
    ],
    {
      '- taskSets': 'only with the external and CodeDeploy controllers, which the lab does not have',
      '- deployments[].platformFamily': 'the lab has one platform and does not name it',
      '- deployments[].networkConfiguration': 'the lab keeps it with the service only',
      '+ platformVersion': 'AWS: API reference, Service',
      '+ deploymentConfiguration': 'AWS gives its defaults; moto loses them',
      '+ events[]': 'moto has no events',
      '+ createdAt': 'AWS: API reference, Service',
      '+ placementConstraints': 'AWS gives an empty list',
      '+ placementStrategy': 'AWS gives an empty list',
      '+ healthCheckGracePeriodSeconds': 'AWS gives 0 with a load balancer',
      '+ enableECSManagedTags': 'AWS: API reference, Service',
      '+ enableExecuteCommand': 'AWS: API reference, Service',
    },
  ),
  ...each(['ecs UpdateService | service', 'ecs DeleteService | service'], {
    '- tags': 'the lab gives tags where they are asked for and on creation',
  }),

  // Tasks
  ...each(['ecs RunTask | tasks[]', 'ecs DescribeTasks | tasks[]', 'ecs StopTask | task'], {
    '- containers[].exitCode': 'moto gives 0 to a container that runs',
    '- containers[].cpu': 'the lab keeps sizes with the task only',
    '- containers[].memory': 'the lab keeps sizes with the task only',
    '- startedBy': 'moto gives an empty text where nobody was named',
    '+ containers[].networkInterfaces[]': 'moto gives its tasks no address',
    '+ cpu': 'AWS: API reference, Task',
    '+ createdAt': 'AWS: API reference, Task',
    '+ memory': 'AWS: API reference, Task',
    '+ overrides.containerOverrides': 'AWS gives an empty list',
  }),
  ...each(['ecs RunTask | tasks[]', 'ecs DescribeTasks | tasks[]'], {
    '- stoppedReason': 'moto gives an empty text to a task that runs',
  }),
  ...each(['ecs DescribeTasks | tasks[]'], { '+ tags': 'AWS gives an empty list' }),
  ...each(['ecs DescribeTasks | tasks[]', 'ecs StopTask | task'], { '+ startedAt': 'AWS: API reference, Task' }),
  ...each(['ecs StopTask | task'], {
    '+ stopCode': 'moto has none',
    '+ stoppedReason': 'moto leaves it out here',
    '+ stoppingAt': 'AWS: API reference, Task',
  }),
  ...differing('moto leaves a stranger out of tasks and failures', '+ failures[]', ['ecs DescribeTasks of none']),

  // Load balancers
  ...each(['elb CreateLoadBalancer | LoadBalancers[]', 'elb DescribeLoadBalancers | LoadBalancers[]'], {
    '- CanonicalHostedZoneId': 'the lab has no DNS',
    '- AvailabilityZones[].ZoneName': 'the lab has no zones',
  }),
  ...each(['elb CreateLoadBalancer | LoadBalancers[]'], { '+ Scheme': 'AWS: API reference, LoadBalancer' }),
  ...each(
    ['a', 'b', 'c'].map((side) => `elb CreateTargetGroup ${side} | TargetGroups[]`),
    { '+ LoadBalancerArns': 'AWS gives an empty list' },
  ),
  ...each(
    ['elb CreateListener | Listeners[]', 'elb DescribeListeners | Listeners[]', 'elb ModifyListener | Listeners[]'],
    {
      '- SslPolicy': 'of TLS listeners; the lab has HTTP only',
      '- AlpnPolicy': 'of TLS listeners; the lab has HTTP only',
      '+ DefaultActions[].Order': 'AWS fills it in',
    },
  ),
  ...each(
    ['CreateRule', 'DescribeRules', 'DescribeRules of listener', 'ModifyRule'].map((call) => `elb ${call} | Rules[]`),
    {
      '+ Conditions[].PathPatternConfig': 'AWS gives Values in both places',
      '+ Actions[].Order': 'AWS fills it in',
    },
  ),
  ...each(['elb DescribeTargetHealth | TargetHealthDescriptions[].TargetHealth'], {
    '+ Reason': 'moto calls every target healthy; here it is in no rule, so unused',
    '+ Description': 'moto calls every target healthy; here it is in no rule, so unused',
  }),

  // Metrics
  ...differing('AWS gives an empty list', '+ Messages', [
    'cloudwatch GetMetricData Sum',
    'cloudwatch GetMetricData of none',
  ]),
  ...differing('one kind of number in JSON: 1 and 1.0', 'MetricDataResults[].Values[]: int / float', [
    'cloudwatch GetMetricData Sum',
  ]),
]

/** One difference of several calls. */
function differing(why: string, path: string, calls: readonly string[]): Known[] {
  return [{ calls, path, why }]
}

/** Differences within a structure, which each call has at its own place: `call | place`. */
function each(places: readonly string[], differences: Readonly<Record<string, string>>): Known[] {
  return Object.entries(differences).flatMap(([difference, why]) => {
    const [sign, member] = [difference.slice(0, 2), difference.slice(2)]
    return places.map((place) => {
      const [call = '', above = ''] = place.split(' | ')
      return { calls: [call], path: `${sign}${above}.${member}`, why }
    })
  })
}
