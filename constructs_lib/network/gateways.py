"""What routes lead to: internet, NAT, transit and other gateways, peering connections, instances that forward."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.routes import Route
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

#: What to do where traffic leaves for what no template can show.
BEHIND = "confirm at the other end that it is handed on"
#: The same for routes that no template can show.
ANNOUNCED = "confirm which routes it announces"


class InternetGateway(Thing):
    """An internet gateway."""

    types = ("AWS::EC2::InternetGateway",)
    noun = "internet gateway"

    @fact
    def vpcs(self) -> tuple[Vpc, ...]:
        """The VPCs that it is attached to (one at most, in a template that deploys)."""
        from constructs_lib.network.vpc import Vpc

        attachments = self.network.pointing("AWS::EC2::VPCGatewayAttachment", self, "InternetGatewayId")
        return tuple(one for one in (attachment.thing(Vpc, "VpcId") for attachment in attachments) if one is not None)

    def attached_to(self, vpc: Vpc) -> bool:
        """Is it attached to this VPC?

        Raises:
            NotVisible: It is imported, and so is its attachment.
        """
        if any(one.is_surely(vpc) for one in self.vpcs):
            return True
        if self.imported:
            raise self.unseen("the attachment")
        self._settle(vpc)
        return False

    def _settle(self, vpc: Vpc) -> None:
        """Raise `NotVisible` where an attachment of a parameter or alike may be the one of this gateway and this VPC."""
        kind = "AWS::EC2::VPCGatewayAttachment"
        for attachment, reason in self.network.perhaps_pointing(kind, self, "InternetGatewayId"):
            place = attachment.thing(type(vpc), "VpcId")
            if place is vpc or (place is not None and place.imported):
                raise reason
        for attachment, reason in self.network.perhaps_pointing(kind, vpc, "VpcId"):
            if attachment.thing(InternetGateway, "InternetGatewayId") is self:
                raise reason

    @fact
    def routes(self) -> tuple[Route, ...]:
        """The routes that lead to it."""
        from constructs_lib.network.routes import Route

        return tuple(self.network.pointing(Route, self, "GatewayId"))


class NatGateway(Thing):
    """A NAT gateway: zonal in a subnet, or regional; public, or private."""

    types = ("AWS::EC2::NatGateway",)
    noun = "NAT gateway"

    @fact
    def private(self) -> bool:
        """Is it private, without a public address? `ConnectivityType` defaults to public."""
        return str(self.text("ConnectivityType", default="public")).lower() == "private"

    @fact
    def regional(self) -> bool:
        """Does it serve the whole region's zones, without a subnet of its own?"""
        return str(self.text("AvailabilityMode", default="zonal")).lower() == "regional"

    @fact
    def subnet(self) -> Subnet | None:
        """The subnet that it sits in; None for a regional one."""
        from constructs_lib.network.subnets import Subnet

        return self.thing(Subnet, "SubnetId")  # type: ignore[no-any-return]

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC that it sits in."""
        from constructs_lib.network.vpc import Vpc

        if self.subnet is not None:
            return self.subnet.vpc
        return self.thing(Vpc, "VpcId")  # type: ignore[no-any-return]

    @fact
    def fault(self) -> str | None:
        """Why it gives no way to the internet, in words; None where it does.

        Raises:
            NotVisible: Its subnet's routes are not in the templates, or lead through an appliance.
        """
        if not self.exists:
            return f"NAT gateway {self.id} is not created"
        if self.private:
            return f"NAT gateway {self.id} is private"
        if self.regional or self.subnet is None:
            return self._without_internet_gateway()
        route = self.subnet.default_route
        if route is None:
            return f"NAT gateway {self.id} is in subnet {self.subnet.id}, which has no route to an internet gateway"
        if route.kind == "igw":
            return _detached(route, self.subnet)
        if route.kind in ("firewall", "vpce", "instance", "eni", "unknown", "core"):
            return self._behind(route)
        return f"NAT gateway {self.id} is in subnet {self.subnet.id}, whose default route leads to {route.target_id}"

    def _without_internet_gateway(self) -> str | None:
        """Why a regional NAT gateway, whose own routes AWS makes, has no internet gateway to lead to, in words; None where it has."""
        vpc = self.vpc
        if vpc is None or vpc.imported or vpc.internet_gateways:
            return None
        for _, reason in self.network.perhaps_pointing("AWS::EC2::VPCGatewayAttachment", vpc, "VpcId"):
            raise reason
        return f"NAT gateway {self.id} is regional, and no internet gateway is attached to VPC {vpc.id}"

    def _behind(self, route: Route) -> str | None:
        """Follow a default route through a firewall of the templates to the internet gateway behind it."""
        firewall = route.firewall
        if firewall is None:
            raise NotVisible(
                f"what lies behind {route.target_id}, to which the subnet of NAT gateway {self.id} sends its traffic",
                BEHIND,
            )
        onward = firewall.onward
        if onward is not None and onward.kind == "igw":
            return None
        where = "nowhere" if onward is None else f"to {onward.target_id}"
        return f"firewall {firewall.id}, in front of NAT gateway {self.id}, leads {where}"

    @property
    def works(self) -> bool:
        """Does it give a way to the internet?"""
        return self.fault is None


def _detached(route: Route, subnet: Subnet) -> str | None:
    """Why the internet gateway that a route of the subnet leads to is none of its VPC's, in words; None where it is."""
    gateway = route.target
    assert isinstance(gateway, InternetGateway)
    try:
        attached = gateway.attached_to(subnet.vpc)
    except NotVisible:
        # An internet gateway that a route is given for exists, and is attached where that route was accepted.
        return None
    return None if attached else f"internet gateway {gateway.id} is not attached to VPC {subnet.vpc.id}"


