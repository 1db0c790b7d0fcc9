"""The ways from a subnet to a range of addresses: cut by its routes, each piece followed on its own."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import gates
from constructs_lib.network.addresses import Range
from constructs_lib.network.gates import Crossing, between
from constructs_lib.network.gateways import BEHIND, Peering
from constructs_lib.network.routes import Route
from constructs_lib.network.vpc import Vpc
from constructs_lib.network.ways import VIA, follow, local_route, missing_route, propagated, table_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.path import Trail
    from constructs_lib.network.questions import Target
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage

#: Kinds of targets behind which the templates do not look.
_OPEN_ENDS = frozenset({"tgw", "vgw", "pcx", "core", "unknown", "vpce", "local-gateway"})
#: Kinds of targets that lead no private range anywhere; what a gateway propagates may be more specific than the routes to them.
_KINDS = {"nat": "NAT", "instance": "NAT", "eni": "NAT", "firewall": "firewall"}
_TO_THE_INTERNET = frozenset({"igw", "nat", "instance", "eni", "firewall"})


def pieces(subnet: Subnet, asked: Range) -> list[tuple[Range, Route | Vpc | NotVisible | None]]:
    """Cut a range by where the subnet's routes send it: to a route, within the VPC, nowhere (None), or where it is not known."""
    vpc = subnet.vpc
    entries: list[tuple[Range, Route | Vpc | NotVisible]] = [
        (local, vpc) for local in vpc.known_ranges if local.overlaps(asked)
    ]
    hidden: list[NotVisible] = []
    if not _ranges_known(vpc, asked):
        hidden.append(
            vpc.unseen("the address range")
            if vpc.imported
            else NotVisible(f"the address range of VPC {vpc.id}", "write out its CidrBlock")
        )
    try:
        routes = subnet.route_table.routes
        if subnet.route_table.imported:
            hidden.append(subnet.route_table.unseen("the routes"))
    except NotVisible as reason:
        routes = ()
        hidden.append(reason)
    for route in routes:
        try:
            entries += [(one, route) for one in route.destinations if one.overlaps(asked)]
        except NotVisible as reason:
            if route.destination_text.startswith("pl-") and asked.public:
                continue  # a prefix list of AWS's own: those of the gateway endpoints, which are asked about by name
            hidden.append(reason)
    # The most specific first; of two that are equally specific, the route of the table replaces the local one.
    entries.sort(key=lambda entry: (entry[0].size, entry[1] is vpc))
    left, found = [asked], []
    for block, where in entries:
        found += [(shared, where) for shared in (one.common(block) for one in left) if shared is not None]
        left = [rest for one in left for rest in one.without(block)]
    if hidden:
        # What is not known may be more specific than any route that does not stay within the VPC.
        found = [(piece, where if where is vpc else hidden[0]) for piece, where in found]
    if left and not hidden:
        hidden += filter(None, [subnet.route_table.perhaps(asked)])
    return found + [(piece, hidden[0] if hidden else None) for piece in left]


def _ranges_known(vpc: Vpc, asked: Range) -> bool:
    """Are all ranges of this IP version known that the VPC has?"""
    try:
        return isinstance(vpc.cidrs if asked.version == 4 else vpc.ipv6_cidrs, tuple)
    except NotVisible:
        return False


def to_piece(
    trail: Trail, vantage: Vantage, target: Target, piece: Range, where: Route | Vpc | NotVisible | None
) -> None:
    """Follow the traffic to one piece of a range."""
    subnet = vantage.subnets[0]
    if where is None:
        missing_route(trail, subnet, "route", f"no route of {table_name(subnet)} leads to {piece}")
        return
    if isinstance(where, NotVisible):
        trail.hide(where)
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
    elif isinstance(where, Vpc):
        trail.via = "local"
        trail.hop("route", table_name(subnet), f"{local_route(where, piece)}: {piece} is in VPC {where.id}")
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
        gates.pass_acls(trail, target, _local_crossings(subnet, where, piece))
    else:
        trail.hop("route", where.id, f"{where.shown}, in {table_name(subnet)}")
        _to_piece_by(trail, vantage, target, piece, where)


def _local_crossings(subnet: Subnet, vpc: Vpc, piece: Range) -> list[Crossing]:
    """The ACLs on the way to addresses of the VPC: none within the subnet itself."""
    try:
        outside = piece.without(subnet.cidr)
    except NotVisible:
        outside = [piece]
    if not outside:
        return []
    found = [Crossing(subnet, outside, inward=False)]
    for other in vpc.subnets:
        try:
            if other is not subnet and other.cidr.overlaps(piece):
                found.append(Crossing(other, subnet, inward=True))
        except NotVisible:
            continue
    return found


