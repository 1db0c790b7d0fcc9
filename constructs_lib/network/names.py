"""What names resolve to inside a VPC: DHCP options, private hosted zones; and its flow logs."""

from __future__ import annotations

from fnmatch import fnmatchcase

from constructs_lib.assembly import NotVisible, Text, Unknown, fact, references, unknowns
from constructs_lib.network.addresses import Range
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

    T = TypeVar("T")

#: Amazon's resolver: by name, and by the addresses that it has in every VPC.
_AMAZON = frozenset({"amazonprovideddns", "169.254.169.253", "fd00:ec2::253"})
#: Where it is in the VPC's first range, besides; and what the ranges of VPCs, at most /28, are multiples of.
_RESOLVER, _SMALLEST = 2, 16


class DhcpOptions(Thing):
    """A set of DHCP options."""

    types = ("AWS::EC2::DHCPOptions",)
    noun = "DHCP options"

    @fact
    def servers(self) -> tuple[str, ...]:
        """The DNS servers that it hands out; none means Amazon's."""
        return tuple(str(server) for server in self.entries("DomainNameServers"))

    def ask_amazon(self, vpc: Vpc) -> bool:
        """Do instances in the VPC ask Amazon's resolver, by its name or one of its addresses, which knows the endpoints' private names?

        Raises:
            NotVisible: A server is not in the templates, or whether it is the resolver of this VPC.
        """
        servers = self.entries("DomainNameServers")
        if not servers or any(str(server).lower() in _AMAZON for server in servers):
            return True
        for index, server in enumerate(servers):
            if isinstance(server, Unknown) or server.__class__ is Text:
                raise self.hidden(server, "DomainNameServers", index)
        places = [place for server in servers if (place := _resolver_place(str(server))) is not None]
        return bool(places) and vpc.primary_cidr.first + _RESOLVER in places

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
        return _host(self.known("Name", default=""))

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
        """The records of the templates that stand in it, named by its id or by its name."""
        named = [
            record for record in self.network.existing(self.network.things("RecordSet")) if record.in_zone(self.name)
        ]
        return (*self.network.pointing(RecordSet, self, "HostedZoneId"), *named)

    def answers_in(self, vpc: Vpc) -> bool:
        """Is it surely, or surely not, private to this VPC?

        Raises:
            NotVisible: One of its VPCs is a parameter, an import or alike, and may be this one.
        """
        if vpc in self.vpcs:
            return True
        return any(one.names(vpc) for one in self.vpcs)


class RecordSet(Thing):
    """A DNS record, or a group of them."""

    types = ("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup")
    noun = "record"

    @fact
    def _paths(self) -> tuple[tuple[str | int, ...], ...]:
        """Where its records are written: itself, or the entries of a group."""
        if self.type != "AWS::Route53::RecordSetGroup":
            return ((),)
        return tuple(("RecordSets", index) for index in range(len(self.entries("RecordSets"))))

    @fact
    def zone(self) -> HostedZone | None:
        """The zone that it stands in; None where it names it by `HostedZoneName`."""
        return self.thing(HostedZone, "HostedZoneId")  # type: ignore[no-any-return]

    def in_zone(self, name: str) -> bool:
        """Does it name a zone of this name, rather than one's id?"""
        return self.given("HostedZoneName") and _host(self.known("HostedZoneName")) == name

    def zone_elsewhere(self, zones: Iterable[HostedZone]) -> tuple[str, str] | None:
        """The zone that it stands in and how to make it known, where that is none of these; None where it is one of them."""
        zone = self.zone
        if zone is not None:
            return (zone.id, zone.source.declare) if zone.source is not None else None
        if not self.given("HostedZoneName") or any(self.in_zone(one.name) for one in zones):
            return None
        return str(self.get("HostedZoneName")), "check the stack that makes it along with this one"

    def leads(self, hosts: Iterable[str], endpoint: Endpoint, zone: str = "") -> bool:
        """Does one of its records point one of these host names, or their whole zone, to this endpoint?

        Raises:
            NotVisible: One that points elsewhere, as far as is known, has a name or target that is a parameter or alike.
        """
        return _one_is(lambda path: self._named(path, hosts, zone) and self._mentions(path, endpoint), self._paths)

    def _named(self, path: tuple[str | int, ...], hosts: Iterable[str], zone: str) -> bool:
        """Has a record one of these host names, or may its zone be the whole of it?"""
        if zone and any(same_name(zone, host) for host in hosts):
            return True
        name = _host(self.known(*path, "Name", default=""))
        return any(same_name(name, host) for host in hosts)

    def targets(self, host: str) -> list[Any]:
        """What its records for this host name (with `*` for its region) lead to, resolved: alias targets and plain values."""
        found = []
        for path in self._paths:
            if same_name(_host(self.known(*path, "Name", default="")), host):
                found += [self.get(*path, "AliasTarget"), self.get(*path, "ResourceRecords")]
        return found

    def _mentions(self, path: tuple[str | int, ...], endpoint: Endpoint) -> bool:
        """Does a record point to this endpoint, by its DNS names or network interfaces?"""
        target = [self.get(*path, "AliasTarget"), self.get(*path, "ResourceRecords")]
        if endpoint.imported:
            return any(endpoint.id in text for text in _texts(target))
        if any(reference.resource is endpoint.resource for reference in references(target)):
            return True
        hidden = next(unknowns(target), None)
        if hidden is not None:
            what = f"whether record {self.id}, which leads to {hidden.what}, leads to endpoint {endpoint.id}"
            raise NotVisible(what, hidden.declare)
        return False


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


