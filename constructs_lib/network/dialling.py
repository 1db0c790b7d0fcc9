"""The ways to AWS services: an interface endpoint whose names resolve, a gateway endpoint, or the default route."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import gates, ways
from constructs_lib.network.addresses import PUBLIC4
from constructs_lib.network.endpoints import GATEWAY, INTERFACE, Endpoint, serves
from constructs_lib.network.gates import Crossing, between
from constructs_lib.network.internet import out
from constructs_lib.network.path import left_out, worst
from constructs_lib.network.ranges import pieces, to_piece
from constructs_lib.network.resolving import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.names import DhcpOptions
    from constructs_lib.network.path import Trail
    from constructs_lib.network.questions import Target
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage
    from constructs_lib.network.vpc import Vpc


def dial(trail: Trail, start: Vantage, asked: Target) -> None:
    """An interface endpoint whose names resolve takes the traffic, else a gateway endpoint of the route table, else the default route."""
    assert asked.service is not None
    network, subnet = start.network, start.subnets[0]
    vpc = start.surroundings
    _resolver(trail, vpc, asked)
    if trail.stopped:
        return
    known = network.known_endpoints(vpc, asked.service)
    named = next((one for one in known if one.kind == INTERFACE and one.names_resolve), None)
    if named is not None:
        _by_interface(trail, start, asked, named)
        return
    away = look_up(trail, vpc, asked.service)
    if away is not None:
        _by_interface_of_another(trail, start, asked, away)
        return
    if asked.service.has_gateway and _by_gateway(trail, start, asked, known):
        return
    cause, missing = _missing(asked, known, subnet, vpc)
    before = len(trail.hidden)
    out(trail, start, asked, cause, missing)
    if cause == "private_dns" and trail.cause == cause:
        trail.via = "vpce-interface"
    if trail.cause in (cause, "public_subnet", "route") and len(trail.hidden) == before:
        try:
            network.no_others(vpc, asked.service)
        except NotVisible as reason:
            trail.reopen(reason)  # an endpoint that the templates do not show would serve it


def _resolver(trail: Trail, vpc: Vpc, asked: Target) -> None:
    """Names must resolve before anything else can be asked."""
    if vpc.imported:
        return
    options = vpc.dhcp_options
    own_servers = options is not None and not options.imported and not _asks_amazon(options, vpc)
    if not vpc.dns_support and not own_servers:
        trail.via = "none"
        trail.stop("private_dns", vpc.id, f"no name resolves in VPC {vpc.id}: EnableDnsSupport is false")
    elif own_servers and options is not None:
        trail.assume(
            f"the DNS servers {', '.join(options.servers)} ({options.id}) forward the names of {asked.text} to the VPC's resolver"
        )


def _asks_amazon(options: DhcpOptions, vpc: Vpc) -> bool:
    """Is it known that instances ask Amazon's resolver?"""
    try:
        return options.ask_amazon(vpc)
    except NotVisible:
        return False


def _by_interface(trail: Trail, start: Vantage, asked: Target, endpoint: Endpoint) -> None:
    trail.via = "vpce-interface"
    subnet = start.subnets[0]
    places = ", ".join(place.id for place in endpoint.subnets) or "subnets that are not declared"
    way = ways.local_route(endpoint.vpc, endpoint.subnets[0]) if endpoint.subnets else "local"
    trail.hop("route", ways.table_name(subnet), f"{way}: endpoint {endpoint.id} is in VPC {endpoint.vpc.id}")
    trail.hop("endpoint", endpoint.id, f"{endpoint.service_name}, its names resolve to it, in {places}")
    if endpoint.declared:
        gates.leave(trail, start, asked, endpoint.id, gates.to_interface(asked, (), endpoint.subnets or (subnet,)))
    else:
        gates.leave(
            trail,
            start,
            asked,
            f"endpoint {endpoint.id}",
            gates.to_interface(asked, endpoint.security_groups, endpoint.subnets),
        )
    gates.enter_endpoint(trail, start, asked, endpoint)
    gates.pass_acls(trail, asked, [crossing for place in endpoint.subnets for crossing in between(subnet, place)])


def _by_interface_of_another(trail: Trail, start: Vantage, asked: Target, endpoint: Endpoint) -> None:
    """Take an endpoint of another VPC, to which a private hosted zone leads the names: the routes to its subnets decide first."""
    paths = []
    for place in endpoint.subnets:
        for piece, where in pieces(start.subnets[0], place.cidr):
            each = trail.fork()
            to_piece(each, start, asked.with_groups(endpoint.security_groups), piece, where)
            paths.append(each.path())
    if not paths:
        raise NotVisible(f"the subnets of endpoint {endpoint.id}", f"name the SubnetIds of {endpoint.id}")
    trail.take(worst(paths))
    if trail.stopped:
        return
    trail.hop("endpoint", endpoint.id, f"{endpoint.service_name} in VPC {endpoint.vpc.id}, a private zone leads to it")
    gates.enter_endpoint(trail, start, asked, endpoint)
    if not trail.hidden:
        trail.via = "vpce-interface"


def _by_gateway(trail: Trail, start: Vantage, asked: Target, known: tuple[Endpoint, ...]) -> bool:
    """Take a gateway endpoint that stands in the subnet's route table, if there is one."""
    subnet = start.subnets[0]
    for endpoint in known:
        if endpoint.kind != GATEWAY:
            continue
        table = subnet.route_table
        if not endpoint.stands_in(table):
            continue
        trail.via = "vpce-gateway"
        trail.hop("route", table.id, f"prefix list of {asked.text} -> {endpoint.id}")
        trail.hop("endpoint", endpoint.id, f"{endpoint.service_name}, in route table {table.id}")
        gates.leave(trail, start, asked, f"{asked.text} (the prefix list of {endpoint.id})", gates.to_gateway(asked))
        gates.pass_policy(trail, endpoint)
        gates.pass_acls(trail, asked, [Crossing(subnet, PUBLIC4, inward=False)])
        return True
    return False


def _missing(asked: Target, known: tuple[Endpoint, ...], subnet: Subnet, vpc: Vpc) -> tuple[str, str]:
    """What is wrong where no default route leads to a service either."""
    for endpoint in known:
        if endpoint.kind == GATEWAY:
            return "route", f"endpoint {endpoint.id} does not list the route table of subnet {subnet.id}"
    for endpoint in known:
        if endpoint.kind == INTERFACE:
            return "private_dns", f"{endpoint.why_names_fail}"
    assert asked.service is not None
    absent = [one for one in vpc.network.not_created(Endpoint, vpc, "VpcId") if serves(one, asked.service)]
    return "no_endpoint", f"VPC {vpc.id} has no endpoint for {asked.text}{left_out(absent)}"
