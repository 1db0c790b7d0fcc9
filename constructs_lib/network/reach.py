"""Which way does the traffic go, and what stops it.

`reach` follows traffic from a workload to a destination over the facts of the model: interface, subnet, route, security groups, endpoint,
network ACLs. It says *reachable* only with a complete path, *blocked* only with the thing that stops it, and else *unverified*.
"""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import ways
from constructs_lib.network.addresses import Range, covered, subtract
from constructs_lib.network.dialling import dial
from constructs_lib.network.internet import out
from constructs_lib.network.local import local, places
from constructs_lib.network.path import UNVERIFIED, Path, Trail, best, worst
from constructs_lib.network.questions import ALL_PORTS, EFS, INTERNET, SELF, Target, target
from constructs_lib.network.ranges import pieces, to_piece
from constructs_lib.network.sources import source_thing, vantage
from constructs_lib.network.vantage import ATTACHED, BOTH, FILES_ONLY, MANAGED, REFUSED, Vantage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from constructs_lib.network.model import Network
    from constructs_lib.network.subnets import Subnet

_INTERFACE = {
    ATTACHED: "customer interface, private address only",
    BOTH: "customer interface, for the attached VPC",
}


def reach(network: Network, source: Any, destination: Any, port: int | None = None, protocol: str = "tcp") -> Path:
    """Follow traffic from a workload (a thing, a `Vantage`, or the text of one) to a destination (see `questions.target`).

    A workload that may stand in several subnets, or has several interfaces, gets the worst of its answers.

    Raises:
        QuestionError: The source or destination names nothing in the templates.
    """
    asked = target(network, destination, port, protocol)
    try:
        if isinstance(source, Vantage):
            starts: tuple[Vantage, ...] = (source,)
        elif isinstance(source, str):
            starts = (vantage(network, source),) if "+" in source else _starts(network, source)
        else:
            starts = source.vantages
    except NotVisible as reason:
        trail = Trail(str(source if isinstance(source, str) else source.id), asked.text)
        trail.hide(reason)
        return trail.path()
    return worst([_from(start, asked) for start in starts])


def _starts(network: Network, text: str) -> tuple[Vantage, ...]:
    found: tuple[Vantage, ...] = source_thing(network, text).vantages
    return found


def _from(start: Vantage, asked: Target) -> Path:
    if start.isolated and asked.kind != SELF:
        trail = Trail(start.id, asked.text, "none")
        trail.stop(
            "isolation",
            start.id,
            f"network isolation of {start.id}: its containers make no calls; SageMaker itself still moves its S3 data",
        )
        return trail.path()
    if asked.any_port:
        return _on_any_port(start, asked)
    return _dispatch(start, asked)


def _on_any_port(start: Vantage, asked: Target) -> Path:
    """Ask for all ports at once; where groups or ACLs let only some through, one of them suffices."""
    whole = _dispatch(start, asked)
    if whole.blocked_by not in ("security_group", "nacl"):
        return whole
    found = [whole]
    for port in _ports_of_interest(start, asked):
        path = _dispatch(start, asked.on(port, port))
        if path.reachable:
            return path.replaced(why=f"{path.why} (TCP {port})")
        found.append(path)
    return best(found)


def _ports_of_interest(start: Vantage, asked: Target) -> list[int]:
    """The ports at which a rule or an ACL entry begins to speak, or ends: where any port gets through, one of these does."""
    found = {1}
    found |= _known(lambda: {rule.from_port for group in start.groups for rule in group.egress})
    if asked.kind == "thing":
        found |= _known(
            lambda: {rule.from_port for place in places(asked) for group in place.groups for rule in group.ingress}
        )
    for subnet in start.network.subnets:
        found |= _known(lambda subnet=subnet: _limits(subnet))  # type: ignore[misc]
    return sorted(port for port in found if ALL_PORTS[0] <= port <= ALL_PORTS[1])


def _known(ports: Callable[[], set[int]]) -> set[int]:
    try:
        return ports()
    except NotVisible:
        return set()


def _limits(subnet: Subnet) -> set[int]:
    """The ports at which the entries of a subnet's ACL begin, and those after their ends."""
    entries = (*subnet.acl.outbound, *subnet.acl.inbound)
    return {entry.from_port for entry in entries} | {entry.to_port + 1 for entry in entries}


