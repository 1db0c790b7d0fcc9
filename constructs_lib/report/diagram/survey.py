"""Which pictures there are: one for each VPC with what stands in it, and one for the workloads without a VPC."""

from __future__ import annotations

from dataclasses import dataclass, field

from constructs_lib.assembly import NotVisible
from constructs_lib.network.explain import destinations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import Any

    from constructs_lib.network import Network, Path, Subnet, Vantage, Vpc

#: Sites that are no VPC of the templates.
NO_VPC = "no VPC"
ELSEWHERE = "elsewhere"


@dataclass(eq=False)
class Station:
    """Workloads of one kind that stand at one place, so that each gets the same answers.

    Attributes:
        members: The workloads.
        vantages: Where they stand; none where the templates do not say.
    """

    members: list[Any]
    vantages: tuple[Vantage, ...]


@dataclass(eq=False)
class Outcome:
    """What one station gets in one of its places, for one destination.

    Attributes:
        station: The station.
        subnet: The subnet of its customer interface; None where it has none.
        destination: What was asked for.
        path: The answer.
    """

    station: Station
    subnet: Subnet | None
    destination: str
    path: Path


@dataclass(eq=False)
class Site:
    """What one picture shows.

    Attributes:
        vpc: The VPC; `NO_VPC` for the workloads without one, `ELSEWHERE` for subnets whose VPC is not in the templates.
        places: The stations, each with the vantages and subnets that it has here.
    """

    vpc: Vpc | str
    places: dict[Station, list[tuple[Vantage | None, Subnet | None]]] = field(default_factory=dict)

    def outcomes(self, network: Network) -> Iterator[Outcome]:
        """Ask for the destinations that matter to each station, from each of its places."""
        for station, places in self.places.items():
            asked = dict.fromkeys(
                destination for member in station.members for destination in destinations(network, member)
            )
            for vantage, subnet in places:
                start: Any = station.members[0] if vantage is None else vantage
                if vantage is not None and subnet is not None:
                    start = vantage.at(subnet)
                for destination in asked:
                    yield Outcome(station, subnet, destination, network.reach(start, destination))


def sites(network: Network) -> list[Site]:
    """Sort the workloads and VPCs that exist in the current world into the pictures that show them."""
    found: dict[Vpc | str, Site] = {vpc: Site(vpc) for vpc in network.vpcs}
    for station in _stations(network):
        for vantage, subnet in _places(station):
            vpc = NO_VPC if subnet is None else _vpc(station, subnet)
            found.setdefault(vpc, Site(vpc)).places.setdefault(station, []).append((vantage, subnet))
    for endpoint in network.endpoints:
        vpc = endpoint.vpc
        if vpc is not None and vpc not in found and vpc.imported:
            found[vpc] = Site(vpc)
    return sorted(found.values(), key=lambda site: (site.vpc != NO_VPC, site.vpc == ELSEWHERE))


def _stations(network: Network) -> list[Station]:
    found: dict[Hashable, Station] = {}
    for workload in network.workloads:
        try:
            vantages = tuple(workload.vantages)
            key = (type(workload), tuple(_standing(vantage) for vantage in vantages))
        except NotVisible:
            vantages, key = (), (workload, ())
        found.setdefault(key, Station([], vantages)).members.append(workload)
    return list(found.values())


def _standing(vantage: Vantage) -> Hashable:
    """What decides the answers of a place: equal for workloads that are to be drawn as one."""
    if vantage.hidden_routes is not None or vantage.proxy or vantage.routes:
        return vantage
    stack = vantage.workload.resource.template if vantage.workload is not None and not vantage.subnets else None
    return vantage.mode, vantage.subnets, vantage.groups, vantage.isolated, vantage.dual_stack, stack


def _places(station: Station) -> list[tuple[Vantage | None, Subnet | None]]:
    found: list[tuple[Vantage | None, Subnet | None]] = []
    for vantage in station.vantages:
        found += [(vantage, subnet) for subnet in vantage.subnets] or [(vantage, None)]
    return found or [(None, None)]


def _vpc(station: Station, subnet: Subnet) -> Vpc | str:
    """The VPC of a subnet, or the one that its workload names."""
    try:
        return subnet.vpc
    except NotVisible:
        if not station.members[0].given("VpcId"):
            return ELSEWHERE
    named: Vpc = station.members[0].vpc
    return named


def endpoint_service(endpoint: Any) -> str:
    """The service of an endpoint in short: `sts`; the service's name where it is not one of AWS."""
    try:
        service = endpoint.service
        found: str = service.name if service is not None else endpoint.service_name
    except NotVisible:
        return "unknown service"
    return found
