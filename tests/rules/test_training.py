"""The rules about what training and notebook jobs need: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest


def ref(name):
    return {"Ref": name}


def group(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


HIDDEN = {"Ref": "Hidden"}
LUSTRE = """
Lustre:
  Type: AWS::FSx::FileSystem
  Properties:
    FileSystemType: LUSTRE
    StorageCapacity: 1200
    SubnetIds:
    - {Ref: Far}
    SecurityGroupIds:
    - Fn::GetAtt: [FileSystemGroup, GroupId]
Far:
  Type: AWS::EC2::Subnet
  Properties:
    VpcId: {Ref: Vpc}
    CidrBlock: 10.0.9.0/24
    AvailabilityZone:
      Fn::Select:
      - 1
      - {'Fn::GetAZs': ''}
"""
REGISTRY_GROUP = """
Registry:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: registry
    VpcId: {Ref: Vpc}
"""

#: What each breaking example is told.
EXAMPLES = [
    ("SMN-JOB-02", ["violated error JobGroup: VPC Vpc has dedicated tenancy, which training jobs cannot use"]),
    (
        "SMN-JOB-18",
        [
            "violated warning JobGroup: file system FileSystem: the way from JobGroup to FileSystemGroup is closed for TCP 2049"
        ],
    ),
    (
        "SMN-JOB-21",
        ["violated warning Domain.SubnetIds: the domain has 6 subnets, of which a notebook job takes at most 5"],
    ),
    (
        "SMN-JOB-24",
        [
            "violated warning JobGroup: SubnetA does not reach AWS Lambda, which provides the registry's credentials: VPC Vpc has no endpoint for lambda, and PrivateRoutes has no default route"
        ],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-JOB-02",
        "breaks",
        {"Vpc.InstanceTenancy": "host"},
        "",
        ["violated error JobGroup: VPC Vpc has host tenancy, which training jobs cannot use"],
        id="SMN-JOB-02: host tenancy is not the default either",
    ),
    pytest.param(
        "SMN-JOB-02",
        "breaks",
        {"Vpc.InstanceTenancy": HIDDEN},
        "",
        [
            "unverified error JobGroup: Vpc.InstanceTenancy is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-02: tenancy that is a parameter",
    ),
    pytest.param(
        "SMN-JOB-02",
        "keeps",
        {"SubnetA.VpcId": HIDDEN},
        "",
        ["unverified error JobGroup: the tenancy of VPC parameter Hidden: declare Hidden in Metadata.SageMakerNetwork"],
        id="SMN-JOB-02: a VPC that is made elsewhere",
    ),
    pytest.param(
        "SMN-JOB-18",
        "breaks",
        {
            "FileSystemGroup.SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "CidrIp": "10.0.0.0/24"}
            ]
        },
        "",
        ["satisfied warning JobGroup"],
        id="SMN-JOB-18: the mount target may admit the subnet's range",
    ),
    pytest.param(
        "SMN-JOB-18",
        "keeps",
        {
            "JobGroup.SecurityGroupEgress": [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
            ]
        },
        "",
        [
            "violated warning JobGroup: file system FileSystem: the way from JobGroup to FileSystemGroup is closed for TCP 2049"
        ],
        id="SMN-JOB-18: the jobs' egress must let NFS out",
    ),
    pytest.param(
        "SMN-JOB-18",
        "keeps",
        {"MountTarget": None, "FileSystem": None},
        LUSTRE,
        [
            "violated warning JobGroup: file system Lustre: the way from JobGroup to FileSystemGroup is closed for TCP 988 and 1018-1023",
            "violated warning JobGroup: file system Lustre is in Availability Zone 1 of the region, in which the jobs have no subnet",
        ],
        id="SMN-JOB-18: Lustre has two ranges of ports, and one zone",
    ),
    pytest.param(
        "SMN-JOB-18",
        "keeps",
        {"SubnetA.VpcId": HIDDEN},
        "",
        ["satisfied warning JobGroup"],
        id="SMN-JOB-18: a file system of another VPC is nobody's concern",
    ),
    pytest.param(
        "SMN-JOB-21",
        "keeps",
        {"PrivateDefaultRoute.NatGatewayId": None, "PrivateDefaultRoute.GatewayId": ref("InternetGateway")},
        "",
        [
            "violated warning Domain.SubnetIds: SubnetA is public (0.0.0.0/0 -> InternetGateway (PrivateDefaultRoute)), notebook jobs take private subnets",
            "violated warning Domain.SubnetIds: SubnetB is public (0.0.0.0/0 -> InternetGateway (PrivateDefaultRoute)), notebook jobs take private subnets",
        ],
        id="SMN-JOB-21: a public subnet",
    ),
    pytest.param(
        "SMN-JOB-21",
        "keeps",
        {"PrivateDefaultRoute": None},
        "",
        [
            "violated warning Domain.SubnetIds: SubnetA has neither an S3 gateway endpoint nor a NAT gateway, which notebook jobs need",
            "violated warning Domain.SubnetIds: SubnetB has neither an S3 gateway endpoint nor a NAT gateway, which notebook jobs need",
        ],
        id="SMN-JOB-21: neither S3 endpoint nor NAT",
    ),
    pytest.param(
        "SMN-JOB-21",
        "keeps",
        {"Domain.SubnetIds": HIDDEN},
        "",
        [
            "unverified warning Domain.SubnetIds: Domain.SubnetIds is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-JOB-21: a parameter for all subnets",
    ),
    pytest.param(
        "SMN-JOB-21",
        "breaks",
        {"Domain.AppNetworkAccessType": "PublicInternetOnly"},
        "",
        [],
        id="SMN-JOB-21: a domain outside the VPC",
    ),
    pytest.param(
        "SMN-JOB-24",
        "keeps",
        {"JobGroup.Metadata.SageMakerNetwork.trainingNetwork.privateRegistry": True},
        "",
        [
            "unverified warning JobGroup: whether the private registry admits JobGroup on TCP 443, as its security group is not named: name the registry's security group as privateRegistry instead of true, or acknowledge the rule"
        ],
        id="SMN-JOB-24: a registry whose group is not named",
    ),
    pytest.param(
        "SMN-JOB-24",
        "keeps",
        {"JobGroup.Metadata.SageMakerNetwork.trainingNetwork.privateRegistry": group("Registry")},
        REGISTRY_GROUP,
        ["violated warning JobGroup: the registry's group Registry does not admit JobGroup on TCP 443"],
        id="SMN-JOB-24: the registry's group must admit the jobs",
    ),
    pytest.param(
        "SMN-JOB-24",
        "breaks",
        {"JobGroup.Metadata.SageMakerNetwork.trainingNetwork.privateRegistry": False},
        "",
        [],
        id="SMN-JOB-24: a network without private registry",
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
