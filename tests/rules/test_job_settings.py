"""The rules about what else is set on jobs and around them: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


HIDDEN = {"Ref": "Hidden"}
SCHEDULE = """
Schedule:
  Type: AWS::SageMaker::MonitoringSchedule
  Properties:
    MonitoringScheduleName: hourly
    MonitoringScheduleConfig:
      MonitoringType: DataQuality
      MonitoringJobDefinition:
        RoleArn: arn:aws:iam::111122223333:role/monitor
        MonitoringAppSpecification: {ImageUri: monitor}
        MonitoringInputs:
        - EndpointInput: {EndpointName: churn, LocalPath: /opt/ml/processing/input}
        MonitoringOutputConfig:
          MonitoringOutputs:
          - S3Output: {S3Uri: 's3://reports', LocalPath: /opt/ml/processing/output}
        MonitoringResources:
          ClusterConfig: {InstanceCount: 1, InstanceType: ml.m5.xlarge, VolumeSizeInGB: 30}
"""
INTERFACE_ENDPOINTS = """
Api:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcEndpointType: Interface
    VpcId: {Ref: Vpc}
    ServiceName: com.amazonaws.eu-west-1.sagemaker.api
    SubnetIds:
    - {Ref: SubnetA}
"""

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-JOB-09",
        [
            "violated info Job.NetworkConfig: no VpcConfig: the job runs in SageMaker's own network, with internet access"
        ],
    ),
    (
        "SMN-JOB-10",
        [
            "violated info Job: network isolation: the container calls neither Amazon S3 nor any endpoint itself; SageMaker moves its data through SubnetId (not in the templates)"
        ],
    ),
    (
        "SMN-JOB-15",
        [
            "violated info Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no way to the internet: the code can call only s3"
        ],
    ),
    (
        "SMN-JOB-19",
        [
            "violated info Model.ModelName: the name churn is fixed: a change of the network settings fails until it changes too"
        ],
    ),
    ("SMN-JOB-20", ["violated info Vpc: no flow log records the traffic of Job"]),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-09",
        "breaks",
        {"Job": None},
        SCHEDULE,
        [
            "violated info Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig: no VpcConfig: the job runs in SageMaker's own network, with internet access"
        ],
        id="SMN-JOB-09: a schedule with a definition of its own",
    ),
    pytest.param(
        "SMN-JOB-10",
        "breaks",
        {"Job.NetworkConfig.VpcConfig": None},
        "",
        [
            "violated info Job: network isolation: the container calls neither Amazon S3 nor any endpoint itself; SageMaker moves its data through its own network"
        ],
        id="SMN-JOB-10: without VPC the data moves by SageMaker's own network",
    ),
    pytest.param(
        "SMN-JOB-15",
        "breaks",
        {},
        INTERFACE_ENDPOINTS,
        [
            "violated info Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no way to the internet: the code can call only s3 and sagemaker.api"
        ],
        id="SMN-JOB-15: endpoints are named",
    ),
    pytest.param(
        "SMN-JOB-15",
        "breaks",
        {"Job.NetworkConfig.EnableNetworkIsolation": True},
        "",
        [],
        id="SMN-JOB-15: a container without network calls nothing anyway",
    ),
    pytest.param(
        "SMN-JOB-15",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.Subnets": [HIDDEN]},
        "",
        [
            "unverified info Job: the route table of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-JOB-15: a subnet that is made elsewhere is unverified",
    ),
    pytest.param(
        "SMN-JOB-19",
        "keeps",
        {"Model.ModelName": {"Fn::Sub": "${AWS::StackName}-churn"}},
        "",
        [
            "violated info Model.ModelName: the name ${AWS::StackName}-churn is fixed: a change of the network settings fails until it changes too"
        ],
        id="SMN-JOB-19: the stack's name in it does not make the name free",
    ),
    pytest.param(
        "SMN-JOB-19",
        "keeps",
        {"Model.ModelName": {"Fn::Sub": "churn-${Hidden}"}},
        "",
        [
            "unverified info Model: whether ModelName churn-${Hidden} changes with the network settings: leave the name to CloudFormation"
        ],
        id="SMN-JOB-19: a parameter in it may change the name",
    ),
    pytest.param(
        "SMN-JOB-20",
        "keeps",
        {"FlowLog.ResourceType": "Subnet", "FlowLog.ResourceId": ref("SubnetA")},
        "",
        ["satisfied info Vpc"],
        id="SMN-JOB-20: a flow log of each subnet will do",
    ),
    pytest.param(
        "SMN-JOB-20",
        "keeps",
        {"FlowLog.ResourceId": HIDDEN},
        "",
        ["unverified info Vpc: whether VPC Hidden is Vpc: give its value with --parameter Hidden=VALUE"],
        id="SMN-JOB-20: a flow log of a parameter may be of this VPC",
    ),
    pytest.param("SMN-JOB-20", "breaks", {"Job": None}, "", [], id="SMN-JOB-20: a VPC without jobs needs none"),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
