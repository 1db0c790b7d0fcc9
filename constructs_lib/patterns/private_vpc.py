"""The VPC that a private network makes for itself."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.acknowledgements import Overrides, acknowledge, for_packs
from constructs_lib.patterns.egress import Egress
from constructs_lib.patterns.zones import checked_range, checked_zones, private_mask

_DEFAULT_GROUP = "VPCDefaultSecurityGroupClosed"
_INTERNET_ROUTE = "VPCNoUnrestrictedRouteToIGW"
_RESTRICTS = "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup"

_DEFAULT_GROUP_REASON = (
    "CloudFormation cannot change the rules of a VPC's default security group; it admits nothing but its own members, and it has none: "
    "every workload and endpoint of the network has a security group of its own"
)
_INTERNET_ROUTE_REASON = (
    "this way out was chosen for the network, and NAT reaches the internet through an internet gateway; the route is that of subnets "
    "which hold NAT alone and give no public addresses, workloads live in private subnets without such a route"
)


def known_acknowledgements(egress: Egress) -> list[str]:
    """What the VPC acknowledges, and a user's reason may replace."""
    names = (_DEFAULT_GROUP, _INTERNET_ROUTE) if egress.needs_public_subnets else (_DEFAULT_GROUP,)
    return [rule for name in names for rule in for_packs(name, "")]


def make_vpc(
    scope: Construct, construct_id: str, *, cidr: str, zones: int | Sequence[str], egress: Egress, overrides: Overrides
) -> ec2.Vpc:
    """A VPC with DNS on, default tenancy, private subnets in each zone, and public ones only where NAT needs them.

    Raises:
        TypeError, ValueError: a range or zones that a VPC cannot have.

    Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html (default tenancy),
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html (DNS)
    """
    network = checked_range(cidr)
    names = checked_zones(zones)
    vpc = egress.make_vpc(
        scope,
        construct_id,
        private_mask=private_mask(network, len(names)),
        ip_addresses=ec2.IpAddresses.cidr(cidr),
        availability_zones=names,
        enable_dns_hostnames=True,
        enable_dns_support=True,
        default_instance_tenancy=ec2.DefaultInstanceTenancy.DEFAULT,
    )
    _acknowledge(vpc, overrides)
    return vpc


def _acknowledge(vpc: ec2.Vpc, overrides: Overrides) -> None:
    if not vpc.node.try_get_context(_RESTRICTS):
        acknowledge(_resource(vpc), for_packs(_DEFAULT_GROUP, _DEFAULT_GROUP_REASON), overrides)
    for subnet in vpc.public_subnets:
        route = subnet.node.find_child("DefaultRoute")
        acknowledge(route, for_packs(_INTERNET_ROUTE, _INTERNET_ROUTE_REASON), overrides)


def _resource(vpc: ec2.Vpc) -> Construct:
    resource = vpc.node.default_child
    assert isinstance(resource, ec2.CfnVPC)
    return resource
