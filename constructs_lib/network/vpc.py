"""VPCs and their subnets."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, fact
from constructs_lib.network.addresses import Range, covered
from constructs_lib.network.gateways import Peering
from constructs_lib.network.routes import RouteTable
from constructs_lib.network.things import DeclaredThing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.gateways import InternetGateway
    from constructs_lib.network.groups import SecurityGroup
    from constructs_lib.network.names import DhcpOptions, FlowLog
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.things import Thing


class Vpc(DeclaredThing):
    """A VPC."""

    types = ("AWS::EC2::VPC",)
    noun = "VPC"
    declarable = True
    declared_among = "vpcs"

    @fact
    def cidrs(self) -> tuple[Range, ...]:
        """Its IPv4 ranges, the added ones included."""
        found, hidden = self.visible_cidrs
        if hidden is not None:
            raise hidden
        return found

    @fact
    def visible_cidrs(self) -> tuple[tuple[Range, ...], NotVisible | None]:
        """Those of its IPv4 ranges that are known, and why one of them is not."""
        added = () if self.imported else self._blocks
        found: list[Range] = []
        hidden: NotVisible | None = None
        try:
            found += self._declared_cidrs() if self.imported else [self.primary_cidr]
        except NotVisible as reason:
            hidden = reason
        for block in added:
            try:
                if _is4(block) and not block.given("Ipv6CidrBlock"):
                    found.append(self.network.range(block, "CidrBlock"))
            except NotVisible as reason:
                hidden = hidden or reason
        return tuple(found), hidden

    def _declared_cidrs(self) -> list[Range]:
        return [Range.parse(text) for text in self.declared_fact("cidrs", "the address range") if ":" not in text]

    @fact
    def _blocks(self) -> tuple[Thing, ...]:
        return tuple(self.network.pointing("AWS::EC2::VPCCidrBlock", self, "VpcId"))

    @fact
    def one_block(self) -> bool:
        """Has it no IPv4 range but the one that it was created with?"""
        return not self.imported and not any(_is4(block) for block in self._blocks)

    def is_block(self, block: Hashable) -> bool:
        """Is a block of addresses the range that it was created with, be it known or not?"""
        if isinstance(block, Reference):
            return block.resource is self.resource and block.attribute == "CidrBlock"
        return not self.imported and block == self.get("CidrBlock")

    @fact
    def primary_cidr(self) -> Range:
        """The IPv4 range that it was created with."""
        if self.imported:
            return self.cidrs[0]
        if not self.given("CidrBlock"):
            raise NotVisible(f"the range that IPAM gives to VPC {self.id}", f"write out the CidrBlock of {self.id}")
        return self.network.range(self, "CidrBlock")

    @fact
    def ipv6_cidrs(self) -> tuple[Range, ...]:
        """Its IPv6 ranges.

        Raises:
            NotVisible: Amazon provides one, whose number only shows at deployment.
        """
        if self.imported:
            return tuple(Range.parse(text) for text in self.declared_fact("cidrs", "the IPv6 range") if ":" in text)
        found = []
        for block in self._blocks:
            if block.given("Ipv6CidrBlock"):
                found.append(self.network.range(block, "Ipv6CidrBlock"))
            elif not _is4(block):
                raise NotVisible(
                    f"the IPv6 range that AWS gives to VPC {self.id}", f"write out the Ipv6CidrBlock of {self.id}"
                )
        return tuple(found)

    @fact
    def known_ranges(self) -> tuple[Range, ...]:
        """The ranges that are surely inside: its own where they are known, and those of its subnets where one of them is not."""
        ranges, hidden = self.visible_cidrs
        found = list(ranges)
        for subnet in () if hidden is None else self.subnets:
            try:
                found.append(subnet.cidr)
            except NotVisible:
                continue
        return tuple(dict.fromkeys(found))

    @fact
    def dns_support(self) -> bool:
        """Does its resolver answer (`EnableDnsSupport`, default true)?"""
        if self.imported:
            return bool(self.declared_fact("dnsSupport", "DNS support"))
        return self.flag("EnableDnsSupport", default=True)

    @fact
    def dns_hostnames(self) -> bool:
        """Does it give out host names (`EnableDnsHostnames`, default false)?"""
        if self.imported:
            return bool(self.declared_fact("dnsHostnames", "DNS host names"))
        return self.flag("EnableDnsHostnames", default=False)

    @fact
    def dns_off(self) -> str | None:
        """Which attribute keeps private names from resolving in it (`EnableDnsSupport`, `EnableDnsHostnames`); None where both are on.

        AWS refuses an endpoint with private DNS in a VPC where either is off: for an imported one that nothing is declared of, one that deploys is
        proof enough.
        """
        if self.imported and self.declared is None:
            return None
        for name, attribute in (("EnableDnsSupport", "dns_support"), ("EnableDnsHostnames", "dns_hostnames")):
            try:
                if not getattr(self, attribute):
                    return name
            except NotVisible:
                if not self.imported:
                    raise
        return None

    @fact
    def tenancy(self) -> str:
        """`default`, `dedicated` or `host`."""
        if self.imported:
            return str(self.declared_fact("tenancy", "the tenancy"))
        return self.one_of("InstanceTenancy", words=("default", "dedicated", "host"))

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """Its subnets: those of the templates, and those declared for it."""
        from constructs_lib.network.subnets import Subnet

        found: list[Any] = list(self.network.pointing(Subnet, self, "VpcId"))
        facts = self.network.declarations
        if self.imported and self.declared is not None:
            names = self.network.declared_names(self)
            found += [self.network.thing(Subnet, name) for name, of in facts.subnets.items() if of.get("vpc") in names]
        return tuple(dict.fromkeys(found))

    @fact
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its endpoints: those of the templates, and those declared for it. There may be more where it is imported (`complete`)."""
        return self.network.endpoints_in(self)

    @fact
    def complete(self) -> bool:
        """Is what the templates show or declare of it all that there is? True where they define it."""
        return not self.imported or bool(self.declared and self.declared.get("complete"))

    @fact
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of the templates that belong to it."""
        from constructs_lib.network.groups import SecurityGroup

        return tuple(self.network.pointing(SecurityGroup, self, "VpcId"))

    @fact
    def internet_gateways(self) -> tuple[InternetGateway, ...]:
        """The internet gateways that are attached to it."""
        from constructs_lib.network.gateways import InternetGateway

        found = self.network.pointing("AWS::EC2::VPCGatewayAttachment", self, "VpcId")
        return tuple(
            one for one in (each.thing(InternetGateway, "InternetGatewayId") for each in found) if one is not None
        )

    @fact
    def peerings(self) -> tuple[Peering, ...]:
        """Its peering connections."""
        asked = self.network.pointing(Peering, self, "VpcId")
        return tuple(dict.fromkeys([*asked, *self.network.pointing(Peering, self, "PeerVpcId")]))

    @fact
    def dhcp_options(self) -> DhcpOptions | None:
        """The DHCP options that are associated with it by the templates."""
        from constructs_lib.network.names import DhcpOptions

        for association in self.network.pointing("AWS::EC2::VPCDHCPOptionsAssociation", self, "VpcId"):
            return association.thing(DhcpOptions, "DhcpOptionsId")  # type: ignore[no-any-return]
        return None

    @fact
    def flow_logs(self) -> tuple[FlowLog, ...]:
        """The flow logs of the VPC as a whole."""
        from constructs_lib.network.names import FlowLog

        return tuple(self.network.pointing(FlowLog, self, "ResourceId"))

    @fact
    def main_table(self) -> RouteTable:
        """The table of the subnets without association: the local routes alone, as the VPC is created with it."""
        return MainTable(self)

    def holds(self, target: Range) -> bool:
        """Does every address of the range lie in it?

        Raises:
            NotVisible: Its ranges are not known, and what is known of them does not decide.
        """
        if covered([target], self.known_ranges):
            return True
        return covered([target], self.cidrs if target.version == 4 else self.ipv6_cidrs)


def _is4(block: Thing) -> bool:
    """Does a `VPCCidrBlock` add IPv4 addresses?"""
    return block.given("CidrBlock") or (
        block.given("Ipv4IpamPoolId")
        and not block.given("Ipv6IpamPoolId")
        and not block.flag("AmazonProvidedIpv6CidrBlock")
    )


class MainTable(RouteTable):
    """The main route table of a VPC of the templates. CloudFormation cannot name it, so nothing stands in it but the local routes."""

    main = True

    def __init__(self, vpc: Vpc) -> None:
        super().__init__(vpc.network, vpc.resource)
        self.routes = ()
        self.subnets = ()
        self.propagating = ()
        self.vpc = vpc

    @property
    def id(self) -> str:
        """`main route table of Vpc`."""
        return f"main route table of {self.resource.logical_id}"