def _dispatch(start: Vantage, asked: Target) -> Path:
    if start.undecided is not None:
        return _undecided(start, asked, start.undecided)
    if start.mode == REFUSED:
        trail = Trail(start.id, asked.text)
        trail.hide(
            NotVisible(
                f"the network of {start.id}: DirectInternetAccess Disabled without SubnetId is refused by the API",
                "set its SubnetId",
            )
        )
        return trail.path()
    if start.mode == MANAGED:
        return _managed(start, asked)
    if start.mode == FILES_ONLY:
        return _attached(start, asked) if asked.kind == EFS else _managed(start, asked)
    if start.mode == BOTH:
        return _both(start, asked)
    return _attached(start, asked)


def _undecided(start: Vantage, asked: Target, reason: NotVisible) -> Path:
    """Where it is not known which interfaces there are, the answer is one that holds in any case, or none."""
    found = [_dispatch(start.in_mode(mode), asked) for mode in start.modes]
    answers = {(path.verdict, path.via, path.blocked_by) for path in found}
    return found[0] if len(answers) == 1 and found[0].verdict != UNVERIFIED else _hidden(start, asked, reason)


# SageMaker's own interface.


def _managed(start: Vantage, asked: Target) -> Path:
    trail = Trail(start.id, asked.text, "managed")
    trail.hop("interface", start.id, "SageMaker-managed interface")
    if asked.kind == SELF:
        trail.hide(
            NotVisible(f"how the instances of {start.id} reach each other in the network that SageMaker manages")
        )
    elif asked.kind in (EFS, "thing"):
        name = "file systems" if asked.kind == EFS else asked.text
        trail.stop(
            "route",
            start.id,
            f"{start.id} has no interface in a VPC for it, and {name} cannot be reached from the network that SageMaker manages",
        )
    elif asked.kind == "cidr":
        assert asked.range is not None
        if not asked.range.public:
            trail.stop(
                "route", start.id, f"the network that SageMaker manages has no way to the private range {asked.range}"
            )
    return trail.path(f"{start.id} reaches {asked.text} by its SageMaker-managed interface")


def _both(start: Vantage, asked: Target) -> Path:
    """A notebook with direct internet access: the customer's interface for the attached VPC, SageMaker's for everything else."""
    if asked.kind == "thing":
        return _both_thing(start, asked)
    if asked.kind in (EFS, SELF):
        return _attached(start, asked)
    if asked.kind == "service":
        return _both_service(start, asked)
    if asked.kind != "cidr":
        return _opaque(start, asked) if start.script_reroutes else _managed(start, asked)
    assert asked.range is not None
    try:
        own = start.surroundings.known_ranges
        known = start.surroundings.cidrs
    except NotVisible as reason:
        if not covered([asked.range], start.routes) and not asked.range.public:
            return _hidden(start, asked, reason)
        own = known = ()
    inside = (*own, *known, *start.routes)
    pieces = [asked.range.common(one) for one in dict.fromkeys(inside)]
    found = [_attached(start, asked.within(piece)) for piece in pieces if piece is not None]
    outside = subtract([asked.range], inside)
    if outside:
        rest = asked.within(outside[0])
        hidden = start.hidden_routes is not None and (start.script_reroutes or not outside[0].public)
        found.append(_opaque(start, rest) if hidden else _managed(start, rest))
    return worst(found)


def _both_thing(start: Vantage, asked: Target) -> Path:
    """A resource in another VPC is reached where a script sends its addresses through the customer's interface."""
    try:
        far = [one for one in places(asked) if not one.vpc.same_as(start.surroundings)]
        astray = next((one for one in far if not covered([one.subnet.cidr], start.routes)), None)
    except NotVisible:
        astray = None
    if astray is None:
        return _attached(start, asked)
    if start.hidden_routes is not None:
        return _opaque(start, asked)
    trail = Trail(start.id, asked.text, "managed")
    trail.hop("interface", start.id, "SageMaker-managed interface")
    trail.stop(
        "route",
        start.id,
        f"{asked.text} is in VPC {astray.vpc.id}, and what {start.id} sends to {astray.subnet.cidr} leaves by its SageMaker-managed interface, "
        "which leads to no VPC",
    )
    return trail.path()


def _opaque(start: Vantage, asked: Target) -> Path:
    assert start.hidden_routes is not None
    return _hidden(start, asked, start.hidden_routes)


def _hidden(start: Vantage, asked: Target, reason: NotVisible) -> Path:
    trail = Trail(start.id, asked.text)
    trail.hide(reason)
    return trail.path()


