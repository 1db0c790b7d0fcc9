"""What names resolve to inside a VPC: DHCP options, private hosted zones; and its flow logs."""

from __future__ import annotations

from fnmatch import fnmatchcase

from constructs_lib.assembly import NotVisible, Text, fact, references
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

_AMAZON = "amazonprovideddns"


class DhcpOptions(Thing):
    """A set of DHCP options."""

    types = ("AWS::EC2::DHCPOptions",)
    noun = "DHCP options"

    @fact
    def servers(self) -> tuple[str, ...]:
        """The DNS servers that it hands out; none means Amazon's."""
        return tuple(str(server) for server in self.entries("DomainNameServers"))

    @property
    def amazon_dns(self) -> bool:
        """Do instances ask Amazon's resolver, which knows the endpoints' private names?"""
        return not self.servers or any(server.lower() == _AMAZON for server in self.servers)

    @fact
    def vpcs(self) -> tuple[Vpc, ...]:
        """The VPCs that it is associated with."""
        from constructs_lib.network.vpc import Vpc

        found = self.network.pointing("AWS::EC2::VPCDHCPOptionsAssociation", self, "DhcpOptionsId")
        return tuple(one for one in (each.thing(Vpc, "VpcId") for each in found) if one is not None)


class HostedZone(Thing):
    """A Route 53 hosted zone."""

    types = ("AWS::Route53::HostedZone",)
    noun = "hosted zone"

    @fact
    def name(self) -> str:
        """Its name without the dot at the end; what is not known of it is `*`."""
        return pattern_of(self.known("Name", default="")).rstrip(".").lower()

    @fact
    def vpcs(self) -> tuple[Vpc, ...]:
        """The VPCs that it is private to."""
        from constructs_lib.network.vpc import Vpc

        count = len(self.entries("VPCs"))
        found = [self.thing(Vpc, "VPCs", index, "VPCId") for index in range(count)]
        return tuple(one for one in found if one is not None)

    @property
    def private(self) -> bool:
        """Does it answer inside VPCs only?"""
        return self.given("VPCs")

    @fact
    def records(self) -> tuple[RecordSet, ...]:
        """The records of the templates that stand in it."""
        return tuple(self.network.pointing(RecordSet, self, "HostedZoneId"))


class RecordSet(Thing):
    """A DNS record."""

    types = ("AWS::Route53::RecordSet",)
    noun = "record"

    @fact
    def name(self) -> str:
        """Its name without the dot at the end; what is not known of it is `*`."""
        return pattern_of(self.known("Name", default="")).rstrip(".").lower()

    @fact
    def zone(self) -> HostedZone | None:
        """The zone that it stands in; None where it names it by `HostedZoneName`."""
        return self.thing(HostedZone, "HostedZoneId")  # type: ignore[no-any-return]

    def mentions(self, endpoint: Endpoint) -> bool:
        """Does it point to this endpoint, by its DNS names or network interfaces?"""
        target = [self.get("AliasTarget"), self.get("ResourceRecords")]
        if endpoint.imported:
            return any(endpoint.id in text for text in _texts(target))
        return any(reference.resource is endpoint.resource for reference in references(target))


class FlowLog(Thing):
    """A VPC flow log."""

    types = ("AWS::EC2::FlowLog",)
    noun = "flow log"

    def covers(self, vpc: Vpc) -> bool:
        """Does it log the traffic of the whole VPC?"""
        from constructs_lib.network.vpc import Vpc

        watched = self.thing(Vpc, "ResourceId")
        return watched is not None and watched.names(vpc)

    def watches(self, subnet: Subnet) -> bool:
        """Does it log the traffic of this subnet alone?"""
        from constructs_lib.network.subnets import Subnet

        watched = self.thing(Subnet, "ResourceId")
        return watched is not None and watched.names(subnet)


def _texts(value: Any) -> Iterable[str]:
    if value.__class__ is dict:
        value = list(value.values())
    if value.__class__ is list:
        for one in value:
            yield from _texts(one)
    elif value.__class__ is str:
        yield value


def pattern_of(value: Any) -> str:
    """Return a text with `*` for what is not known of it."""
    if value.__class__ is str:
        return value
    if value.__class__ is Text:
        return value.pattern
    raise NotVisible(f"the name {value}")


def same_name(pattern: str, name: str) -> bool:
    """May two names be one, where `*` in either stands for anything?"""
    return fnmatchcase(name, pattern) or fnmatchcase(pattern, name)


def zone_serves(zone: HostedZone, host: str, endpoint: Endpoint) -> bool:
    """Does a private zone hold a record that leads this host name to the endpoint?"""
    if not same_name(zone.name, host) and not same_name(f"*.{zone.name}", host):
        return False
    for record in zone.records:
        if record.mentions(endpoint) and (same_name(record.name, host) or same_name(zone.name, host)):
            return True
    return False
