"""The same calls to whatever AWS_ENDPOINT_URL names: which members each answer has, of which types, or which error."""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

# One try each: a call that the other side cannot do answers 500, and shall not be repeated.
once = Config(retries={"total_max_attempts": 1})
ecs, elb, cloudwatch, sts, ec2 = (boto3.client(name, config=once) for name in ("ecs", "elbv2", "cloudwatch", "sts", "ec2"))
port = int(sys.argv[1])
results = {}


def paths(value, at=""):
    """Every member as path to type; a list's elements are taken together."""
    if isinstance(value, dict):
        found = {at: "structure"} if at else {}
        for name, member in value.items():
            if name != "ResponseMetadata":
                found.update(paths(member, f"{at}.{name}" if at else name))
        return found
    if isinstance(value, list):
        found = {at: "list"}
        for member in value:
            found.update(paths(member, f"{at}[]"))
        return found
    return {at: type(value).__name__}


def call(name, function, **given):
    assert name not in results, name
    try:
        answer = function(**given)
        results[name] = {"members": paths(answer)}
        return answer
    except ClientError as error:
        results[name] = {"error": error.response["Error"]["Code"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    except (BotoCoreError, ResponseParserError) as error:
        results[name] = {"error": type(error).__name__, "status": 0}


def place():
    """moto knows subnets and security groups and wants real ones; the lab has no EC2 and takes any."""
    try:
        found = ec2.describe_subnets()["Subnets"]
        return [each["SubnetId"] for each in found[:2]], found[0]["VpcId"], ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    except (ClientError, BotoCoreError, ResponseParserError):
        return ["subnet-a", "subnet-b"], "vpc-lab", "sg-a"


def until_started(tasks):
    """Not "until running": moto's tasks go on by one status with each look, and may be past it."""
    for _ in range(60):
        if all(task["lastStatus"] not in ("PROVISIONING", "PENDING") for task in ecs.describe_tasks(cluster="m", tasks=tasks)["tasks"]):
            return
        time.sleep(0.25)
    raise RuntimeError(f"{tasks} did not start within 15 s")


subnets, vpc, security_group = place()
call("sts GetCallerIdentity", sts.get_caller_identity)

# Clusters and task definitions
call("ecs CreateCluster", ecs.create_cluster, clusterName="m")
call("ecs ListClusters", ecs.list_clusters)
call("ecs DescribeClusters", ecs.describe_clusters, clusters=["m"])
call("ecs DescribeClusters of none", ecs.describe_clusters, clusters=["no"])
container = {"name": "web", "image": "web:v1", "cpu": 256, "memory": 512, "portMappings": [{"containerPort": 8080}]}
task = dict(family="m", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", containerDefinitions=[container])
definition = call("ecs RegisterTaskDefinition", ecs.register_task_definition, **task)["taskDefinition"]["taskDefinitionArn"]
call("ecs RegisterTaskDefinition without size", ecs.register_task_definition, **{**task, "cpu": "256", "memory": "123"})
call("ecs RegisterTaskDefinition bad family", ecs.register_task_definition, **{**task, "family": "a b"})
call("ecs DescribeTaskDefinition", ecs.describe_task_definition, taskDefinition="m")
call("ecs DescribeTaskDefinition unknown", ecs.describe_task_definition, taskDefinition="nothing")
call("ecs TagResource", ecs.tag_resource, resourceArn=definition, tags=[{"key": "team", "value": "shop"}])
call("ecs ListTagsForResource", ecs.list_tags_for_resource, resourceArn=definition)
call("ecs UntagResource", ecs.untag_resource, resourceArn=definition, tagKeys=["team"])

# Load balancer, groups, listener, rules
balancer = call("elb CreateLoadBalancer", elb.create_load_balancer, Name="m", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
call("elb CreateLoadBalancer other with that name", elb.create_load_balancer, Name="m", Subnets=subnets, Scheme="internal")
call("elb DescribeLoadBalancers", elb.describe_load_balancers, Names=["m"])
call("elb DescribeLoadBalancers unknown", elb.describe_load_balancers, Names=["no"])
call("elb DescribeLoadBalancerAttributes", elb.describe_load_balancer_attributes, LoadBalancerArn=balancer)
call("elb ModifyLoadBalancerAttributes", elb.modify_load_balancer_attributes, LoadBalancerArn=balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "61"}])
call("elb ModifyLoadBalancerAttributes unknown key", elb.modify_load_balancer_attributes, LoadBalancerArn=balancer, Attributes=[{"Key": "no", "Value": "61"}])
group = dict(Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip")
groups = [
    call(f"elb CreateTargetGroup {side}", elb.create_target_group, Name=f"m-{side}", HealthCheckPath="/healthz", **group)["TargetGroups"][0]["TargetGroupArn"]
    for side in ("a", "b")
]
lonely = call("elb CreateTargetGroup c", elb.create_target_group, Name="m-c", **group)["TargetGroups"][0]["TargetGroupArn"]
call("elb CreateTargetGroup other with that name", elb.create_target_group, Name="m-a", **{**group, "Port": 9090})
call("elb DescribeTargetGroups", elb.describe_target_groups, Names=["m-c"])
call("elb DescribeTargetGroups unknown", elb.describe_target_groups, Names=["no"])
call("elb DescribeTargetGroupAttributes", elb.describe_target_group_attributes, TargetGroupArn=groups[0])
call("elb ModifyTargetGroupAttributes", elb.modify_target_group_attributes, TargetGroupArn=groups[0], Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}])


def weighted(a, b):
    tuples = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(groups, (a, b))]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": tuples, "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}]


