"""Which way out a private network has, as a value: none, NAT, a transit gateway or an HTTP proxy."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.http_proxy import HttpProxy

PRIVATE = "Private"
PUBLIC = "Public"
_ANYWHERE = "0.0.0.0/0"
_PUBLIC_MASK = 28
_TRANSIT_GATEWAY = re.compile(r"tgw-[0-9a-f]{8,17}")


class Egress(ABC):
    """Which way out a :class:`~constructs_lib.patterns.network.PrivateNetwork` has. Take one of the values; there is nothing to construct.

    - ``Egress.NONE``: no way out. AWS services are reached through VPC endpoints alone.
    - ``Egress.NAT_PER_AZ``: a NAT gateway in each zone.
    - ``Egress.NAT_SINGLE``: one NAT gateway for all zones: cheaper, and out of order together with its zone (SMN-RT-04).
    - ``Egress.NAT_INSTANCE``: one small EC2 instance instead: cheapest, for trials.
    - ``Egress.transit_gateway("tgw-...")``: the default route leads to a transit gateway.
    - ``Egress.http_proxy("http://...")``: no route, but a proxy that workloads are told about.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html

    Attributes:
        reaches_services: whether the public endpoints of AWS services are reached this way, so that they need no VPC endpoint.
        declared: what the default route leads to, as the declarations of a VPC name it.
        needs_public_subnets: whether the VPC gets public subnets, for NAT.
        proxy: the proxy that workloads are told about, or None.
    """

    NONE: ClassVar[Egress]
    NAT_PER_AZ: ClassVar[Egress]
    NAT_SINGLE: ClassVar[Egress]
    NAT_INSTANCE: ClassVar[Egress]

    reaches_services: bool = False
    declared: str = "none"
    needs_public_subnets: bool = False
    proxy: HttpProxy | None = None

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"Egress.{self._name}"

    @staticmethod
    def transit_gateway(transit_gateway_id: str, *, reaches_services: bool = False) -> Egress:
        """The default route of every private subnet leads to a transit gateway, which the VPC is attached to.

        Args:
            transit_gateway_id: such as ``tgw-0123456789abcdef0``; the gateway belongs to this account or is shared with it.
            reaches_services: whether public endpoints of AWS services are reached behind it, by a NAT there; default: False, so workloads
                get VPC endpoints, because what lies behind the gateway is in no template.

        Raises:
            ValueError: not the id of a transit gateway.
        """
        return _TransitGateway(transit_gateway_id, reaches_services=reaches_services)

    @staticmethod
    def http_proxy(
        url: str,
        *,
        peer: ec2.IPeer | None = None,
        no_proxy: Sequence[str] = (),
        through: Egress | None = None,
    ) -> Egress:
        """Workloads send HTTP and HTTPS to a proxy; notebooks are told so by their lifecycle configuration.

        What SageMaker itself does for a workload (reading data, writing results) knows no proxy, so workloads get VPC endpoints as with
        ``Egress.NONE``.

        Args:
            url: scheme, host and port, such as ``http://10.1.2.3:3128``.
            peer: where the proxy is, for the workloads' security groups; default: the address in the URL. Needed for a host name.
            no_proxy: hosts that are reached without the proxy, beside the instance itself and the services with endpoints; default: none.
            through: how the VPC reaches the proxy's network; default: ``Egress.NONE``, the proxy is in the VPC itself or a peered one.

        Raises:
            ValueError: the URL lacks something, has a user name, or names a host while ``peer`` is missing; ``through`` is a proxy again.
        """
        return _Proxied(HttpProxy(url, peer=peer, no_proxy=no_proxy), through or Egress.NONE)

    @abstractmethod
    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        """A VPC with private subnets, public ones where the way out needs them, and the routes.

        Args:
            scope: where it is made.
            construct_id: its id there.
            private_mask: prefix length of the private subnets.
            options: further arguments of ``ec2.Vpc``.
        """


class _NoEgress(Egress):
    """Subnets whose only route is the local one."""

    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        return ec2.Vpc(
            scope,
            construct_id,
            subnet_configuration=[_private(ec2.SubnetType.PRIVATE_ISOLATED, private_mask)],
            **options,
        )


class _NatGateways(Egress):
    """NAT gateways in small public subnets that nothing else lives in."""

    reaches_services = True
    declared = "nat"
    needs_public_subnets = True

    def __init__(self, name: str, nat_gateways: int | None) -> None:
        super().__init__(name)
        self._nat_gateways = nat_gateways

    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        return ec2.Vpc(
            scope, construct_id, nat_gateways=self._nat_gateways, **_with_public_subnets(private_mask), **options
        )


class _NatInstance(Egress):
    """One EC2 instance that translates addresses, and lets in nothing but what comes from the private subnets."""

    reaches_services = True
    declared = "nat"
    needs_public_subnets = True

    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        provider = ec2.NatProvider.instance_v2(
            instance_type=ec2.InstanceType("t4g.nano"),
            default_allowed_traffic=ec2.NatTrafficDirection.OUTBOUND_ONLY,
        )
        vpc = ec2.Vpc(
            scope,
            construct_id,
            nat_gateways=1,
            nat_gateway_provider=provider,
            **_with_public_subnets(private_mask),
            **options,
        )
        for instance in provider.gateway_instances:
            _harden(instance)
        for subnet in vpc.private_subnets:
            provider.security_group.add_ingress_rule(
                ec2.Peer.ipv4(subnet.ipv4_cidr_block), ec2.Port.all_traffic(), "What the private subnets send out"
            )
        return vpc


class _TransitGateway(_NoEgress):
    """An attachment of the private subnets, and their default routes to it."""

    declared = "transit-gateway"

    def __init__(self, transit_gateway_id: str, *, reaches_services: bool) -> None:
        require_type(
            "transit_gateway_id",
            transit_gateway_id,
            str,
            "give the id of a transit gateway, such as 'tgw-0123456789abcdef0'",
        )
        if not cdk.Token.is_unresolved(transit_gateway_id) and not _TRANSIT_GATEWAY.fullmatch(transit_gateway_id):
            raise ValueError(
                f"transit_gateway_id is {transit_gateway_id!r}: give the id of a transit gateway, such as 'tgw-0123456789abcdef0'"
            )
        super().__init__(f"transit_gateway({transit_gateway_id!r})")
        self._transit_gateway_id = transit_gateway_id
        self.reaches_services = reaches_services

    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        vpc = super().make_vpc(scope, construct_id, private_mask=private_mask, **options)
        attachment = ec2.CfnTransitGatewayAttachment(
            vpc,
            "TransitGatewayAttachment",
            transit_gateway_id=self._transit_gateway_id,
            vpc_id=vpc.vpc_id,
            subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
        )
        for subnet in vpc.isolated_subnets:
            route = ec2.CfnRoute(
                cast("Construct", subnet),
                "DefaultRoute",
                route_table_id=subnet.route_table.route_table_id,
                destination_cidr_block=_ANYWHERE,
                transit_gateway_id=self._transit_gateway_id,
            )
            route.node.add_dependency(attachment)
        return vpc


class _Proxied(Egress):
    """The routes of another value, and a proxy."""

    def __init__(self, proxy: HttpProxy, through: Egress) -> None:
        require_type(
            "through", through, Egress, "give a value of Egress, such as Egress.NONE or Egress.transit_gateway(...)"
        )
        if through.proxy is not None:
            raise ValueError(
                f"through is {through!r}: a proxy is reached through the network, so give a value without a proxy"
            )
        super().__init__(f"http_proxy({proxy.url!r})")
        self.proxy = proxy
        self.declared = "proxy" if through is Egress.NONE else through.declared
        self.reaches_services = through.reaches_services
        self.needs_public_subnets = through.needs_public_subnets
        self._through = through

    def make_vpc(self, scope: Construct, construct_id: str, *, private_mask: int, **options: Any) -> ec2.Vpc:
        return self._through.make_vpc(scope, construct_id, private_mask=private_mask, **options)


Egress.NONE = _NoEgress("NONE")
Egress.NAT_PER_AZ = _NatGateways("NAT_PER_AZ", None)
Egress.NAT_SINGLE = _NatGateways("NAT_SINGLE", 1)
Egress.NAT_INSTANCE = _NatInstance("NAT_INSTANCE")


def _harden(instance: ec2.Instance) -> None:
    """Version 2 of the metadata service alone, and an encrypted volume, which the CDK's NAT instance does not offer."""
    resource = instance.node.default_child
    assert isinstance(resource, ec2.CfnInstance)
    resource.metadata_options = ec2.CfnInstance.MetadataOptionsProperty(http_tokens="required")
    resource.block_device_mappings = [
        ec2.CfnInstance.BlockDeviceMappingProperty(
            device_name="/dev/xvda", ebs=ec2.CfnInstance.EbsProperty(encrypted=True, volume_type="gp3")
        )
    ]


def _private(kind: ec2.SubnetType, mask: int) -> ec2.SubnetConfiguration:
    """The same name whatever the way out is: a change of it then keeps the subnets and what is in them."""
    return ec2.SubnetConfiguration(name=PRIVATE, subnet_type=kind, cidr_mask=mask)


def _with_public_subnets(private_mask: int) -> Mapping[str, Any]:
    """Public subnets come after the private ones, whose ranges are then the same with and without them."""
    public = ec2.SubnetConfiguration(
        name=PUBLIC, subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=_PUBLIC_MASK, map_public_ip_on_launch=False
    )
    return {"subnet_configuration": [_private(ec2.SubnetType.PRIVATE_WITH_EGRESS, private_mask), public]}