def _both_service(start: Vantage, asked: Target) -> Path:
    """Interface endpoints with private DNS in the attached VPC are used; gateway endpoints are bypassed."""
    assert asked.service is not None
    try:
        endpoint = start.network.path_names(asked.service, start.surroundings)
    except NotVisible:
        endpoint = None
    if endpoint is None:
        return _opaque(start, asked) if start.script_reroutes else _managed(start, asked)
    return _attached(start, asked)


# The customer's interface.


def _attached(start: Vantage, asked: Target) -> Path:
    if not start.subnets:
        trail = Trail(start.id, asked.text)
        trail.hide(NotVisible(f"the subnets of {start.id}, which names none", f"name the subnets of {start.id}"))
        return trail.path()
    found = [(subnet, _in_subnet(start.at(subnet), asked)) for subnet in start.subnets]
    chosen = worst([path for _, path in found])
    if len(found) > 1 and any(path.verdict != chosen.verdict for _, path in found):
        subnet = next(subnet for subnet, path in found if path is chosen)
        return chosen.replaced(why=f"in subnet {subnet.id}: {chosen.why}")
    return chosen


def _in_subnet(start: Vantage, asked: Target) -> Path:
    trail = Trail(start.id, asked.text)
    subnet = start.subnets[0]
    trail.hop("interface", start.id, _INTERFACE.get(start.mode, "customer interface"))
    trail.hop("subnet", subnet.id, _place(subnet))
    if asked.kind == "cidr":
        return _cidr(trail, start, asked)
    try:
        if asked.kind == "service":
            dial(trail, start, asked)
        elif asked.kind in (INTERNET, "host"):
            out(trail, start, asked, "route", "")
        else:
            local(trail, start, asked)
    except NotVisible as reason:
        trail.hide(reason)
        ways.unknown_way(trail, start, asked)
    path = trail.path()
    if path.reachable or start.proxy is None or asked.kind not in (INTERNET, "host", "service"):
        return path
    return _by_proxy(start, asked, path)


def _place(subnet: Subnet) -> str:
    if subnet.imported:
        return "not in the templates"
    try:
        return f"{subnet.cidr} in VPC {subnet.vpc.id}"
    except NotVisible:
        return "address range not known"


def _by_proxy(start: Vantage, asked: Target, direct: Path) -> Path:
    """Take the HTTP proxy that a lifecycle script sets up."""
    assert start.proxy is not None
    host, _, port = start.proxy.partition("://")[2].rstrip("/").rpartition(":")
    try:
        proxy = Target(start.proxy, "cidr", (int(port), int(port)), range=Range.parse(host))
    except ValueError:
        return direct.replaced(
            verdict="unverified",
            via="proxy",
            blocked_by=None,
            why=f"not in the templates: where proxy {start.proxy} is",
            declare="give the proxy by its address",
        )
    path = _dispatch(start, proxy)
    if not path.reachable:
        return path.replaced(destination=asked.text, via="proxy", why=f"proxy {start.proxy}: {path.why}")
    said = f"declared: proxy {start.proxy} leads to {asked.text}"
    return path.replaced(
        destination=asked.text,
        via="proxy",
        why=f"{start.id} reaches {asked.text} by proxy {start.proxy}",
        assumptions=(*path.assumptions, said),
    )


def _cidr(trail: Trail, start: Vantage, asked: Target) -> Path:
    """Follow each piece of a range by the route that takes it; the worst piece answers."""
    assert asked.range is not None
    subnet = start.subnets[0]
    if asked.range.version == 6 and start.without_ipv6:
        trail.via = "none"
        trail.stop("route", start.id, f"{start.id} has no IPv6 address, and so no way to {asked.range}")
        return trail.path()
    try:
        found = pieces(subnet, asked.range)
    except NotVisible as reason:
        trail.hide(reason)
        ways.unknown_way(trail, start, asked)
        return trail.path()
    paths = []
    for piece, where in found:
        each = Trail(trail.source, trail.destination)
        each.hops = list(trail.hops)
        try:
            if isinstance(where, NotVisible) and subnet.declared_egress is not None and piece.public:
                out(each, start, asked, "route", "")
            else:
                to_piece(each, start, asked, piece, where)
        except NotVisible as reason:
            each.hide(reason)
        paths.append(each.path())
    return worst(paths)


# AWS services.
