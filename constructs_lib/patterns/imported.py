"""What is known of imported VPCs and subnets. The CDK raises where a fact of them was not given; here it is None."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2


def subnet_range(subnet: ec2.ISubnet) -> str | None:
    """The IPv4 range of a subnet as it stands in the template; None if it is not known."""
    return _literal(_given(lambda: subnet.ipv4_cidr_block))


def route_table_id(subnet: ec2.ISubnet) -> str | None:
    """The id of a subnet's route table, which may be a reference; None if it was not given."""
    return _given(lambda: subnet.route_table.route_table_id)


def vpc_range(vpc: ec2.IVpc) -> str | None:
    """The IPv4 range of a VPC as it stands in the template; None if it is not known."""
    return _literal(_given(lambda: vpc.vpc_cidr_block))


def _given(read: Callable[[], str]) -> str | None:
    try:
        return read()
    except RuntimeError as error:
        if not isinstance(error.__cause__, jsii.errors.JavaScriptError):
            raise
        return None


def _literal(text: str | None) -> str | None:
    return None if text is None or cdk.Token.is_unresolved(text) else text
