"""Paths on which the model once disagreed with a kernel: each was found by `tests/kernel`, and stands here by itself."""

from __future__ import annotations

import pytest

FAR = """
Far:
  Type: AWS::EC2::VPC
  Properties: {CidrBlock: 10.2.0.0/16}
FarSubnet:
  Type: AWS::EC2::Subnet
  Properties: {VpcId: {Ref: Far}, CidrBlock: 10.2.1.0/24}
FarTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: {Ref: Far}}}
FarAssociation:
  Type: AWS::EC2::SubnetRouteTableAssociation
  Properties: {SubnetId: {Ref: FarSubnet}, RouteTableId: {Ref: FarTable}}
Pcx: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: {Ref: Vpc}, PeerVpcId: {Ref: Far}}}
There: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: PrivateTable}, DestinationCidrBlock: 10.2.0.0/16, VpcPeeringConnectionId: {Ref: Pcx}}}
Back: {Type: AWS::EC2::Route, Properties: {RouteTableId: {Ref: FarTable}, DestinationCidrBlock: 10.0.0.0/16, VpcPeeringConnectionId: {Ref: Pcx}}}
FarGroup:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: {Ref: Far}
    GroupDescription: far
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.0.0/8}]
Server: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: FarSubnet}, SecurityGroupIds: [{Ref: FarGroup}]}}
"""
ACL = """
Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: {Ref: Vpc}}}
Association: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: {Ref: Private}, NetworkAclId: {Ref: Acl}}}
"""


def entry(name, number, *, egress, ports=None, action="allow", cidr="0.0.0.0/0"):
    said = "Protocol: -1" if ports is None else f"Protocol: 6, PortRange: {{From: {ports[0]}, To: {ports[1]}}}"
    return (
        f"{name}: {{Type: AWS::EC2::NetworkAclEntry, Properties: {{NetworkAclId: {{Ref: Acl}}, RuleNumber: {number}, {said}, "
        f"RuleAction: {action}, Egress: {str(egress).lower()}, CidrBlock: {cidr}}}}}\n"
    )


def route(name, table, destination, **target):
    """A route as YAML."""
    ((kind, value),) = target.items()
    return f"{name}: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: {{Ref: {table}}}, DestinationCidrBlock: {destination}, {kind}: {value}}}}}\n"


TRANSIT = {"TransitGatewayId": "tgw-1"}
DIRECT = "Notebook.DirectInternetAccess: Enabled\n"
BOX = """
Box: {Type: AWS::EC2::Instance, Properties: {SubnetId: {Ref: Public}, SourceDestCheck: false}}
PrivateRoute.NatGatewayId: null
PrivateRoute.InstanceId: {Ref: Box}
Attachment: null
"""
HTTPS_ALONE = ACL + entry("Out", 100, egress=True, ports=(443, 443)) + entry("In", 100, egress=False)

