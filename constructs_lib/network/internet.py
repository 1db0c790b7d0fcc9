"""The ways from a subnet to the internet: its default route, and the routes that lead parts of the internet elsewhere."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network.addresses import HALVES4, PUBLIC4
from constructs_lib.network.path import worst
from constructs_lib.network.questions import INTERNET
from constructs_lib.network.ranges import to_piece
from constructs_lib.network.ways import NARROWER, by_default, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network.addresses import Range
    from constructs_lib.network.path import Path, Trail
    from constructs_lib.network.questions import Target
    from constructs_lib.network.routes import Route
    from constructs_lib.network.vantage import Vantage

    Part = tuple[Range, Route]


def out(trail: Trail, vantage: Vantage, target: Target, cause: str, missing: str) -> None:
    """Follow the routes to the internet, or to an AWS service that has no endpoint; `cause` and `missing` say what is wrong without a default route."""
    subnet = vantage.subnets[0]
    exceptions = parts(subnet.route_table, target) if subnet.declared_egress is None else []
    if not exceptions:
        by_default(trail, vantage, target, cause, missing)
        return
    default = trail.fork()
    by_default(default, vantage, target, cause, missing)
    found = [(part, _by(trail, vantage, target, part)) for part in exceptions]
    paths = [path for _, path in found]
    if not all(half in [block for block, _ in exceptions] for half in HALVES4):
        paths.insert(0, default.path())
    differing = [part for part, path in found if path.verdict != paths[0].verdict]
    if target.kind == INTERNET or not differing:
        trail.take(worst(paths))
    else:
        _undecided(trail, target, paths[0], differing[0])


def _by(trail: Trail, vantage: Vantage, target: Target, part: Part) -> Path:
    """Follow the route for one part of the internet."""
    each = trail.fork()
    block, route = part
    public = max(
        (one for one in (range_.common(block) for range_ in PUBLIC4) if one is not None), key=lambda one: one.size
    )
    try:
        to_piece(each, vantage, target, public, route)
    except NotVisible as reason:
        each.hide(reason)
    return each.path()


def _undecided(trail: Trail, target: Target, most: Path, part: Part) -> None:
    """Say that it depends on the address of the target."""
    block, route = part
    trail.via = most.via
    trail.hops = [hop for hop in most.hops if hop.kind != "stop"]
    trail.hide(
        NotVisible(f"whether {target.text} lies in {block}, which {route.id} sends to {route.target_id}", NARROWER)
    )
