"""Where the names of a service lead in a VPC apart from its own endpoints: by private hosted zones, and by rules that forward them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact, references
from constructs_lib.network.endpoints import Endpoint, serves
from constructs_lib.network.names import covers_host, pattern_of
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs_lib.network.names import HostedZone
    from constructs_lib.network.path import Trail
    from constructs_lib.network.vpc import Vpc
    from constructs_lib.services import Service

_ASSOCIATION = "AWS::Route53Resolver::ResolverRuleAssociation"
_RESOLVED = "give the VPC an endpoint for {} with private DNS, or a private hosted zone with a record that leads to one"


class ResolverRule(Thing):
    """A rule of the Route 53 Resolver, by which a VPC asks other DNS servers for the names of a domain."""

    types = ("AWS::Route53Resolver::ResolverRule",)
    noun = "resolver rule"

    @fact
    def domain(self) -> str:
        """The domain without the dot at the end, with `*` for what is not known of it; an empty text for all names."""
        return pattern_of(self.known("DomainName", default="")).rstrip(".").lower()

    @fact
    def forwards(self) -> bool:
        """Does it forward, rather than (`SYSTEM`) leave the names to the VPC's resolver?"""
        return str(self.text("RuleType", default="FORWARD")).upper() == "FORWARD"


def look_up(trail: Trail, vpc: Vpc, service: Service) -> Endpoint | None:
    """Return the endpoint that a private hosted zone leads a service's names to; None where they lead where they lead everywhere.

    Raises:
        NotVisible: The names are forwarded to DNS servers, or a private zone answers for them, and the templates do not show what comes back.
    """
    hosts = [name.replace("{region}", "*").lower() for name in service.hosts]
    zones = _zones(vpc, hosts)
    rules = _rules(trail, vpc, service)
    if not zones and not rules:
        return None
    for host in hosts:
        zone = max((one for one in zones if covers_host(one.name, host)), key=lambda one: len(one.name), default=None)
        rule = max(
            (one for one in rules if covers_host(one.domain, host)), key=lambda one: len(one.domain), default=None
        )
        if rule is not None and (zone is None or len(rule.domain) >= len(zone.name)):
            if not rule.forwards:
                continue
            raise NotVisible(
                f"where {service.name} is: resolver rule {rule.id} forwards the names of {rule.domain} to other DNS servers",
                _RESOLVED.format(service.name),
            )
        if zone is not None:
            return _answer(zone, host, service)
    return None


def _zones(vpc: Vpc, hosts: list[str]) -> list[HostedZone]:
    """The private zones of a VPC that hold one of these host names; they answer only where both DNS attributes are on."""
    found = [
        zone
        for zone in vpc.network.hosted_zones
        if zone.private
        and _known(zone)
        and any(covers_host(zone.name, host) for host in hosts)
        and zone.answers_in(vpc)
    ]
    return found if found and vpc.dns_off is None else []


def _known(zone: HostedZone) -> bool:
    """Is the name of a zone known? One whose name is a parameter is hardly for the names of AWS."""
    try:
        return bool(zone.name)
    except NotVisible:
        return False


def _rules(trail: Trail, vpc: Vpc, service: Service) -> list[ResolverRule]:
    """The rules of a VPC whose domain is known; of the others it is assumed that they are for other names."""
    found = []
    for association in vpc.network.pointing(_ASSOCIATION, vpc, "VPCId"):
        rule = association.thing(ResolverRule, "ResolverRuleId")
        if rule is None:
            continue
        if rule.imported or not rule.domain:
            what = f"resolver rule {rule.id} forwards no names of {service.name}"
            trail.assume(
                what if rule.imported else f"the DNS servers of {rule.id} answer for {service.name} as Amazon's do"
            )
        else:
            found.append(rule)
    return found


def _answer(zone: HostedZone, host: str, service: Service) -> Endpoint:
    """The endpoint of the service that the zone's record for this host name leads to."""
    leading = [(record, values) for record in zone.records if (values := record.targets(host))]
    for endpoint in _endpoints(zone, [values for _, values in leading]):
        if serves(endpoint, service) and endpoint.exists:
            return endpoint
    if leading:
        what = f"where record {leading[0][0].id} of private zone {zone.id} leads {service.name}"
    else:
        what = f"what private zone {zone.id} answers for {service.name}, for which the templates give it no record"
    raise NotVisible(what, _RESOLVED.format(service.name))


def _endpoints(zone: HostedZone, values: list[object]) -> Iterable[Endpoint]:
    for reference in references(values):
        if reference.resource.type in Endpoint.types:
            yield zone.network.of(Endpoint, reference.resource)
