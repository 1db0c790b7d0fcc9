"""Route tables, their routes, and what the routes lead to."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, Unknown, fact, references
from constructs_lib.network.addresses import EVERYTHING4, EVERYTHING6, HALVES4, PUBLIC4, Range
from constructs_lib.network.gateways import (
    ANNOUNCED,
    Gateway,
    Instance,
    InternetGateway,
    NatGateway,
    Peering,
    TransitGateway,
)
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.firewall import Firewall
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

LOCAL = "local"

#: The property of a route that names its target, and what kind of target that is; `GatewayId` is several kinds.
_TARGETS = (
    ("NatGatewayId", "nat"),
    ("TransitGatewayId", "tgw"),
    ("VpcPeeringConnectionId", "pcx"),
    ("VpcEndpointId", "vpce"),
    ("InstanceId", "instance"),
    ("NetworkInterfaceId", "eni"),
    ("EgressOnlyInternetGatewayId", "eigw"),
    ("CarrierGatewayId", "carrier"),
    ("LocalGatewayId", "local-gateway"),
    ("CoreNetworkArn", "core"),
    ("GatewayId", "gateway"),
)
_GATEWAYS = {
    "AWS::EC2::InternetGateway": "igw",
    "AWS::EC2::VPNGateway": "vgw",
    "AWS::EC2::EgressOnlyInternetGateway": "eigw",
    "AWS::EC2::CarrierGateway": "carrier",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::VPNGatewayRoutePropagation": "vgw",
    "AWS::EC2::VPCGatewayAttachment": "igw",
}
_PREFIXES = (("igw-", "igw"), ("vgw-", "vgw"), ("vpce-", "vpce"), ("cagw-", "carrier"), ("eigw-", "eigw"))


class Route(Thing):
    """A route of a table: where it leads, for which destination."""

    types = ("AWS::EC2::Route",)
    noun = "route"

    @fact
    def table(self) -> RouteTable | None:
        """The table that it stands in."""
        return self.thing(RouteTable, "RouteTableId")  # type: ignore[no-any-return]

    @fact
    def destinations(self) -> tuple[Range, ...]:
        """The ranges that it is for: one, or those of a prefix list of the templates.

        Raises:
            NotVisible: The destination, or what its prefix list holds, is not in the templates.
        """
        for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"):
            if self.given(name):
                return (self.network.range(self, name),)
        return tuple(self.network.prefix_list(self, "DestinationPrefixListId"))

    def to_block(self, version: int) -> bool:
        """Is its destination a CIDR block of this IP version, rather than a prefix list or a block of the other?"""
        return self.given("DestinationCidrBlock" if version == 4 else "DestinationIpv6CidrBlock")

    @fact
    def destination_text(self) -> str:
        """The destination as it stands in the template."""
        names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
        return next((str(self.get(name)) for name in names if self.given(name)), "?")

    @fact
    def _where(self) -> tuple[str, Any]:
        """The kind and the value of the target."""
        for name, kind in _TARGETS:
            value = self.get(name)
            if value not in (None, ""):
                return (self._gateway(value), value) if kind == "gateway" else (self._kind(kind, value), value)
        return "unknown", Unknown(f"target of route {self.id}")

    def _gateway(self, value: Any) -> str:
        if value.__class__ is Reference:
            return _GATEWAYS.get(value.resource.type, "unknown")
        if value == LOCAL:
            return LOCAL
        if value.__class__ is str:
            return next((kind for prefix, kind in _PREFIXES if value.startswith(prefix)), "unknown")
        return "unknown"

    def _kind(self, kind: str, value: Any) -> str:
        if kind == "vpce" and self._firewall_of(value) is not None:
            return "firewall"
        return kind

    def _firewall_of(self, value: Any) -> Firewall | None:
        from constructs_lib.network.firewall import Firewall

        for reference in references(value):
            if reference.resource.type in Firewall.types:
                return self.network.of(Firewall, reference.resource)
        return None

    @property
    def kind(self) -> str:
        """`igw nat tgw vgw pcx eigw vpce firewall instance eni carrier local-gateway core local`, or `unknown` for an imported gateway."""
        return self._where[0]

    @fact
    def target(self) -> Thing | None:
        """The thing that it leads to; None for the VPC itself."""
        kind, value = self._where
        if kind == LOCAL:
            return None
        if kind == "firewall":
            return self._firewall_of(value)
        return self.network.thing(_KINDS.get(kind, Gateway), value)

    @property
    def fault(self) -> str | None:
        """Why the NAT gateway or instance that it leads to gives no way to the internet; None where it does, and for other targets."""
        target = self.target
        return target.fault if isinstance(target, (NatGateway, Instance)) else None

    @property
    def unknown_target(self) -> str:
        """What to declare where the target is not known."""
        value = self._where[1]
        declare = value.declare if isinstance(value, Unknown) else ""
        return declare or "name the gateway by Ref, or by its id"

    @property
    def firewall(self) -> Firewall | None:
        """The Network Firewall that it leads to, if it does."""
        return self._firewall_of(self._where[1]) if self.kind == "firewall" else None

    @fact
    def target_id(self) -> str:
        """What it leads to, for messages."""
        target = self.target
        if target is None:
            return LOCAL
        return str(target.source.value) if target.source is not None else target.id

    def leads_like(self, other: Route) -> bool:
        """Has another route the same target?"""
        return self.kind == other.kind and self.target is other.target

    @property
    def shown(self) -> str:
        """`0.0.0.0/0 -> NatGateway`."""
        return f"{self.destination_text} -> {self.target_id}"


_KINDS: dict[str, type[Thing]] = {
    "igw": InternetGateway,
    "nat": NatGateway,
    "tgw": TransitGateway,
    "pcx": Peering,
    "instance": Instance,
    "eni": Instance,
}


class RouteTable(Thing):
    """A route table; `main` is the one that a VPC is created with, which holds the local routes alone."""

    types = ("AWS::EC2::RouteTable",)
    noun = "route table"

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC that it belongs to."""
        from constructs_lib.network.vpc import Vpc

        return None if self.imported else self.thing(Vpc, "VpcId")

    @fact
    def routes(self) -> tuple[Route, ...]:
        """The routes of the templates that stand in it, without the local ones."""
        return tuple(self.network.pointing(Route, self, "RouteTableId"))

    def perhaps(self, asked: Range, *, whole: bool = False) -> NotVisible | None:
        """Why it is not known whether a route for some (or the whole) of these addresses stands in it: the table of a route is a parameter or alike."""
        for route, reason in self.network.perhaps_pointing(Route, self, "RouteTableId"):
            try:
                if asked in route.destinations or (
                    not whole and any(asked.overlaps(one) for one in route.destinations)
                ):
                    return reason
            except NotVisible:
                return reason
        return None

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that are associated with it."""
        from constructs_lib.network.subnets import Subnet

        found = self.network.pointing("AWS::EC2::SubnetRouteTableAssociation", self, "RouteTableId")
        return tuple(one for one in (association.thing(Subnet, "SubnetId") for association in found) if one is not None)

    @fact
    def propagating(self) -> tuple[Thing, ...]:
        """The virtual private gateways that propagate routes into it, which the templates do not show."""
        found = self.network.pointing("AWS::EC2::VPNGatewayRoutePropagation", self, "RouteTableIds")
        return tuple(one for one in (each.thing(Gateway, "VpnGatewayId") for each in found) if one is not None)

    def settle_default(self) -> None:
        """Make sure that a table without a default route has none.

        Raises:
            NotVisible: A virtual private gateway may tell it one.
        """
        for gateway in self.propagating:
            raise NotVisible(
                f"the routes that {gateway.id} propagates into {self.id}",
                ANNOUNCED,
            )

    @fact
    def default_route(self) -> Route | None:
        """The route for all of IPv4: `0.0.0.0/0`, or both halves of it where they lead to the same target."""
        blocks = {block: route for route, block in self._blocks4 if block in HALVES4}
        if len(blocks) == len(HALVES4) and blocks[HALVES4[0]].leads_like(blocks[HALVES4[1]]):
            return blocks[HALVES4[0]]
        return self._for(EVERYTHING4)

    @fact
    def absent_default(self) -> tuple[Route, ...]:
        """The default routes that conditions leave out under the defaults."""
        found = self.network.not_created(Route, self, "RouteTableId")
        return tuple(route for route in found if route.get("DestinationCidrBlock") == "0.0.0.0/0")

    @fact
    def exceptions(self) -> tuple[tuple[Range, Route], ...]:
        """The routes that lead parts of the IPv4 internet elsewhere than the default route does, with those parts, the most specific first."""
        default = self.default_route
        found = [
            (block, route)
            for route, block in self._blocks4
            if block != EVERYTHING4
            and any(block.overlaps(public) for public in PUBLIC4)
            and not (default is not None and route.leads_like(default))
        ]
        return tuple(sorted(found, key=lambda entry: entry[0].size))

    @fact
    def _blocks4(self) -> tuple[tuple[Route, Range], ...]:
        """The routes with their IPv4 blocks, as far as those are known."""
        found = []
        for route in self.routes:
            try:
                found += [(route, block) for block in route.destinations if block.version == 4]
            except NotVisible:
                continue
        return tuple(found)

    @fact
    def default_route6(self) -> Route | None:
        """The route for all of IPv6 (`::/0`), if there is one."""
        return self._for(EVERYTHING6)

    def _for(self, everything: Range) -> Route | None:
        hidden: NotVisible | None = None
        for route in self.routes:
            if not route.to_block(everything.version):
                continue
            try:
                if everything in route.destinations:
                    return route
            except NotVisible as reason:
                hidden = reason
        if hidden is None and self.imported:
            hidden = self.unseen("the default route")
        if hidden is None:
            hidden = self.perhaps(everything, whole=True)
        if hidden is not None:
            raise hidden
        return None
