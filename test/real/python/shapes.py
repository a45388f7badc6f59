"""The same calls to whatever AWS_ENDPOINT_URL names: which members each answer has, of which types, or which error."""

import json

import boto3
from botocore.exceptions import ClientError

ecs, elb, cloudwatch, sts = (boto3.client(name) for name in ("ecs", "elbv2", "cloudwatch", "sts"))
ec2_subnets = None
results = {}


def shape(value):
    if isinstance(value, dict):
        return {name: shape(member) for name, member in sorted(value.items()) if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def call(name, function, **given):
    try:
        answer = function(**given)
        results[name] = {"shape": shape(answer)}
        return answer
    except ClientError as error:
        results[name] = {"error": error.response["Error"]["Code"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
        return None


def subnets():
    """moto knows subnets and wants real ones; the lab takes any."""
    try:
        found = boto3.client("ec2").describe_subnets()["Subnets"]
        return [each["SubnetId"] for each in found[:2]], found[0]["VpcId"]
    except Exception:
        return ["subnet-a", "subnet-b"], "vpc-lab"


subnet_ids, vpc = subnets()
call("sts GetCallerIdentity", sts.get_caller_identity)
call("ecs CreateCluster", ecs.create_cluster, clusterName="m")
call("ecs ListClusters", ecs.list_clusters)
call("ecs DescribeClusters", ecs.describe_clusters, clusters=["m"])
call("ecs DescribeClusters missing", ecs.describe_clusters, clusters=["no"])
task = dict(
    family="m", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
    containerDefinitions=[{"name": "web", "image": "web:v1", "cpu": 256, "memory": 512, "portMappings": [{"containerPort": 8080}]}],
)
definition = call("ecs RegisterTaskDefinition", ecs.register_task_definition, **task)
call("ecs DescribeTaskDefinition", ecs.describe_task_definition, taskDefinition="m")
call("ecs DescribeTaskDefinition unknown", ecs.describe_task_definition, taskDefinition="nothing")
arn = definition["taskDefinition"]["taskDefinitionArn"]
call("ecs TagResource", ecs.tag_resource, resourceArn=arn, tags=[{"key": "team", "value": "shop"}])
call("ecs ListTagsForResource", ecs.list_tags_for_resource, resourceArn=arn)
call("ecs UntagResource", ecs.untag_resource, resourceArn=arn, tagKeys=["team"])
call("ecs DescribeServices unknown cluster", ecs.describe_services, cluster="no", services=["x"])
call("ecs DescribeServices missing", ecs.describe_services, cluster="m", services=["x"])
call("ecs UpdateService missing", ecs.update_service, cluster="m", service="x", desiredCount=1)
call("ecs ListTasks", ecs.list_tasks, cluster="m")

balancer = call("elb CreateLoadBalancer", elb.create_load_balancer, Name="m", Subnets=subnet_ids)["LoadBalancers"][0]
call("elb DescribeLoadBalancers", elb.describe_load_balancers, Names=["m"])
call("elb DescribeLoadBalancers unknown", elb.describe_load_balancers, Names=["no"])
groups = [
    call(f"elb CreateTargetGroup {side}", elb.create_target_group, Name=f"m-{side}", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    for side in ("a", "b")
]


def weighted(a, b):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": groups[0], "Weight": a}, {"TargetGroupArn": groups[1], "Weight": b}], "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}]


call("elb DescribeTargetGroups unknown", elb.describe_target_groups, Names=["no"])
call("elb DescribeTargetGroupAttributes", elb.describe_target_group_attributes, TargetGroupArn=groups[0])
call("elb ModifyTargetGroupAttributes", elb.modify_target_group_attributes, TargetGroupArn=groups[0], Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}])
call("elb ModifyLoadBalancerAttributes", elb.modify_load_balancer_attributes, LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "61"}])
listener = call("elb CreateListener", elb.create_listener, LoadBalancerArn=balancer["LoadBalancerArn"], Port=8099, Protocol="HTTP", DefaultActions=weighted(100, 0))["Listeners"][0]["ListenerArn"]
call("elb DescribeListeners", elb.describe_listeners, ListenerArns=[listener])
call("elb ModifyListener", elb.modify_listener, ListenerArn=listener, DefaultActions=weighted(50, 50))
path = [{"Field": "path-pattern", "Values": ["/a/*"]}]
rule = call("elb CreateRule", elb.create_rule, ListenerArn=listener, Priority=10, Conditions=path, Actions=weighted(100, 0))["Rules"][0]["RuleArn"]
call("elb CreateRule same priority", elb.create_rule, ListenerArn=listener, Priority=10, Conditions=path, Actions=weighted(1, 1))
call("elb DescribeRules", elb.describe_rules, RuleArns=[rule])
call("elb DescribeRules by listener", elb.describe_rules, ListenerArn=listener)
call("elb DescribeRules unknown", elb.describe_rules, RuleArns=[rule[:-1] + "x"])
call("elb ModifyRule", elb.modify_rule, RuleArn=rule, Actions=weighted(0, 100))
call("elb ModifyRule unknown group", elb.modify_rule, RuleArn=rule, Actions=[{"Type": "forward", "TargetGroupArn": groups[0] + "0"}])
call("elb ModifyRule weight 1000", elb.modify_rule, RuleArn=rule, Actions=weighted(1000, 0))
call("elb AddTags", elb.add_tags, ResourceArns=[rule], Tags=[{"Key": "interlock:lease", "Value": "4711 2026-01-01T00:00:00Z"}])
call("elb DescribeTags", elb.describe_tags, ResourceArns=[rule])
call("elb RemoveTags", elb.remove_tags, ResourceArns=[rule], TagKeys=["interlock:lease"])
call("elb RegisterTargets", elb.register_targets, TargetGroupArn=groups[0], Targets=[{"Id": "10.0.0.9", "Port": 8080}])
call("elb DescribeTargetHealth unknown", elb.describe_target_health, TargetGroupArn=groups[0] + "0")
call("elb DeleteTargetGroup in use", elb.delete_target_group, TargetGroupArn=groups[0])
call("cloudwatch PutMetricData", cloudwatch.put_metric_data, Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 1, "Dimensions": [{"Name": "a", "Value": "b"}]}])
call("cloudwatch ListMetrics", cloudwatch.list_metrics, Namespace="Shop")
print(json.dumps(results))
