"""Workloads in subnets that the templates do not define: their VPC is that of the domain, or of the groups, that stand in it."""

from __future__ import annotations

import pytest

IMPORTED = """
Parameters: {Home: {Type: "AWS::EC2::VPC::Id"}, Place: {Type: "AWS::EC2::Subnet::Id"}, Places: {Type: "List<AWS::EC2::Subnet::Id>"}}
WorkGroup.VpcId: {Ref: Home}
EndpointGroup.VpcId: {Ref: Home}
Sts.VpcId: {Ref: Home}
Sts.SubnetIds: {Ref: Places}
Notebook.SubnetId: {Ref: Place}
"""
DOMAIN = """
Domain:
  Type: AWS::SageMaker::Domain
  Properties:
    AppNetworkAccessType: VpcOnly
    VpcId: {Ref: Home}
    SubnetIds: {Ref: Places}
    DefaultUserSettings: {ExecutionRole: arn, SecurityGroups: [{Ref: WorkGroup}]}
"""
MODEL = """
Model:
  Type: AWS::SageMaker::Model
  Properties: {ExecutionRoleArn: arn, VpcConfig: {Subnets: {Ref: Places}, SecurityGroupIds: [{Ref: WorkGroup}]}}
"""
CLUSTER = """
Cluster: {Type: AWS::EMR::Cluster, Properties: {Instances: {Ec2SubnetId: {Ref: Elsewhere}, EmrManagedMasterSecurityGroup: {Ref: ClusterGroup}}}}
ClusterGroup:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: {Ref: Home}
    GroupDescription: cluster
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8998, ToPort: 8998, SourceSecurityGroupId: {Ref: WorkGroup}}]
"""
MOUNT = """
Mount: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: fs-1, SubnetId: {Ref: Elsewhere}, SecurityGroups: [{Ref: MountGroup}]}}
MountGroup:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: {Ref: Home}
    GroupDescription: mount
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, SourceSecurityGroupId: {Ref: WorkGroup}}]
"""
DIRECT = "Notebook.DirectInternetAccess: Enabled\n"

CASES = [
    (
        "an endpoint of the groups' VPC serves a notebook",
        IMPORTED,
        "Notebook",
        "sts",
        "reachable vpce-interface",
    ),
    ("and one with direct internet access", IMPORTED + DIRECT, "Notebook", "sts", "reachable vpce-interface"),
    ("and a model", IMPORTED + MODEL, "Model", "sts", "reachable vpce-interface"),
    (
        "an endpoint of the domain's VPC serves its apps, whose groups are not in the templates",
        IMPORTED + DOMAIN + "EndpointGroup.SecurityGroupIngress: []\nDomain.DefaultUserSettings: {SecurityGroups: [sg-1]}",
        "Domain",
        "sts",
        "blocked vpce-interface endpoint_sg",
    ),
    ("other endpoints may stand in it", IMPORTED, "Notebook", "kms", "unverified unknown"),
    ("its routes are not known", IMPORTED, "Notebook", "internet", "unverified unknown"),
    ("another VPC's endpoints are not its own", IMPORTED + "Sts.VpcId: {Ref: Vpc}", "Notebook", "sts", "unverified unknown"),
    ("other resources of that VPC are near", IMPORTED + CLUSTER, "Notebook", "Cluster", "reachable local"),
    ("as far as their groups admit", IMPORTED + CLUSTER, "Notebook", "Cluster:22", "blocked local security_group"),
    ("and so are file systems", IMPORTED + MOUNT, "Notebook", "efs", "reachable local"),
    (
        "where the groups' VPC is in the templates, its ranges are known",
        "Notebook.SubnetId: {Ref: Elsewhere}\n" + DIRECT,
        "Notebook",
        "192.168.0.0/16",
        "blocked managed route",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "source", "destination", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_known_of_a_place_by_what_stands_in_it(asker, changes, source, destination, expected):
    """AWS has the interface, its groups and its domain in one VPC, so that any of them tells which one it is."""
    path = asker.reach(changes, source, destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why
