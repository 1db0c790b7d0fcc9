"""The rules about Model Monitor and Clarify: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


def group(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


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
NAMING_SCHEDULE = """
Schedule:
  Type: AWS::SageMaker::MonitoringSchedule
  Properties:
    MonitoringScheduleName: hourly
    MonitoringScheduleConfig: {MonitoringType: DataQuality, MonitoringJobDefinitionName: quality}
"""
TRANSIT_ROUTE = """
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: {Ref: PrivateRoutes}
    DestinationCidrBlock: 0.0.0.0/0
    TransitGatewayId: tgw-0ab
"""

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-JOB-11",
        [
            "violated warning Monitor.NetworkConfig.EnableNetworkIsolation: network isolation bars the Clarify job from its shadow endpoint"
        ],
    ),
    (
        "SMN-JOB-12",
        ["violated warning Monitor.NetworkConfig.EnableNetworkIsolation: EnableNetworkIsolation is not true"],
    ),
    (
        "SMN-JOB-13",
        [
            "violated warning Monitor.NetworkConfig.EnableInterContainerTrafficEncryption: EnableInterContainerTrafficEncryption is not true"
        ],
    ),
    (
        "SMN-JOB-14",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach the SageMaker API: VPC Vpc has no endpoint for sagemaker.api, and PrivateRoutes has no default route",
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach the SageMaker runtime: VPC Vpc has no endpoint for sagemaker.runtime, and PrivateRoutes has no default route",
        ],
    ),
    (
        "SMN-JOB-22",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach Amazon CloudWatch: VPC Vpc has no endpoint for monitoring, and PrivateRoutes has no default route"
        ],
    ),
    (
        "SMN-JOB-23",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: the job is in VPC OtherVpc, but model Model in VPC Vpc"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-11",
        "keeps",
        {
            "Monitor": None,
            "Schedule.MonitoringScheduleConfig.MonitoringType": "ModelBias",
            "Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig": {"EnableNetworkIsolation": True},
        },
        SCHEDULE,
        [
            "violated warning Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.EnableNetworkIsolation: network isolation bars the Clarify job from its shadow endpoint"
        ],
        id="SMN-JOB-11: a schedule with a definition of its own says so by its type",
    ),
    pytest.param(
        "SMN-JOB-11",
        "breaks",
        {
            "Monitor": None,
            "Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig": {"EnableNetworkIsolation": True},
        },
        SCHEDULE,
        [],
        id="SMN-JOB-11: a data quality monitor calls no model",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {"Monitor": None},
        SCHEDULE,
        [
            "violated warning Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.EnableNetworkIsolation: EnableNetworkIsolation is not true"
        ],
        id="SMN-JOB-12: a schedule with a definition of its own",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {"Monitor": None, "Schedule.MonitoringScheduleConfig.MonitoringType": "ModelBias"},
        SCHEDULE,
        [],
        id="SMN-JOB-12: a bias schedule is left out",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {"Monitor.JobDefinitionName": "quality"},
        NAMING_SCHEDULE,
        ["satisfied warning Monitor"],
        id="SMN-JOB-12: a schedule that names a definition of the templates is judged there",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {},
        NAMING_SCHEDULE,
        [
            "satisfied warning Monitor",
            "unverified warning Schedule: job definition quality is not defined in the templates: check the stack that defines it along with this one",
        ],
        id="SMN-JOB-12: a schedule that names one of elsewhere cannot be judged",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {"Monitor.NetworkConfig.EnableNetworkIsolation": HIDDEN},
        "",
        [
            "unverified warning Monitor: Monitor.NetworkConfig.EnableNetworkIsolation is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-12: isolation that is a parameter",
    ),
    pytest.param(
        "SMN-JOB-12",
        "keeps",
        {"Monitor.NetworkConfig.EnableNetworkIsolation": "true"},
        "",
        ["satisfied warning Monitor"],
        id="SMN-JOB-12: a truth value as text is one",
    ),
    pytest.param(
        "SMN-JOB-13",
        "keeps",
        {"Monitor": None, "Schedule.MonitoringScheduleConfig.MonitoringType": "ModelQuality"},
        SCHEDULE,
        [
            "violated warning Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.EnableInterContainerTrafficEncryption: EnableInterContainerTrafficEncryption is not true"
        ],
        id="SMN-JOB-13: a schedule with a definition of its own",
    ),
    pytest.param(
        "SMN-JOB-13",
        "keeps",
        {},
        NAMING_SCHEDULE,
        [
            "satisfied warning Monitor",
            "unverified warning Schedule: job definition quality is not defined in the templates: check the stack that defines it along with this one",
        ],
        id="SMN-JOB-13: a schedule that names one of elsewhere cannot be judged",
    ),
    pytest.param(
        "SMN-JOB-14",
        "breaks",
        {
            "Monitor": None,
            "Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig": {
                "VpcConfig": {"Subnets": [ref("SubnetA")], "SecurityGroupIds": [group("JobGroup")]}
            },
        },
        SCHEDULE,
        [],
        id="SMN-JOB-14: a data quality monitor dials no SageMaker",
    ),
    pytest.param(
        "SMN-JOB-14",
        "breaks",
        {},
        TRANSIT_ROUTE,
        [
            "unverified warning Monitor: not in the templates: what lies behind tgw-0ab, to which DefaultRoute sends 0.0.0.0/0: confirm at the other end that it is handed on"
        ],
        id="SMN-JOB-14: a transit gateway may lead there",
    ),
    pytest.param(
        "SMN-JOB-14",
        "keeps",
        {
            "EndpointGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "192.168.0.0/16"}
            ]
        },
        "",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach the SageMaker API: security group EndpointGroup of endpoint ApiEndpoint does not admit TCP 443 from JobGroup",
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach the SageMaker runtime: security group EndpointGroup of endpoint RuntimeEndpoint does not admit TCP 443 from JobGroup",
        ],
        id="SMN-JOB-14: an endpoint that does not admit the job is as good as none",
    ),
    pytest.param(
        "SMN-JOB-22",
        "breaks",
        {"S3Endpoint": None},
        "",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route",
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach Amazon CloudWatch: VPC Vpc has no endpoint for monitoring, and PrivateRoutes has no default route",
        ],
        id="SMN-JOB-22: both are missing",
    ),
    pytest.param(
        "SMN-JOB-22",
        "keeps",
        {
            "Monitor": None,
            "MonitoringEndpoint": None,
            "Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig": {
                "VpcConfig": {"Subnets": [ref("SubnetA")], "SecurityGroupIds": [group("JobGroup")]}
            },
        },
        SCHEDULE,
        [
            "violated warning Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.VpcConfig.Subnets: SubnetA does not reach Amazon CloudWatch: VPC Vpc has no endpoint for monitoring, and PrivateRoutes has no default route"
        ],
        id="SMN-JOB-22: a schedule with a definition of its own",
    ),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Monitor.ModelBiasJobInput.EndpointInput.EndpointName": "churn", "Endpoint.EndpointName": "churn"},
        "",
        [
            "violated warning Monitor.NetworkConfig.VpcConfig.Subnets: the job is in VPC OtherVpc, but model Model in VPC Vpc"
        ],
        id="SMN-JOB-23: an endpoint by its literal name",
    ),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Monitor.ModelBiasJobInput.EndpointInput.EndpointName": "churn"},
        "",
        [
            "unverified warning Monitor: endpoint churn is not defined in the templates: check the stack that defines it along with this one"
        ],
        id="SMN-JOB-23: an endpoint that is not in the templates",
    ),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Monitor.ModelBiasJobInput.EndpointInput.EndpointName": HIDDEN},
        "",
        [
            "unverified warning Monitor: which endpoint parameter Hidden is: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-23: an endpoint that is a parameter",
    ),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Endpoint.EndpointConfigName": "elsewhere"},
        "",
        [
            "unverified warning Monitor: endpoint configuration elsewhere is not defined in the templates: check the stack that defines it along with this one"
        ],
        id="SMN-JOB-23: an endpoint configuration that is not in the templates",
    ),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Monitor.NetworkConfig": None},
        "",
        ["violated warning Monitor.NetworkConfig.VpcConfig: no VpcConfig, but model Model is in VPC Vpc"],
        id="SMN-JOB-23: a job outside the VPC of the model",
    ),
    pytest.param("SMN-JOB-23", "breaks", {"Model.VpcConfig": None}, "", [], id="SMN-JOB-23: a model outside any VPC"),
    pytest.param(
        "SMN-JOB-23",
        "breaks",
        {"Monitor.ModelBiasJobInput.EndpointInput": None},
        "",
        [],
        id="SMN-JOB-23: a batch transform has no endpoint",
    ),
    pytest.param(
        "SMN-JOB-23",
        "keeps",
        {
            "Monitor": None,
            "Schedule.MonitoringScheduleConfig.MonitoringType": "ModelBias",
            "Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringInputs.0.EndpointInput.EndpointName": {
                "Fn::GetAtt": ["Endpoint", "EndpointName"]
            },
        },
        SCHEDULE,
        [
            "violated warning Schedule.MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.VpcConfig: no VpcConfig, but model Model is in VPC Vpc"
        ],
        id="SMN-JOB-23: a schedule with a definition of its own",
    ),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