def _resolver_place(server: str) -> int | None:
    """The address of a DNS server as a number, if it may be that of Amazon's resolver in some VPC."""
    try:
        place = Range.parse(server)
    except ValueError:
        return None
    return place.first if place.version == 4 and place.first % _SMALLEST == _RESOLVER else None


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


def covers_host(domain: str, host: str) -> bool:
    """Does a domain hold a host name, where `*` in either stands for anything? A domain of which nothing is known holds none."""
    return bool(domain.strip("*.")) and (same_name(domain, host) or same_name(f"*.{domain}", host))


def zone_for(endpoint: Endpoint, hosts: Iterable[str]) -> HostedZone | None:
    """Return the private hosted zone that leads these host names to an endpoint in its VPC, or None.

    Raises:
        NotVisible: A record points to the endpoint, or may, but its zone is not in the templates, or may be private to another VPC.
    """
    network, vpc = endpoint.network, endpoint.vpc
    zones = network.existing(network.things("HostedZone"))
    doubt: NotVisible | None = None
    for zone in zones:
        try:
            if zone.private and _serves(zone, hosts, endpoint, vpc):
                return zone  # type: ignore[no-any-return]
        except NotVisible as reason:
            doubt = doubt or reason
    if doubt is not None:
        raise doubt
    for record in network.existing(network.things("RecordSet")):
        if (elsewhere := record.zone_elsewhere(zones)) and record.leads(hosts, endpoint):
            name, declare = elsewhere
            raise NotVisible(f"whether hosted zone {name}, where {record.id} stands, answers in VPC {vpc.id}", declare)
    return None


def _serves(zone: HostedZone, hosts: Iterable[str], endpoint: Endpoint, vpc: Vpc) -> bool:
    """Does a zone answer in the VPC, and hold a record that leads one of these host names to the endpoint?"""
    fitting = [host for host in hosts if covers_host(zone.name, host)]
    if not fitting:
        return False
    try:
        if not zone.answers_in(vpc):
            return False
    except NotVisible:
        if _one_is(lambda record: record.leads(fitting, endpoint, zone.name), zone.records):
            raise
        return False
    return _one_is(lambda record: record.leads(fitting, endpoint, zone.name), zone.records)


def _one_is(question: Callable[[T], bool], things: Iterable[T]) -> bool:
    """Does the question hold for one of the things? What is not known counts only where it surely holds for none."""
    doubt: NotVisible | None = None
    for thing in things:
        try:
            if question(thing):
                return True
        except NotVisible as reason:
            doubt = doubt or reason
    if doubt is not None:
        raise doubt
    return False


def _host(value: Any) -> str:
    """Return a host name in lower case without the dot at its end; what is not known of it is `*`."""
    return pattern_of(value).rstrip(".").lower()
