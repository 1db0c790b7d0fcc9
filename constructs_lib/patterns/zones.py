"""Availability Zones and address ranges of a network's own VPC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, ip_network

import aws_cdk as cdk

from constructs_lib.patterns.errors import require_type

MIN_ZONES = 2
_MAX_ZONES = 6
_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d[a-z]")
_VPC_MASKS = (16, 28)
_SMALLEST_SUBNET = 28


def checked_zones(zones: int | Sequence[str]) -> list[str]:
    """The zones of a network: the first so many of the region, or those named.

    A number becomes ``Fn::GetAZs``, which each account answers with its own zones, so that the template fits every account and region.

    Raises:
        TypeError, ValueError: fewer than two, more than six, one twice, or not the name of a zone.
    """
    if isinstance(zones, str) or not isinstance(zones, (int, Sequence)):
        raise TypeError(
            f"availability_zones is {zones!r}: give how many, or a list of their names such as ['eu-west-1a', 'eu-west-1b']"
        )
    count = zones if isinstance(zones, int) else len(zones)
    if not MIN_ZONES <= count <= _MAX_ZONES:
        raise ValueError(
            f"availability_zones is {zones!r}: use {MIN_ZONES} to {_MAX_ZONES}; hosting needs subnets in two zones even for one instance (SMN-HOST-01)"
        )
    if isinstance(zones, int):
        return [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(zones)]
    for zone in zones:
        require_type("availability_zones", zone, str, "list the names of zones, such as 'eu-west-1a'")
        if not cdk.Token.is_unresolved(zone) and not _ZONE.fullmatch(zone):
            raise ValueError(
                f"availability_zones has {zone!r}: list the names of zones, such as 'eu-west-1a'; zone ids differ from names"
            )
    if len(set(zones)) < count:
        raise ValueError(f"availability_zones is {list(zones)!r}: name each zone once")
    return list(zones)


def checked_range(cidr: str) -> IPv4Network:
    """The range of a VPC.

    Raises:
        TypeError, ValueError: not an IPv4 range, or not of a size that a VPC may have.
    """
    require_type("cidr", cidr, str, "give an IPv4 range such as '10.0.0.0/16'")
    if cdk.Token.is_unresolved(cidr):
        raise ValueError(
            "cidr is known only at deployment: give the range itself, because security groups and capacity are computed from it"
        )
    try:
        network = ip_network(cidr)
    except ValueError as error:
        raise ValueError(f"cidr is {cidr!r}: give an IPv4 range such as '10.0.0.0/16' ({error})") from None
    low, high = _VPC_MASKS
    if not isinstance(network, IPv4Network) or not low <= network.prefixlen <= high:
        raise ValueError(f"cidr is {cidr!r}: a VPC takes an IPv4 range from /{low} to /{high}, such as '10.0.0.0/16'")
    return network


def private_mask(network: IPv4Network, zones: int) -> int:
    """The prefix length of each private subnet: half of the VPC shared by four zones, or by eight if there are more.

    The rest stays for public subnets and for what comes later; zones up to four are added without moving a subnet.

    Raises:
        ValueError: the range is too small for so many zones.
    """
    mask = network.prefixlen + (3 if zones <= 4 else 4)
    if mask > _SMALLEST_SUBNET:
        raise ValueError(
            f"cidr is '{network}': {zones} zones leave private subnets of /{mask}, and AWS allows none smaller than /{_SMALLEST_SUBNET}; "
            f"give a range of /{network.prefixlen - (mask - _SMALLEST_SUBNET)} or larger"
        )
    return mask
