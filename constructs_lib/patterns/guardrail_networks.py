"""The subnets and security groups that guardrails and the detector let workloads be in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2
from constructs import IConstruct

if TYPE_CHECKING:
    from constructs_lib.patterns.training import PrivateTrainingJobNetwork


def allowed_ids(
    networks: Sequence[PrivateTrainingJobNetwork],
    subnets: Sequence[ec2.ISubnet],
    security_groups: Sequence[ec2.ISecurityGroup],
) -> tuple[list[str], list[str]]:
    """The ids of all subnets and of all groups, each once.

    Args:
        networks: training job networks, whose subnets and groups are meant.
        subnets: more subnets.
        security_groups: more groups.

    Raises:
        TypeError: a network of another kind, which does not say what its jobs are in.
        ValueError: no subnet, or no group.
    """
    for network in networks:
        if not hasattr(type(network), "vpc_config"):
            raise TypeError(
                f"networks has {network!r}: give PrivateTrainingJobNetworks, or name subnets and security_groups"
            )
    subnet_ids = [
        subnet.subnet_id for subnet in (*(each for network in networks for each in network.subnets), *subnets)
    ]
    groups = (*(each for network in networks for each in network.security_groups), *security_groups)
    for argument, found in (("subnets", subnet_ids), ("security_groups", groups)):
        if not found:
            raise ValueError(
                f"networks and {argument} are both empty: without any allowed, every workload would be outside; name at least one"
            )
    return list(dict.fromkeys(subnet_ids)), list(dict.fromkeys(group.security_group_id for group in groups))


def foundations(networks: Sequence[PrivateTrainingJobNetwork]) -> list[IConstruct]:
    """What training job networks are made from, by which it is known which stacks theirs depend on."""
    return [
        each
        for jobs in networks
        for each in (
            jobs,
            jobs.role,
            jobs.encryption_key,
            jobs.network,
            jobs.network.vpc,
            *jobs.subnets,
            *jobs.security_groups,
        )
    ]