class Peering(Thing):
    """A VPC peering connection."""

    types = ("AWS::EC2::VPCPeeringConnection",)
    noun = "peering connection"

    @fact
    def vpc(self) -> Vpc:
        """The VPC that asks for it."""
        from constructs_lib.network.vpc import Vpc

        return self.thing(Vpc, "VpcId")  # type: ignore[no-any-return]

    @fact
    def peer_vpc(self) -> Vpc:
        """The VPC that accepts it."""
        from constructs_lib.network.vpc import Vpc

        return self.thing(Vpc, "PeerVpcId")  # type: ignore[no-any-return]

    def far_end(self, vpc: Vpc) -> Vpc | None:
        """The VPC at the other end, seen from `vpc`; None where `vpc` is at neither end."""
        if self.vpc is vpc:
            return self.peer_vpc
        return self.vpc if self.peer_vpc is vpc else None


class TransitGateway(Thing):
    """A transit gateway; what lies behind it is decided by its own route tables."""

    types = ("AWS::EC2::TransitGateway",)
    noun = "transit gateway"


class Gateway(Thing):
    """Any other target of a route: a virtual private, carrier, local or egress-only gateway, an appliance, a core network."""

    types = (
        "AWS::EC2::VPNGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::CarrierGateway",
        "AWS::NetworkManager::CoreNetwork",
    )
    noun = "gateway"


class Instance(Thing):
    """An EC2 instance or network interface, of interest where a route leads to it: a NAT instance or another appliance."""

    types = ("AWS::EC2::Instance", "AWS::EC2::NetworkInterface")
    noun = "instance"

    @fact
    def forwards(self) -> bool:
        """Does EC2 let it forward what is not addressed to it (`SourceDestCheck` is off)?"""
        return not self.flag("SourceDestCheck", default=True)

    @fact
    def subnet(self) -> Subnet | None:
        """The subnet of its first interface."""
        from constructs_lib.network.subnets import Subnet

        return self.thing(Subnet, "SubnetId") or self.thing(Subnet, "NetworkInterfaces", 0, "SubnetId")  # type: ignore[no-any-return]

    @fact
    def security_groups(self) -> tuple[Any, ...]:
        """The groups of its first interface."""
        from constructs_lib.network.groups import SecurityGroup

        own = self.things(SecurityGroup, "SecurityGroupIds") or self.things(SecurityGroup, "GroupSet")
        return own or self.things(SecurityGroup, "NetworkInterfaces", 0, "GroupSet")

    @fact
    def fault(self) -> str | None:
        """Why it gives no way to the internet as a NAT instance, in words; None where it does.

        Raises:
            NotVisible: Its subnet's routes are not in the templates.
        """
        if not self.forwards:
            return f"instance {self.id} drops what it should forward: SourceDestCheck is on"
        if self.subnet is None:
            raise NotVisible(f"the subnet of instance {self.id}", "name its SubnetId")
        route = self.subnet.default_route
        if route is None or route.kind != "igw":
            return f"instance {self.id} is in subnet {self.subnet.id}, which has no route to an internet gateway"
        return _detached(route, self.subnet)
