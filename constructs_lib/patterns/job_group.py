"""The security group of jobs: its members reach each other as far as the jobs need it, and nobody else reaches them."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.acknowledgements import Overrides, acknowledge, for_packs

_DESCRIPTION = "Members of one job among themselves"
_Rule = tuple[str, str, "int | None", "int | None"]
EFA_REASONS = for_packs(
    "EC2RestrictedCommonPorts",
    "instances with an Elastic Fabric Adapter need all traffic from their own security group, which the rule names as its source; "
    "no address and no other group is admitted",
)
"""What the rules for EFA break by their nature."""


def job_group(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    distributed: bool,
    efa: bool,
    encrypted: bool,
    overrides: Overrides,
) -> ec2.SecurityGroup:
    """A group with rules to itself, in and out.

    Args:
        scope: where it is made.
        construct_id: its id there.
        vpc: its VPC.
        distributed: whether instances reach each other on all TCP ports.
        efa: whether they have an Elastic Fabric Adapter; all traffic then. By name of the group: a range does not count for EFA, be it as wide
            as it may.
        encrypted: whether traffic between containers is encrypted, over UDP 500 and protocol 50.
        overrides: the user's own reasons for what the rules break by their nature.

    Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html, https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
    """
    group = ec2.SecurityGroup(
        scope,
        construct_id,
        vpc=vpc,
        description="SageMaker jobs: members of one job among themselves",
        allow_all_outbound=False,
    )
    itself = group.security_group_id
    for name, protocol, low, high in _rules(distributed=distributed, efa=efa, encrypted=encrypted):
        rule: dict[str, Any] = {"ip_protocol": protocol, "from_port": low, "to_port": high, "description": _DESCRIPTION}
        inbound = ec2.CfnSecurityGroupIngress(
            group, f"{name}In", group_id=itself, source_security_group_id=itself, **rule
        )
        ec2.CfnSecurityGroupEgress(group, f"{name}Out", group_id=itself, destination_security_group_id=itself, **rule)
        if efa:
            acknowledge(inbound, EFA_REASONS, overrides)
    return group


def _rules(*, distributed: bool, efa: bool, encrypted: bool) -> list[_Rule]:
    """Name, protocol and ports of each rule."""
    if efa:
        return [("Everything", "-1", None, None)]
    rules: list[_Rule] = []
    if distributed:
        rules.append(("Tcp", "tcp", 0, 65535))
    if encrypted:
        # Protocol 50 (ESP) knows no ports.
        rules += [("Ike", "udp", 500, 500), ("Esp", "50", None, None)]
    return rules
