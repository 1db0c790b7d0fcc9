"""The ways out of a subnet, and the routes that lead to them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import gates
from constructs_lib.network.account import BIDIRECTIONAL
from constructs_lib.network.addresses import HALVES4, PUBLIC6
from constructs_lib.network.endpoints import GATEWAY
from constructs_lib.network.gates import Crossing, between
from constructs_lib.network.gateways import ANNOUNCED, BEHIND, Instance, NatGateway
from constructs_lib.network.group_rules import egress_of
from constructs_lib.network.path import left_out
from constructs_lib.network.questions import INTERNET
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.addresses import Range
    from constructs_lib.network.group_rules import Rule
    from constructs_lib.network.path import Trail
    from constructs_lib.network.questions import Target
    from constructs_lib.network.routes import Route, RouteTable
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage
    from constructs_lib.network.vpc import Vpc

#: What `via` is by the kind of a route's target; others are `unknown`.
VIA = {
    "igw": "igw",
    "nat": "nat",
    "instance": "nat",
    "eni": "nat",
    "tgw": "tgw",
    "vgw": "vgw",
    "pcx": "pcx",
    "eigw": "igw",
    "local": "local",
}
_DECLARED_VIA = {"transit-gateway": "tgw", "virtual-private-gateway": "vgw", "peering": "pcx"}
NARROWER = "ask for its address range"


def parts(table: RouteTable, target: Target) -> list[tuple[Range, Route]]:
    """The routes by which a table leads a part of the internet elsewhere, with that part, where the target may lie in it.

    Of the internet as a whole only a half is a part worth mentioning.
    """
    if target.kind == INTERNET:
        return [(block, route) for block, route in table.exceptions if block in HALVES4]
    if target.kind == "cidr" and target.range is not None:
        return [(block, route) for block, route in table.exceptions if block.overlaps(target.range)]
    return list(table.exceptions)


def missing_route(trail: Trail, subnet: Subnet, cause: str, text: str) -> None:
    """Say that no route leads there, unless a virtual private gateway may have told the table one."""
    if not propagated(trail, subnet):
        trail.via = "none"
        trail.stop(cause, table_name(subnet), text)


def propagated(trail: Trail, subnet: Subnet) -> bool:
    """May a virtual private gateway have told the table of a subnet a route? Then say that its routes are not known."""
    if subnet.imported and not subnet.associated:
        return False
    for gateway in subnet.route_table.propagating:
        trail.via = "vgw"
        trail.hide(NotVisible(f"the routes that {gateway.id} propagates into {subnet.route_table.id}", ANNOUNCED))
        return True
    return False


def table_name(subnet: Subnet) -> str:
    """What messages call the route table of a subnet, be it known or not."""
    try:
        return f"the route table of {subnet.id}" if subnet.imported and not subnet.associated else subnet.route_table.id
    except NotVisible:
        return f"the route table of {subnet.id}"


def by_default(trail: Trail, vantage: Vantage, target: Target, cause: str, missing: str) -> None:
    """Follow the default route; `cause` and `missing` say what is wrong without one."""
    subnet = vantage.subnets[0]
    egress = subnet.declared_egress
    if egress is not None:
        _declared(trail, vantage, target, egress, cause, missing)
        return
    route = subnet.default_route
    if route is None and vantage.dual_stack and _egress_only(trail, vantage, target):
        return
    if route is None:
        missing_route(
            trail,
            subnet,
            cause,
            f"{missing}{', and ' if missing else ''}{table_name(subnet)} has no default route{left_out(subnet.route_table.absent_default)}",
        )
        return
    trail.hop("route", route.id, f"{route.shown}, in {table_name(subnet)}")
    follow(trail, vantage, target, route)


def follow(trail: Trail, vantage: Vantage, target: Target, route: Route) -> None:
    """Follow a default route."""
    subnet = vantage.subnets[0]
    trail.via = VIA.get(route.kind, "unknown")
    if route.kind == "igw":
        trail.stop(
            "public_subnet",
            subnet.id,
            f"subnet {subnet.id} leads to internet gateway {route.target_id} ({route.id}), and {vantage.id} has a private address only",
        )
    elif route.kind in ("nat", "instance", "eni"):
        _nat(trail, vantage, target, route)
    elif route.kind == "firewall":
        _firewall(trail, vantage, target, route)
    else:
        trail.hide(
            NotVisible(
                f"what lies behind {route.target_id}, to which {route.id} sends {route.destination_text}", BEHIND
            )
        )
        gates.leave(trail, vantage, target, target.text, gates.to_public(target))


def _declared(trail: Trail, vantage: Vantage, target: Target, egress: str, cause: str, missing: str) -> None:
    """Follow the declared (or looked-up) egress of an imported subnet."""
    subnet = vantage.subnets[0]
    if egress == "none":
        missing_route(
            trail,
            subnet,
            cause,
            f"{missing}{', and ' if missing else ''}subnet {subnet.id} is declared to have no egress",
        )
        return
    if egress == "internet-gateway":
        trail.via = "igw"
        trail.stop(
            "public_subnet",
            subnet.id,
            f"subnet {subnet.id} leads to an internet gateway, and {vantage.id} has a private address only",
        )
        return
    trail.hop("route", subnet.id, f"declared egress {egress}")
    if egress in ("nat", "proxy"):
        trail.via = egress
    else:
        trail.via = _DECLARED_VIA.get(egress, "unknown")
        trail.hide(
            NotVisible(
                f"what lies behind the {egress} that subnet {subnet.id} leads to",
                "declare its egress as nat or proxy where it leads to the internet",
            )
        )
    gates.leave(trail, vantage, target, target.text, gates.to_public(target))


def _egress_only(trail: Trail, vantage: Vantage, target: Target) -> bool:
    """Follow the IPv6 default route of a workload that has IPv6 addresses too."""
    route = vantage.subnets[0].default_route6
    if route is None or route.kind != "eigw":
        return False
    trail.via = "igw"
    trail.hop("route", route.id, route.shown)
    gates.leave(trail, vantage, target, target.text, gates.to_public(target, version=6))
    gates.pass_acls(trail, target, [Crossing(vantage.subnets[0], PUBLIC6, inward=False)])
    return True


def _hosts(target: Target) -> tuple[str, ...]:
    """The host names that are asked for, with `*` for the region; none for the internet as a whole."""
    if target.host:
        return (target.host,)
    return tuple(host.replace("{region}", "*") for host in target.service.hosts) if target.service is not None else ()


def _nat(trail: Trail, vantage: Vantage, target: Target, route: Route) -> None:
    """Pass a NAT gateway or instance."""
    nat = route.target
    assert isinstance(nat, (NatGateway, Instance))
    outside = gates.public(target)
    crossings = [Crossing(vantage.subnets[0], outside, inward=False)]
    try:
        fault = nat.fault
        place = nat.subnet
        elsewhere = _elsewhere(target, nat, fault)
    except NotVisible as reason:
        trail.hide(reason)
    else:
        if elsewhere is not None:
            trail.hide(elsewhere)
        elif fault is not None and not _goes_on(trail, nat):
            trail.stop("route", nat.id, fault)
            return
        if fault is None:
            trail.hop("gateway", nat.id, "regional" if place is None else f"in subnet {place.id}, {place.egress_text}")
            _public_access(trail, nat, place)
            _behind_nat(trail, target, place)
            crossings += (
                []
                if place is None
                else [*between(vantage.subnets[0], place)[1:], Crossing(place, outside, inward=False)]
            )
    gates.leave(trail, vantage, target, target.text, gates.to_public(target))
    if isinstance(nat, Instance) and not nat.imported:
        _through_instance(trail, vantage, target, nat)
    gates.pass_acls(trail, target, crossings)


def _elsewhere(target: Target, nat: NatGateway | Instance, fault: str | None) -> NotVisible | None:
    """Why it cannot be told which way traffic goes on from a NAT: its own subnet leads some of it elsewhere."""
    if nat.subnet is None or (isinstance(nat, Instance) and not nat.forwards):
        return None
    for block, route in parts(nat.subnet.route_table, target):
        return NotVisible(
            f"whether {target.text} lies in {block}, which {route.id} sends from NAT {nat.id} on to {route.target_id}",
            NARROWER,
        )
    if fault is not None and target.service is not None:
        for endpoint in nat.network.known_endpoints(nat.subnet.vpc, target.service):
            if endpoint.kind == GATEWAY and endpoint.stands_in(nat.subnet.route_table):
                return NotVisible(
                    f"whether NAT {nat.id}, without a way to the internet, hands on to endpoint {endpoint.id} of its subnet",
                    f"let {endpoint.id} list the route table of the workload's own subnet",
                )
    return None


def _goes_on(trail: Trail, nat: NatGateway | Instance) -> bool:
    """Does a NAT hand on to a gateway behind which the templates do not look? Then it is not known where it ends."""
    if nat.subnet is None or (isinstance(nat, Instance) and not nat.forwards):
        return False
    route = nat.subnet.default_route
    if route is None or route.kind not in ("tgw", "vgw", "pcx", "core"):
        return False
    trail.via = VIA.get(route.kind, "unknown")
    trail.hop("gateway", nat.id, f"in subnet {nat.subnet.id}, {nat.subnet.egress_text}")
    trail.hide(NotVisible(f"what lies behind {route.target_id}, to which NAT {nat.id} hands on", BEHIND))
    return True


def _public_access(trail: Trail, nat: NatGateway | Instance, place: Subnet | None) -> None:
    """Pass VPC Block Public Access, which in both directions cuts NAT off as well."""
    for setting in nat.network.block_public_access:
        if setting.mode != BIDIRECTIONAL:
            continue
        around = getattr(nat, "vpc", None) if place is None else place.vpc
        if not any(setting.excludes(one) for one in (place, around) if one is not None):
            trail.stop(
                "route", setting.id, f"Block Public Access {setting.id} is bidirectional, which stops NAT {nat.id}"
            )


def _behind_nat(trail: Trail, target: Target, place: Subnet | None) -> None:
    """Pass a firewall that stands between the NAT gateway and the internet gateway."""
    route = None if place is None else place.default_route
    if route is not None and route.firewall is not None:
        _inspect(trail, target, route)


def _inspect(trail: Trail, target: Target, route: Route) -> None:
    firewall = route.firewall
    assert firewall is not None
    try:
        refusal = firewall.refusal(target.low, _hosts(target))
    except NotVisible as reason:
        trail.hide(reason)
        return
    if refusal is not None:
        trail.stop("firewall", firewall.id, f"firewall {firewall.id} stops it: {refusal}")
    else:
        note = f" ({firewall.note})" if firewall.note else ""
        trail.hop("firewall", firewall.id, f"lets {target.text} through{note}")


def _firewall(trail: Trail, vantage: Vantage, target: Target, route: Route) -> None:
    """Pass a firewall that the subnet itself leads to, and go on from its subnets."""
    firewall = route.firewall
    assert firewall is not None
    onward = firewall.onward
    if onward is None:
        trail.stop("route", firewall.id, f"the subnets of firewall {firewall.id} have no default route")
        return
    if onward.kind == "firewall":
        trail.hide(NotVisible(f"what lies behind firewall {firewall.id}", BEHIND))
        return
    _inspect(trail, target, route)
    trail.hop("route", onward.id, onward.shown, beyond=True)
    follow(trail, vantage, target, onward)


def _through_instance(trail: Trail, vantage: Vantage, target: Target, nat: Instance) -> None:
    """Pass the groups of a NAT instance: in from the workload, out to the internet."""
    if not nat.security_groups:
        return
    gates.enter(trail, vantage, target, nat.security_groups, f"NAT instance {nat.id}", "security_group")
    try:
        if gates.to_public(target)(egress_of(nat.security_groups)) is None:
            names = " and ".join(group.id for group in nat.security_groups)
            trail.stop(
                "security_group",
                names,
                f"security group {names} of NAT instance {nat.id} lets no {target.ports_text} out to the internet",
            )
    except NotVisible as reason:
        trail.hide(reason)


# Addresses.


def back_way(trail: Trail, one: Subnet, other: Subnet, vpc: Vpc) -> None:
    """Say that the way between two subnets of one VPC is the local route."""
    trail.via = "local"
    trail.hop("route", table_name(one), f"{local_route(vpc, other)}: subnet {other.id} is in VPC {vpc.id}")


def local_route(vpc: Vpc, to: Subnet | Range) -> str:
    """The local route of a VPC that leads to a subnet or a range: `10.0.0.0/16 -> local`, or without the range where it is not known."""
    try:
        block = to.cidr if isinstance(to, Thing) else to
        return f"{next(one for one in vpc.cidrs if one.covers(block))} -> local"
    except (NotVisible, StopIteration):
        return "local"


def unknown_way(trail: Trail, vantage: Vantage, target: Target) -> None:
    """Where the way is not known: the groups may still let nothing out at all."""
    if target.kind in ("internet", "host"):
        gates.leave(trail, vantage, target, target.text, gates.to_public(target))
    elif target.kind == "cidr":
        assert target.range is not None
        gates.leave(trail, vantage, target, target.text, gates.to_ranges(target, [target.range]))
    else:
        gates.leave(trail, vantage, target, target.text, _anything(target))


def _anything(target: Target) -> gates.Question:
    """The question whether any rule lets such traffic out at all."""

    def ask(rules: tuple[Rule, ...]) -> tuple[Rule, ...] | None:
        speaking = tuple(rule for rule in rules if rule.speaks_of(target.protocol, target.low, target.high))
        return speaking or None

    return ask
