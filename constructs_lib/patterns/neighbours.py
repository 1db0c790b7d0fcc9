"""Workloads that no network was asked for, in the VPC of one: the names of its interface endpoints lead them there all the same (SMN-EP-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct

from constructs_lib.patterns.endpoint_group import EndpointGroup


@dataclass
class _InVpc:
    """Who is in one VPC, in whatever order they came."""

    endpoints: list[EndpointGroup] = field(default_factory=list)
    workloads: list[tuple[Sequence[ec2.ISecurityGroup], Construct]] = field(default_factory=list)


_VPCS: WeakKeyDictionary[IConstruct, dict[str, _InVpc]] = WeakKeyDictionary()
"""By app, path of the VPC."""


def endpoints_in(vpc: ec2.IVpc, group: EndpointGroup) -> None:
    """Let the endpoints that get this group, if any, be used by the workloads of the VPC."""
    here = _here(vpc)
    here.endpoints.append(group)
    for groups, workload in here.workloads:
        group.expect(groups, workload=workload)


def workload_in(vpc: ec2.IVpc, groups: Sequence[ec2.ISecurityGroup], workload: Construct) -> None:
    """Let a workload with these groups use the interface endpoints of the networks in the VPC, as far as there are or will be any."""
    here = _here(vpc)
    here.workloads.append((groups, workload))
    for group in here.endpoints:
        group.expect(groups, workload=workload)


def _here(vpc: ec2.IVpc) -> _InVpc:
    return _VPCS.setdefault(vpc.node.root, {}).setdefault(vpc.node.path, _InVpc())
