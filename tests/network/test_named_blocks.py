"""Blocks of addresses that are parameters, compared by what they are rather than by what they hold."""

from __future__ import annotations

import pytest

from constructs_lib.assembly import NotVisible
from constructs_lib.network.vantage import admits_interface

SECOND = {"Type": "AWS::EC2::VPCCidrBlock", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "100.64.0.0/16"}}
PARAMETER = {"Ref": "Elsewhere"}
OF_VPC = {"Fn::GetAtt": ["Vpc", "CidrBlock"]}


def part(number):
    return {"Fn::Select": [number, {"Fn::Cidr": [PARAMETER, 4, 8]}]}


def group(block):
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": block}
    properties = {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "x", "SecurityGroupIngress": [rule]}
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}


#: What the block of the rule is, what the template has, the block, and whether the rule surely admits the subnet (None: not known).
BLOCKS = [
    ("the VPC's block", {"Vpc.CidrBlock": PARAMETER}, PARAMETER, True),
    ("the VPC's block, by its attribute", {"Vpc.CidrBlock": PARAMETER}, OF_VPC, True),
    ("what IPAM gives the VPC", {"Vpc.CidrBlock": None, "Vpc.Ipv4IpamPoolId": "pool"}, OF_VPC, True),
    ("the subnet's own block", {"Private.CidrBlock": PARAMETER}, PARAMETER, True),
    ("a part of a block, as the subnet has it", {"Private.CidrBlock": part(1)}, part(1), True),
    ("another part of a block", {"Private.CidrBlock": part(1)}, part(2), None),
    ("another parameter", {}, PARAMETER, None),
    (
        "the first of two blocks of the VPC",
        {"Vpc.CidrBlock": PARAMETER, "Private.CidrBlock": {"Fn::ImportValue": "block"}, "Second": SECOND},
        PARAMETER,
        None,
    ),
]


@pytest.mark.parametrize(("changes", "block", "expected"), [row[1:] for row in BLOCKS], ids=[row[0] for row in BLOCKS])
def test_a_rule_for_a_block_by_its_name(asker, changes, block, expected):
    """A rule that names the block of the subnet, or of a VPC that has but one, admits the subnet whatever the block is."""
    network = asker.network({**changes, "Group": group(block)})
    groups = {one.id: one for one in network.things("SecurityGroup")}
    subnet = next(one for one in network.things("Subnet") if one.id == "Private")
    found = asker.fact(network, lambda: admits_interface(groups["Group"].ingress, (groups["WorkGroup"],), (subnet,)))
    if expected is None:
        assert isinstance(found, NotVisible)
    else:
        assert [one.id for one in found] == ["Group"]