front = dict(LoadBalancerArn=balancer, Port=port, Protocol="HTTP")
listener = call("elb CreateListener", elb.create_listener, DefaultActions=weighted(100, 0), **front)["Listeners"][0]["ListenerArn"]
call("elb CreateListener on a taken port", elb.create_listener, DefaultActions=weighted(1, 0), **front)
call("elb DescribeListeners", elb.describe_listeners, ListenerArns=[listener])
call("elb DescribeListeners unknown", elb.describe_listeners, ListenerArns=[listener[:-4] + "beef"])
call("elb ModifyListener", elb.modify_listener, ListenerArn=listener, DefaultActions=weighted(50, 50))
path = [{"Field": "path-pattern", "Values": ["/a/*"]}]
rule = call("elb CreateRule", elb.create_rule, ListenerArn=listener, Priority=10, Conditions=path, Actions=weighted(100, 0))["Rules"][0]["RuleArn"]
call("elb CreateRule of that priority", elb.create_rule, ListenerArn=listener, Priority=10, Conditions=path, Actions=weighted(1, 1))
call("elb CreateRule unknown listener", elb.create_rule, ListenerArn=listener[:-4] + "beef", Priority=11, Conditions=path, Actions=weighted(1, 1))
call("elb DescribeRules", elb.describe_rules, RuleArns=[rule])
rules = call("elb DescribeRules of listener", elb.describe_rules, ListenerArn=listener)["Rules"]
default = next(each["RuleArn"] for each in rules if each["IsDefault"])
call("elb DescribeRules unknown", elb.describe_rules, RuleArns=[rule[:-4] + "beef"])
call("elb ModifyRule", elb.modify_rule, RuleArn=rule, Actions=weighted(0, 100))
call("elb ModifyRule unknown", elb.modify_rule, RuleArn=rule[:-4] + "beef", Actions=weighted(0, 100))
call("elb ModifyRule unknown group", elb.modify_rule, RuleArn=rule, Actions=[{"Type": "forward", "TargetGroupArn": groups[0] + "0"}])
call("elb ModifyRule weight 1000", elb.modify_rule, RuleArn=rule, Actions=weighted(1000, 0))
call("elb ModifyRule default", elb.modify_rule, RuleArn=default, Actions=weighted(100, 0))
call("elb AddTags", elb.add_tags, ResourceArns=[rule], Tags=[{"Key": "interlock:lease", "Value": "4711 2026-01-01T00:00:00Z"}])
call("elb AddTags unknown", elb.add_tags, ResourceArns=[rule[:-4] + "beef"], Tags=[{"Key": "a", "Value": "b"}])
call("elb AddTags forbidden letter", elb.add_tags, ResourceArns=[rule], Tags=[{"Key": "a", "Value": "{}"}])
call("elb DescribeTags", elb.describe_tags, ResourceArns=[rule])
call("elb RemoveTags", elb.remove_tags, ResourceArns=[rule], TagKeys=["interlock:lease"])
call("elb RegisterTargets", elb.register_targets, TargetGroupArn=lonely, Targets=[{"Id": "10.0.0.9", "Port": 8080}])
call("elb RegisterTargets unknown group", elb.register_targets, TargetGroupArn=groups[0] + "0", Targets=[{"Id": "10.0.0.9"}])
call("elb DescribeTargetHealth", elb.describe_target_health, TargetGroupArn=lonely)
call("elb DescribeTargetHealth unknown", elb.describe_target_health, TargetGroupArn=groups[0] + "0")
call("elb DeregisterTargets", elb.deregister_targets, TargetGroupArn=lonely, Targets=[{"Id": "10.0.0.9", "Port": 8080}])

