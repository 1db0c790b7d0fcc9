"""Ranges behind a VPC, on-premises or peered, that a notebook reaches through its customer interface."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from aws_cdk import aws_ec2 as ec2

from constructs_lib.patterns.notebook_options import known

_METADATA = IPv4Network("169.254.0.0/16")


def checked_ranges(argument: str, ranges: Sequence[str], vpc: ec2.IVpc) -> list[str]:
    """The ranges, each once, as they can be routed to the VPC's router.

    Raises:
        ValueError: not an IPv4 range, every address, the instance's own services, or a part of the VPC, which is routed
            there anyway.
    """
    own = vpc_range(vpc)
    for each in ranges:
        if known(each):
            _check(argument, each, own)
    return list(dict.fromkeys(ranges))


def vpc_range(vpc: ec2.IVpc) -> IPv4Network | None:
    """The VPC's first IPv4 range; None where it is known only at deployment, or not at all."""
    resource = vpc.node.default_child
    try:
        text = resource.cidr_block if isinstance(resource, ec2.CfnVPC) else vpc.vpc_cidr_block
        return IPv4Network(text) if text is not None and known(text) else None
    except (RuntimeError, ValueError):
        # ValueError: before its first look-up the CDK stands in a VPC of 1.2.3.4/5, which is no range.
        return None


def own_range(vpc: ec2.IVpc) -> str:
    """The VPC's first IPv4 range as text, also where it is known only at deployment.

    Raises:
        ValueError: the VPC was imported without it.
    """
    try:
        return vpc.vpc_cidr_block
    except RuntimeError:
        raise ValueError(
            f"the VPC {vpc.node.path} was imported without its range, which the notebook's security group lets out: "
            "import it with ec2.Vpc.from_vpc_attributes(vpc_cidr_block=...), give security_groups, or set "
            "allow_all_outbound=True"
        ) from None


def subnet_range(subnet: ec2.ISubnet) -> str:
    """The subnet's IPv4 range, by which its interface is found on the notebook.

    Raises:
        ValueError: the subnet was imported without it.
    """
    try:
        return subnet.ipv4_cidr_block
    except RuntimeError:
        raise ValueError(
            f"the subnet {subnet.node.path} was imported without its range, by which the notebook finds its customer "
            "interface (SMN-NB-09): import it with ec2.Subnet.from_subnet_attributes(ipv4_cidr_block=...), or with "
            "private_subnet_ipv4_cidr_blocks of the VPC"
        ) from None


def _check(argument: str, text: str, own: IPv4Network | None) -> None:
    network = _parsed(argument, text)
    if network.version != 4:
        raise ValueError(f"{argument} contains {text!r}: a notebook routes IPv4 alone, give IPv4 ranges (SMN-NB-19)")
    if network.prefixlen == 0:
        raise ValueError(
            f"{argument} contains {text!r}, which is every address: to send all traffic through the VPC use "
            "PrivateNotebook (SMN-NB-09)"
        )
    if network.overlaps(_METADATA):
        raise ValueError(
            f"{argument} contains {text!r}, which holds the instance's own metadata service ({_METADATA}): leave that "
            "out"
        )
    if own is not None and network.subnet_of(own):
        raise ValueError(
            f"{argument} contains {text!r}, which lies within the VPC's own range {own}: that goes through the VPC "
            "without a route, leave it out (SMN-NB-09)"
        )


def _parsed(argument: str, text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as problem:
        raise ValueError(
            f"{argument} contains {text!r}, which is not a CIDR range ({problem}): write it as 10.0.0.0/16"
        ) from None