CASES = [
    (
        "one port that an ACL lets through is enough for a range without port",
        HTTPS_ALONE,
        "10.0.0.0/24",
        "reachable local",
    ),
    ("and one that the other end admits for a resource without port", FAR, "Server", "reachable pcx"),
    (
        "what is in a peered VPC leaves a notebook with direct internet access by the managed interface",
        DIRECT + FAR,
        "Server:8080",
        "blocked managed route",
    ),
    (
        "two halves that lead to different places are not one default route",
        "PrivateRoute.DestinationCidrBlock: 0.0.0.0/1\n" + route("Other", "PrivateTable", "128.0.0.0/1", **TRANSIT),
        "internet",
        "unverified tgw",
    ),
    (
        "both halves take the whole from a default route",
        route("Lower", "PrivateTable", "0.0.0.0/1", **TRANSIT)
        + route("Upper", "PrivateTable", "128.0.0.0/1", **TRANSIT),
        "internet",
        "unverified tgw",
    ),
    (
        "the internet is reachable with an exception",
        route("Part", "PrivateTable", "52.0.0.0/8", **TRANSIT),
        "internet",
        "reachable nat",
    ),
    (
        "a host of the internet may be in the exception",
        route("Part", "PrivateTable", "52.0.0.0/8", **TRANSIT),
        "pypi.org",
        "unverified nat",
    ),
    (
        "and so may a service without endpoint",
        route("Part", "PrivateTable", "52.0.0.0/8", **TRANSIT),
        "kms",
        "unverified nat",
    ),
    (
        "an exception that leads to the same place is none",
        route("Part", "PrivateTable", "52.0.0.0/8", NatGatewayId="{Ref: Nat}"),
        "pypi.org",
        "reachable nat",
    ),
    (
        "an exception may be the way where the rest is closed",
        "PrivateRoute: null\n" + route("Part", "PrivateTable", "128.0.0.0/1", NatGatewayId="{Ref: Nat}"),
        "pypi.org",
        "unverified none",
    ),
    (
        "the halves may stand in the table of the NAT gateway",
        "PublicRoute.DestinationCidrBlock: 0.0.0.0/1\n"
        + route("Upper", "PublicTable", "128.0.0.0/1", GatewayId="{Ref: Igw}"),
        "internet",
        "reachable nat",
    ),
    (
        "exceptions of its subnet count as well",
        route("Part", "PublicTable", "52.0.0.0/8", **TRANSIT),
        "pypi.org",
        "unverified nat",
    ),
    (
        "for a range that they touch",
        route("Part", "PublicTable", "52.0.0.0/8", **TRANSIT),
        "52.1.0.0/16",
        "unverified nat",
    ),
    ("and no other", route("Part", "PublicTable", "52.0.0.0/8", **TRANSIT), "54.1.0.0/16", "reachable nat"),
    (
        "a NAT gateway that hands on to a transit gateway may lead anywhere",
        "{PublicRoute.GatewayId: null, PublicRoute.TransitGatewayId: tgw-1}",
        "internet",
        "unverified tgw",
    ),
    (
        "a NAT gateway without a way to the internet may hand on to a gateway endpoint of its own subnet",
        "Nat.ConnectivityType: private\nS3.RouteTableIds: [{Ref: PublicTable}]",
        "s3",
        "unverified nat",
    ),
    (
        "a NAT instance needs an internet gateway that is attached",
        BOX,
        "internet",
        "blocked nat route",
    ),
    (
        "replies may come back another way, behind which the templates do not look",
        FAR + "Back.VpcPeeringConnectionId: null\nBack.TransitGatewayId: tgw-1\n",
        "10.2.1.0/24:443",
        "unverified pcx",
    ),
    (
        "a range of the internet needs no more than its own egress",
        "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 52.0.0.0/8}]",
        "52.1.0.0/16:443",
        "reachable nat",
    ),
    (
        "nor is it stopped by what an ACL denies elsewhere",
        ACL
        + entry("Deny", 10, egress=True, action="deny", cidr="54.0.0.0/8")
        + entry("Out", 100, egress=True)
        + entry("In", 100, egress=False),
        "52.1.0.0/16:443",
        "reachable nat",
    ),
    (
        "a resource may be in a part of its subnet that another route takes",
        FAR + route("Half", "PrivateTable", "10.2.1.128/25", **TRANSIT),
        "Server:8080",
        "unverified tgw",
    ),
    (
        "a group of a peered VPC may be named in a rule",
        FAR
        + "WorkGroup.SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, DestinationSecurityGroupId: {Ref: FarGroup}}]",
        "Server:8080",
        "reachable pcx",
    ),
]


@pytest.mark.parametrize(
    ("changes", "destination", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_model_agrees_with_what_was_tried(asker, changes, destination, expected):
    """Each row is a difference that the comparison with a kernel found."""
    path = asker.reach(changes, "Notebook", destination)
    assert " ".join(filter(None, [path.verdict, path.via, path.blocked_by])) == expected, path.why