def _to_piece_by(trail: Trail, vantage: Vantage, target: Target, piece: Range, route: Route) -> None:
    if route.kind == "local":
        trail.via = "local"
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
        gates.pass_acls(trail, target, _local_crossings(vantage.subnets[0], vantage.subnets[0].vpc, piece))
    elif route.kind == "pcx" and isinstance(route.target, Peering) and not route.target.imported:
        _peered(trail, vantage, target, piece, route)
    elif not piece.public and route.kind in _TO_THE_INTERNET and propagated(trail, vantage.subnets[0]):
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
    elif not piece.public and route.kind in ("nat", "instance", "eni", "firewall"):
        _private_onward(trail, vantage, target, piece, route)
    elif route.kind in ("igw", "nat", "instance", "eni", "firewall"):
        follow(trail, vantage, target.within(piece), route)
    elif route.kind == "eigw" and vantage.dual_stack:
        trail.via = "igw"
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
        gates.pass_acls(trail, target, [Crossing(vantage.subnets[0], [piece], inward=False)])
    else:
        trail.via = VIA.get(route.kind, "unknown")
        trail.hide(
            NotVisible(
                f"what lies behind {route.target_id}, to which {route.id} sends {route.destination_text}", BEHIND
            )
        )
        gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))


def _private_onward(trail: Trail, vantage: Vantage, target: Target, piece: Range, route: Route) -> None:
    """A private range that a route sends to NAT or a firewall: it goes on from the subnet of that, mostly to the internet and so nowhere."""
    hop = route.target
    own = getattr(hop, "subnet", None)
    places: tuple[Subnet, ...] = (own,) if own is not None else ()
    if route.firewall is not None:
        places = route.firewall.subnets
    onward = [where for place in places for _, where in pieces(place, piece)]
    ways = [VIA[where.kind] for where in onward if isinstance(where, Route) and where.kind in VIA]
    trail.via = VIA.get(route.kind) or next(iter(ways), "unknown")
    for where in onward:
        if isinstance(where, NotVisible):
            trail.hide(where)
        elif isinstance(where, Route) and where.kind in _OPEN_ENDS:
            trail.hide(NotVisible(f"what lies behind {where.target_id}", BEHIND))
    if not trail.hidden and not (onward and all(isinstance(where, Vpc) for where in onward)):
        name = "" if hop is None else hop.id
        text = f"only {route.shown} ({route.id}) takes {piece}, and {_KINDS[route.kind]} {name} leads no private range anywhere"
        trail.stop("route", route.id, text)
        return
    gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
    if route.firewall is not None and not trail.hidden:
        trail.hide(NotVisible(f"what firewall {route.firewall.id} does with traffic within the VPC", BEHIND))
    if not trail.hidden and hop is not None:
        _within(trail, vantage, target, piece, hop.id, places[0])


def _within(trail: Trail, vantage: Vantage, target: Target, piece: Range, name: str, place: Subnet) -> None:
    """Follow what NAT hands on within its VPC."""
    trail.hop("gateway", name, f"in subnet {place.id}, from where {piece} is local to VPC {place.vpc.id}")
    entry = Crossing(vantage.subnets[0], [piece], inward=False)
    crossings = [entry, *between(vantage.subnets[0], place)[1:], *_local_crossings(place, place.vpc, piece)]
    gates.pass_acls(trail, target, crossings)


def _peered(trail: Trail, vantage: Vantage, target: Target, piece: Range, route: Route) -> None:
    """Follow a peering connection of the templates to the VPC at its other end."""
    subnet, peering = vantage.subnets[0], route.target
    assert isinstance(peering, Peering)
    trail.via = "pcx"
    far = peering.far_end(subnet.vpc)
    if far is None:
        trail.stop("route", peering.id, f"peering connection {peering.id} does not end at VPC {subnet.vpc.id}")
        return
    crossings = [Crossing(subnet, [piece], inward=False)]
    try:
        if not far.holds(piece):
            trail.stop(
                "route",
                peering.id,
                f"peering connection {peering.id} leads to VPC {far.id} alone, which does not hold {piece}",
            )
            return
        trail.hop("gateway", peering.id, f"leads to VPC {far.id}")
        crossings += _far_side(trail, subnet, far, peering, piece)
    except NotVisible as reason:
        trail.hide(reason)
    gates.leave(trail, vantage, target, str(piece), gates.to_part(target, piece))
    gates.pass_acls(trail, target, crossings)


def _far_side(trail: Trail, subnet: Subnet, far: Vpc, peering: Peering, piece: Range) -> list[Crossing]:
    """The ACLs of the subnets at the other end, each of which needs a route back."""
    places = [other for other in far.subnets if other.cidr.overlaps(piece)]
    if not places and not far.complete:
        raise NotVisible(f"the subnets of VPC {far.id} in {piece}, and their routes back", far.declaring())
    for place in places:
        for _, where in pieces(place, subnet.cidr):
            if isinstance(where, NotVisible):
                trail.hide(where)
            elif isinstance(where, Route) and where.target is not peering and _open_end(where):
                trail.hide(
                    NotVisible(f"what lies behind {where.target_id}, to which {where.id} sends the replies", BEHIND)
                )
            elif not isinstance(where, Route) or where.target is not peering:
                trail.stop(
                    "route",
                    place.route_table.id,
                    f"no route of {place.route_table.id} leads back from subnet {place.id} to {subnet.cidr} over {peering.id}",
                )
                return []
    return [Crossing(place, subnet, inward=True) for place in places]


def _open_end(route: Route) -> bool:
    """Does a route lead to where the templates do not look?"""
    known = isinstance(route.target, Peering) and not route.target.imported
    return route.kind in _OPEN_ENDS and not known
