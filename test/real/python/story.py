"""A cluster, two services of two tasks and a weighted listener, made, used and read back with boto3 alone."""

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError

ecs, elb, cloudwatch, sts = (boto3.client(name) for name in ("ecs", "elbv2", "cloudwatch", "sts"))
port = int(sys.argv[1])


def error_of(call, **given):
    try:
        call(**given)
        return "none"
    except ClientError as error:
        return error.response["Error"]["Code"]


def curl(url):
    out = subprocess.run(["curl", "-s", "-o", "/dev/null", "-D", "-", url], capture_output=True, text=True, check=True)
    headers = dict(line.lower().split(": ", 1) for line in out.stdout.splitlines() if ": " in line)
    return headers.get("x-app-version", out.stdout.splitlines()[0])


cluster = ecs.create_cluster(clusterName="boto")["cluster"]
balancer = elb.create_load_balancer(Name="boto", Subnets=["subnet-a"])["LoadBalancers"][0]
groups = []
for side in ("blue", "green"):
    group = elb.create_target_group(
        Name=f"boto-{side}", Protocol="HTTP", Port=8080, VpcId="vpc-lab", TargetType="ip", HealthCheckPath="/healthz",
        HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2,
    )["TargetGroups"][0]
    groups.append(group["TargetGroupArn"])


def weighted(blue, green):
    tuples = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(groups, (blue, green))]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": tuples}}]


listener = elb.create_listener(
    LoadBalancerArn=balancer["LoadBalancerArn"], Port=port, Protocol="HTTP", DefaultActions=weighted(100, 0)
)["Listeners"][0]
for version in ("v1", "v2"):
    ecs.register_task_definition(
        family=f"boto-{version}", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": f"web:{version}", "portMappings": [{"containerPort": 8080}]}],
    )
for side, version, group in (("blue", "v1", groups[0]), ("green", "v2", groups[1])):
    ecs.create_service(
        cluster="boto", serviceName=side, taskDefinition=f"boto-{version}", desiredCount=2, launchType="FARGATE",
        loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 8080}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-a"]}},
    )
ecs.get_waiter("services_stable").wait(
    cluster="boto", services=["blue", "green"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
)
for arn in groups:
    elb.get_waiter("target_in_service").wait(TargetGroupArn=arn, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

url = f"http://{balancer['DNSName']}:{port}/"
before = [curl(url) for _ in range(20)]
elb.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=weighted(0, 100))
time.sleep(0.5)
after = [curl(url) for _ in range(10)]

tasks = ecs.list_tasks(cluster="boto", serviceName="blue")["taskArns"]
described = ecs.describe_tasks(cluster="boto", tasks=tasks)["tasks"]
tail = balancer["LoadBalancerArn"].split(":loadbalancer/")[1]
now = datetime.now(timezone.utc)


def total(metric, *dimensions):
    result = cloudwatch.get_metric_data(
        StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=2),
        MetricDataQueries=[{
            "Id": "q",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": metric, "Dimensions": list(dimensions)},
                "Period": 60, "Stat": "Sum",
            },
        }],
    )["MetricDataResults"][0]
    assert result["StatusCode"] == "Complete"
    return sum(result["Values"])


of_balancer = {"Name": "LoadBalancer", "Value": tail}
cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 3}, {"MetricName": "Orders", "Value": 4}])
own = cloudwatch.get_metric_data(
    StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=2),
    MetricDataQueries=[{"Id": "o", "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Orders"}, "Period": 60, "Stat": "Sum"}}],
)["MetricDataResults"][0]["Values"]

print(json.dumps({
    "clusterStatus": cluster["status"],
    "account": sts.get_caller_identity()["Account"],
    "before": before,
    "after": after,
    "runningTasks": [task["lastStatus"] for task in described],
    "health": [[each["TargetHealth"]["State"] for each in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]] for arn in groups],
    "requests": total("RequestCount", of_balancer),
    "requestsByGroup": [total("RequestCount", of_balancer, {"Name": "TargetGroup", "Value": arn.split(":")[-1]}) for arn in groups],
    "listed": sorted({metric["MetricName"] for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/ApplicationELB") for metric in page["Metrics"]}),
    "own": sum(own),
    "errors": {
        "unknownCluster": error_of(ecs.list_services, cluster="nowhere"),
        "unknownService": error_of(ecs.update_service, cluster="boto", service="nowhere", desiredCount=1),
        "unknownGroup": error_of(elb.describe_target_health, TargetGroupArn=groups[0] + "0"),
        "duplicateBalancer": error_of(elb.create_load_balancer, Name="boto", Subnets=["subnet-b"], Scheme="internal"),
        "duplicateListener": error_of(elb.create_listener, LoadBalancerArn=balancer["LoadBalancerArn"], Port=port, Protocol="HTTP", DefaultActions=weighted(1, 0)),
        "groupInUse": error_of(elb.delete_target_group, TargetGroupArn=groups[0]),
        "reservedNamespace": error_of(cloudwatch.put_metric_data, Namespace="AWS/ELB", MetricData=[{"MetricName": "x", "Value": 1}]),
        "unknownOperation": error_of(ecs.list_service_deployments, cluster="boto", service="blue"),
    },
}))