# Services and tasks
network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [security_group]}}
run = dict(cluster="m", launchType="FARGATE", networkConfiguration=network)
service = dict(serviceName="s", taskDefinition="m", desiredCount=1, loadBalancers=[{"targetGroupArn": groups[0], "containerName": "web", "containerPort": 8080}], **run)
call("ecs CreateService", ecs.create_service, **service)
call("ecs CreateService unknown definition", ecs.create_service, **{**service, "serviceName": "t", "taskDefinition": "nothing"})
call("ecs CreateService unknown cluster", ecs.create_service, **{**service, "cluster": "no"})
call("ecs ListServices", ecs.list_services, cluster="m")
call("ecs ListServices unknown cluster", ecs.list_services, cluster="no")
call("ecs DescribeServices", ecs.describe_services, cluster="m", services=["s"])
call("ecs DescribeServices of none", ecs.describe_services, cluster="m", services=["x"])
call("ecs DescribeServices unknown cluster", ecs.describe_services, cluster="no", services=["x"])
call("ecs UpdateService", ecs.update_service, cluster="m", service="s", desiredCount=0)
call("ecs UpdateService unknown", ecs.update_service, cluster="m", service="x", desiredCount=1)
call("ecs UpdateService unknown definition", ecs.update_service, cluster="m", service="s", taskDefinition="nothing")
started = call("ecs RunTask", ecs.run_task, taskDefinition="m", **run)["tasks"][0]["taskArn"]
call("ecs RunTask unknown definition", ecs.run_task, taskDefinition="nothing", **run)
call("ecs RunTask unknown cluster", ecs.run_task, taskDefinition="m", **{**run, "cluster": "no"})
call("ecs ListTasks", ecs.list_tasks, cluster="m", family="m")
call("ecs ListTasks unknown cluster", ecs.list_tasks, cluster="no")
until_started([started])
call("ecs DescribeTasks", ecs.describe_tasks, cluster="m", tasks=[started])
call("ecs DescribeTasks of none", ecs.describe_tasks, cluster="m", tasks=["0" * 32])
call("ecs StopTask", ecs.stop_task, cluster="m", task=started)
call("ecs StopTask unknown", ecs.stop_task, cluster="m", task="0" * 32)
call("ecs DeleteService", ecs.delete_service, cluster="m", service="s", force=True)
call("ecs DeleteService unknown", ecs.delete_service, cluster="m", service="x")

# Metrics
now = datetime.now(timezone.utc)
point = {"MetricName": "Orders", "Value": 1, "Dimensions": [{"Name": "a", "Value": "b"}]}


def query(stat, name="Orders"):
    metric = {"Namespace": "Shop", "MetricName": name, "Dimensions": point["Dimensions"]}
    return dict(
        StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=2),
        MetricDataQueries=[{"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}],
    )


call("cloudwatch PutMetricData", cloudwatch.put_metric_data, Namespace="Shop", MetricData=[point])
call("cloudwatch PutMetricData of AWS", cloudwatch.put_metric_data, Namespace="AWS/Shop", MetricData=[point])
call("cloudwatch PutMetricData value and values", cloudwatch.put_metric_data, Namespace="Shop", MetricData=[{**point, "Values": [1.0]}])
call("cloudwatch ListMetrics", cloudwatch.list_metrics, Namespace="Shop")
call("cloudwatch GetMetricData Sum", cloudwatch.get_metric_data, **query("Sum"))
call("cloudwatch GetMetricData p99", cloudwatch.get_metric_data, **query("p99"))
call("cloudwatch GetMetricData of none", cloudwatch.get_metric_data, **query("Sum", "Nothing"))
call("cloudwatch GetMetricData backwards", cloudwatch.get_metric_data, **{**query("Sum"), "EndTime": now - timedelta(hours=1)})

# Deletions
call("elb DeleteTargetGroup in use", elb.delete_target_group, TargetGroupArn=groups[0])
call("elb DeleteTargetGroup", elb.delete_target_group, TargetGroupArn=lonely)
call("elb DeleteRule", elb.delete_rule, RuleArn=rule)
call("elb DeleteRule unknown", elb.delete_rule, RuleArn=rule)
call("elb DeleteListener", elb.delete_listener, ListenerArn=listener)
call("elb DeleteListener unknown", elb.delete_listener, ListenerArn=listener)
call("elb DeleteLoadBalancer", elb.delete_load_balancer, LoadBalancerArn=balancer)
call("elb DeleteLoadBalancer again", elb.delete_load_balancer, LoadBalancerArn=balancer)
print(json.dumps(results))
