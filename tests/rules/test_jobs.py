"""The rules about network settings of jobs: the words of each breaking example, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


HIDDEN = {"Ref": "Hidden"}
CLUSTER = """
Cluster:
  Type: AWS::SageMaker::Cluster
  Properties:
    VpcConfig:
      Subnets:
      - {Ref: SubnetId}
      SecurityGroupIds:
      - {Ref: GroupId}
    InstanceGroups:
    - InstanceGroupName: a
      InstanceCount: 1
      InstanceType: ml.p5.48xlarge
      ExecutionRole: role
      OverrideVpcConfig:
        Subnets: []
        SecurityGroupIds:
        - {Ref: GroupId}
"""
NAMING_SCHEDULE = """
Schedule:
  Type: AWS::SageMaker::MonitoringSchedule
  Properties:
    MonitoringScheduleName: hourly
    MonitoringScheduleConfig: {MonitoringType: DataQuality, MonitoringJobDefinitionName: quality}
"""
PUBLIC_ROUTE = """
InternetGateway: {Type: 'AWS::EC2::InternetGateway'}
Attachment:
  Type: AWS::EC2::VPCGatewayAttachment
  Properties:
    VpcId: {Ref: Vpc}
    InternetGatewayId: {Ref: InternetGateway}
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: {Ref: PrivateRoutes}
    DestinationCidrBlock: 0.0.0.0/0
    GatewayId: {Ref: InternetGateway}
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
        "SMN-JOB-01",
        ["violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: the VPC configuration names no security group"],
    ),
    (
        "SMN-JOB-03",
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route"
        ],
    ),
    (
        "SMN-JOB-08",
        [
            "violated warning Job.NetworkConfig.VpcConfig.Subnets: PublicSubnet is public (0.0.0.0/0 -> InternetGateway (PublicDefaultRoute)), which a private address cannot use"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-01",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.Subnets": [ref("SubnetId")] * 17},
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: the VPC configuration names 17 subnets, at most 16 are allowed"
        ],
        id="SMN-JOB-01: more than 16 subnets are too many",
    ),
    pytest.param(
        "SMN-JOB-01",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.SecurityGroupIds": [ref("GroupId")] * 6},
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: the VPC configuration names 6 security groups, at most 5 are allowed"
        ],
        id="SMN-JOB-01: more than five groups are too many",
    ),
    pytest.param(
        "SMN-JOB-01",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.Subnets": HIDDEN},
        "",
        ["violated error Job.NetworkConfig.VpcConfig.SecurityGroupIds: the VPC configuration names no security group"],
        id="SMN-JOB-01: a parameter for a whole list hides how many there are, and not what is wrong with the other",
    ),
    pytest.param(
        "SMN-JOB-01",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.Subnets": HIDDEN},
        "",
        [
            "unverified error Job: Job.NetworkConfig.VpcConfig.Subnets is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-01: a parameter for a whole list alone is unverified",
    ),
    pytest.param(
        "SMN-JOB-01",
        "keeps",
        {"Job": None},
        CLUSTER,
        ["violated error Cluster.InstanceGroups.0.OverrideVpcConfig.Subnets: the VPC configuration names no subnet"],
        id="SMN-JOB-01: an instance group of a cluster has a configuration of its own",
    ),
    pytest.param(
        "SMN-JOB-01",
        "keeps",
        {"Job": None},
        NAMING_SCHEDULE,
        [],
        id="SMN-JOB-01: a schedule that names its definition is judged there",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {},
        PUBLIC_ROUTE,
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no path to Amazon S3: subnet SubnetA leads to internet gateway InternetGateway (DefaultRoute), and Job has a private address only"
        ],
        id="SMN-JOB-03: a public subnet without S3 endpoint has no path either",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {},
        TRANSIT_ROUTE,
        [
            "unverified error Job: whether 0.0.0.0/0 -> tgw-0ab (DefaultRoute) of subnet SubnetA leads to S3: confirm at the other end that it is handed on"
        ],
        id="SMN-JOB-03: what lies behind a transit gateway is not in the template",
    ),
    pytest.param(
        "SMN-JOB-03",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.Subnets": [HIDDEN]},
        "",
        ["unverified error Job: the VPC of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"],
        id="SMN-JOB-03: a subnet that is made elsewhere is unverified",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {"Job.NetworkConfig.VpcConfig.Subnets": [HIDDEN, ref("SubnetA")]},
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route"
        ],
        id="SMN-JOB-03: an unknown subnet does not hide what is wrong with another",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {"Job.NetworkConfig.EnableNetworkIsolation": True},
        "",
        [
            "violated error Job.NetworkConfig.VpcConfig.Subnets: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route"
        ],
        id="SMN-JOB-03: isolation from the network does not excuse: SageMaker moves the data",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {
            "Job": None,
            "JobGroup.Metadata.SageMakerNetwork": {"trainingNetwork": {"name": "Jobs", "subnets": [ref("SubnetA")]}},
        },
        "",
        [
            "violated error JobGroup: SubnetA has no path to Amazon S3: VPC Vpc has no endpoint for s3, and PrivateRoutes has no default route"
        ],
        id="SMN-JOB-03: a declared training network needs S3 too",
    ),
    pytest.param(
        "SMN-JOB-03",
        "breaks",
        {"Job.NetworkConfig": None},
        "",
        [],
        id="SMN-JOB-03: a job without VPC configuration has nothing to say",
    ),
    pytest.param(
        "SMN-JOB-03",
        "keeps",
        {"S3Endpoint.ServiceName": HIDDEN},
        "",
        [
            "unverified error Job: S3Endpoint.ServiceName is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-03: an S3 endpoint of a hidden service may be the path",
    ),
    pytest.param(
        "SMN-JOB-08",
        "keeps",
        {},
        TRANSIT_ROUTE,
        ["satisfied warning Job"],
        id="SMN-JOB-08: a NAT gateway makes no subnet public",
    ),
    pytest.param(
        "SMN-JOB-08",
        "keeps",
        {"Job.NetworkConfig.VpcConfig.Subnets": [HIDDEN]},
        "",
        [
            "unverified warning Job: the route table of subnet parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"
        ],
        id="SMN-JOB-08: a subnet that is made elsewhere is unverified",
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
