"""What the options of a Studio domain cannot be together."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from constructs_lib.patterns.access import StudioAccess, VpcOnly
from constructs_lib.patterns.studio_settings import DockerAccess, RStudio


def check_options(
    *,
    access: StudioAccess,
    docker: DockerAccess | None,
    rstudio: RStudio | None,
    dual_stack: bool,
    home_efs_file_system: bool,
    removal_policy: cdk.RemovalPolicy,
) -> None:
    """Check the options against each other.

    Raises:
        ValueError: Docker's trusted accounts outside VpcOnly (SMN-DOM-22), RStudio without the home file system, a subnet without IPv6 in a
            dual-stack domain (SMN-DOM-23), or a removal policy other than RETAIN and DESTROY.
    """
    if docker is not None and docker.trusted_accounts and not isinstance(access, VpcOnly):
        raise ValueError(
            f"docker trusts the accounts {', '.join(docker.trusted_accounts)}, which has an effect with access=VpcOnly(...) only, "
            f"and access is {access.network_type}: leave trusted_accounts out (SMN-DOM-22)"
        )
    if rstudio is not None and not home_efs_file_system:
        raise ValueError(
            "home_efs_file_system is False and rstudio is given: RStudio keeps the home directories of its users there, "
            "so leave home_efs_file_system at True or leave rstudio out"
        )
    if dual_stack:
        _check_ipv6(access.subnets)
    if removal_policy not in (cdk.RemovalPolicy.RETAIN, cdk.RemovalPolicy.DESTROY):
        raise ValueError(
            f"removal_policy is {removal_policy.name}: a domain allows RETAIN (delete it, keep its file system) "
            "and DESTROY (delete it with the data of all users)"
        )


def _check_ipv6(subnets: Sequence[ec2.ISubnet]) -> None:
    """Each subnet that the app defines has an IPv6 range; what lies outside the app is left to the checks of the template."""
    for subnet in subnets:
        resource = subnet.node.default_child
        if isinstance(resource, ec2.CfnSubnet) and not _has_ipv6(resource):
            raise ValueError(
                f"dual_stack is True, but subnet {subnet.node.path} has no IPv6 range: add one to each subnet of the domain "
                "(for a new VPC: ip_protocol=ec2.IpProtocol.DUAL_STACK), or leave dual_stack at False (SMN-DOM-23)"
            )


def _has_ipv6(subnet: ec2.CfnSubnet) -> bool:
    if subnet.ipv6_cidr_block or subnet.ipv6_ipam_pool_id or subnet.ipv6_netmask_length:
        return True
    stack = cdk.Stack.of(subnet)
    this = stack.resolve(subnet.ref)
    separate = (each for each in stack.node.find_all() if isinstance(each, ec2.CfnSubnetCidrBlock))
    return any(stack.resolve(each.subnet_id) == this for each in separate)
