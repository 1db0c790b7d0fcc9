"""Subnets: where they lie, and where their default route leads."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Pseudo, Text, Unknown, fact
from constructs_lib.network.addresses import Range
from constructs_lib.network.routes import RouteTable
from constructs_lib.network.things import DeclaredThing
from constructs_lib.network.vpc import MainTable, Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from constructs_lib.network.acl import NetworkAcl
    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.routes import Route
    from constructs_lib.network.things import Thing
#: The class of a subnet by the kind of thing that its default route leads to.
_CLASSES = {"igw": "public", "nat": "nat", "instance": "nat", "eni": "nat"}
_OTHER = frozenset({"tgw", "vgw", "pcx", "vpce", "firewall", "core", "local-gateway", "carrier"})
#: The class of a subnet by its declared egress.
_DECLARED = {
    "nat": "nat",
    "proxy": "isolated",
    "internet-gateway": "public",
    "none": "isolated",
    "transit-gateway": "other-egress",
    "virtual-private-gateway": "other-egress",
    "peering": "other-egress",
    "firewall": "other-egress",
}
#: Addresses that AWS keeps in every subnet.
_RESERVED = 5


class Subnet(DeclaredThing):
    """A subnet."""

    types = ("AWS::EC2::Subnet",)
    noun = "subnet"
    declarable = True
    declared_among = "subnets"

    @fact
    def vpc(self) -> Vpc:
        """The VPC that it belongs to."""
        if self.imported:
            return self.network.thing(Vpc, self.declared_fact("vpc", "the VPC"))
        vpc = self.thing(Vpc, "VpcId")
        if vpc is None:
            raise NotVisible(f"the VPC of subnet {self.id}", "give its VpcId")
        return vpc  # type: ignore[no-any-return]

    @fact
    def cidr(self) -> Range:
        """Its IPv4 range."""
        if self.imported:
            return Range.parse(self.declared_fact("cidr", "the address range"))
        if not self.given("CidrBlock"):
            raise NotVisible(f"the address range of subnet {self.id}", f"write out the CidrBlock of {self.id}")
        return self.network.range(self, "CidrBlock")

    @fact
    def ranges(self) -> tuple[Range, ...]:
        """Where its addresses surely lie: its own range, or else the VPC's."""
        try:
            return (self.cidr,)
        except NotVisible:
            return self.vpc.cidrs

    def lies_in(self, block: Hashable) -> bool:
        """Is a block of addresses that is not known (a parameter, ...) surely its own range, or the one range of its VPC?"""
        if block is None or self.imported:
            return False
        return block == self.get("CidrBlock") or (self.vpc.one_block and self.vpc.is_block(block))

    @fact
    def has_ipv6(self) -> bool:
        """Has it an IPv6 range?"""
        if self.imported:
            return "ipv6Cidr" in (self.declared or {}) or bool(self.declared_fact("ipv6Cidr", "the IPv6 range"))
        if any(self.given(name) for name in ("Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength")):
            return True
        found = self.network.pointing("AWS::EC2::SubnetCidrBlock", self, "SubnetId")
        if not found:
            for _, reason in self.network.perhaps_pointing("AWS::EC2::SubnetCidrBlock", self, "SubnetId"):
                raise reason
        return bool(found)

    @fact
    def ipv6_cidrs(self) -> tuple[Range, ...]:
        """Its IPv6 ranges."""
        if self.imported:
            return (Range.parse(self.declared_fact("ipv6Cidr", "the IPv6 range")),)
        if self.given("Ipv6CidrBlock"):
            return (self.network.range(self, "Ipv6CidrBlock"),)
        blocks = self.network.pointing("AWS::EC2::SubnetCidrBlock", self, "SubnetId")
        return tuple(self.network.range(block, "Ipv6CidrBlock") for block in blocks)

    @fact
    def zone(self) -> Hashable:
        """What identifies its Availability Zone: equal for subnets of one zone.

        Raises:
            NotVisible: The zone is a parameter, or AWS chooses it.
        """
        value = self._zone_value()
        if value is None or _opaque(value):
            raise (
                self.hidden(value, "AvailabilityZone")
                if value is not None
                else NotVisible(
                    f"the Availability Zone of subnet {self.id}, which AWS chooses",
                    f"give the AvailabilityZone of {self.id}",
                )
            )
        return value  # type: ignore[no-any-return]

    def _zone_value(self) -> Any:
        if self.imported:
            return self.declared_fact("availabilityZone", "the Availability Zone")
        value = self.get("AvailabilityZone")
        return self.get("AvailabilityZoneId") if value in (None, "") else value

    @property
    def zone_name(self) -> str:
        """The Availability Zone, for messages."""
        zone = self.zone
        return zone.what if isinstance(zone, Unknown) else str(zone)

    @fact
    def usable_addresses(self) -> int:
        """How many addresses it has, without the five that AWS keeps."""
        return self.cidr.size - _RESERVED

    @fact
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The interface endpoints that have an interface in it."""
        from constructs_lib.network.endpoints import Endpoint

        return tuple(self.network.pointing(Endpoint, self, "SubnetIds"))

    @property
    def most_endpoints(self) -> int:
        """How many interface endpoints have an interface in it where all conditions hold: never fewer than there are."""
        from constructs_lib.network.endpoints import Endpoint

        return self.network.at_most_pointing(Endpoint, self, "SubnetIds")

    @fact
    def associated(self) -> bool:
        """Is it explicitly associated with a route table?"""
        return bool(self._associations)

    @fact
    def _associations(self) -> tuple[Thing, ...]:
        return tuple(self.network.pointing("AWS::EC2::SubnetRouteTableAssociation", self, "SubnetId"))

    @fact
    def route_table(self) -> RouteTable:
        """Its route table: the associated one, else the VPC's main table.

        Raises:
            NotVisible: It has no association in the templates, and neither it nor its VPC is defined there.
        """
        for association in self._associations:
            table = association.thing(RouteTable, "RouteTableId")
            if table is not None:
                return table  # type: ignore[no-any-return]
        if self.imported:
            return self.network.thing(RouteTable, self.declared_fact("routeTable", "the route table"))
        if self.vpc.imported:
            raise NotVisible(
                f"the main route table of VPC {self.vpc.id}, which subnet {self.id} uses", self.vpc.declaring()
            )
        for _, reason in self.network.perhaps_pointing("AWS::EC2::SubnetRouteTableAssociation", self, "SubnetId"):
            raise reason
        return self.vpc.main_table

    @property
    def default_route(self) -> Route | None:
        """Its default route for IPv4, or None."""
        return self.route_table.default_route

    @property
    def default_route6(self) -> Route | None:
        """Its default route for IPv6, or None."""
        return self.route_table.default_route6

    @fact
    def declared_egress(self) -> str | None:
        """How an imported subnet gets out, as declared: `nat`, `internet-gateway`, `none`, ...; None where nothing is declared."""
        return (self.declared or {}).get("egress") if self.imported and not self.associated else None

    @fact
    def route_class(self) -> str:
        """What its default route makes of it: `public`, `nat`, `other-egress`, `isolated`, `main-rt` or `broken-nat`.

        Raises:
            NotVisible: The default route, or the NAT gateway that it leads to, is not in the templates.
        """
        if self.declared_egress is not None:
            return _DECLARED[self.declared_egress]
        table = self.route_table
        route = table.default_route
        if route is None:
            table.settle_default()
            return "main-rt" if isinstance(table, MainTable) else "isolated"
        if route.kind in _OTHER:
            return "other-egress"
        if route.kind not in _CLASSES:
            raise NotVisible(
                f"what {route.target_id} is, to which subnet {self.id} sends its traffic", route.unknown_target
            )
        if _CLASSES[route.kind] == "nat" and route.fault is not None:
            return "broken-nat"
        return _CLASSES[route.kind]

    @fact
    def route_class6(self) -> str:
        """The same for IPv6: `public`, `egress-only`, `other-egress` or `none`."""
        if self.imported and not self.associated:
            raise self.unseen("the IPv6 default route")
        route = self.route_table.default_route6
        if route is None:
            return "none"
        return {"igw": "public", "eigw": "egress-only"}.get(route.kind, "other-egress")

    @property
    def public_any(self) -> bool:
        """Does a default route of either IP version lead to an internet gateway?"""
        hidden: NotVisible | None = None
        try:
            if self.route_class == "public":
                return True
        except NotVisible as reason:
            hidden = reason
        if not (self.imported and not self.associated) and self.route_class6 == "public":
            return True
        if hidden:
            raise hidden
        return False

    @property
    def has_nat(self) -> bool:
        """Is there a NAT that works?"""
        return self.route_class == "nat"

    @property
    def no_way_out(self) -> bool:
        """Does no default route lead out of the VPC, or only to a NAT gateway that does not work?"""
        return self.route_class in ("isolated", "main-rt", "broken-nat")

    @property
    def egress_text(self) -> str:
        """How it gets out, for messages: `0.0.0.0/0 -> NatGateway (PrivateRoute)`."""
        if self.declared_egress is not None:
            return f"declared egress {self.declared_egress}"
        route = self.default_route
        return f"no default route in {self.route_table.id}" if route is None else f"{route.shown} ({route.id})"

    @fact
    def acl(self) -> NetworkAcl:
        """Its network ACL: the associated one, else the VPC's default one."""
        return self.network.acl_of(self)


def _opaque(value: Any) -> bool:
    """Is a zone unknown in a way that two equal values say nothing about other ones?"""
    if value.__class__ is Text:
        return not all(isinstance(hole, Pseudo) for hole in value.holes)
    return value.__class__ in (list, dict) or (isinstance(value, Unknown) and value.kind != "zone")
