"""The zones and subnets of a picture; subnets that are alike in all that it shows are drawn as one."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.report.diagram.names import clean, full, name, shortened
from constructs_lib.report.diagram.picture import Box, Node
from constructs_lib.report.diagram.scene import route_class, subnet_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from constructs_lib.network import Path, Subnet
    from constructs_lib.report.diagram.scene import Scene
    from constructs_lib.report.diagram.survey import Outcome

#: More subnets than this that are alike are drawn as one.
MOST_ALIKE = 2
#: In a VPC with more subnets than this all that are alike are drawn as one, whatever zone they are in: zones are named rather than drawn.
LARGE = 16
#: The hops whose things a picture shows.
_SHOWN = ("gateway", "endpoint", "firewall", "target")


class Lots:
    """Where each subnet stands in the picture.

    Attributes:
        box: The box of each subnet that something stands in.
        count: How many subnets a box stands for, by its key.
    """

    def __init__(self, scene: Scene, outcomes: Sequence[Outcome]) -> None:
        self.box: dict[Subnet, Box] = {}
        self.count: dict[str, int] = {}
        self._scene = scene
        self._zones: dict[str, Box] = {}
        answers: dict[Subnet, list[Hashable]] = {}
        for outcome in outcomes:
            if outcome.subnet is not None:
                answers.setdefault(outcome.subnet, []).append(
                    (outcome.station, outcome.destination, _shown(outcome.path))
                )
        residents = _with_residents(scene)
        own = () if scene.vpc is None else scene.vpc.subnets
        self._large = len(own) > LARGE
        alike: dict[Hashable, list[Subnet]] = {}
        for subnet in dict.fromkeys([*own, *answers]):
            said = tuple(answers.get(subnet, ()))
            key = (
                "" if self._large else _zone(subnet),
                route_class(subnet),
                subnet.imported,
                said,
                subnet if subnet in residents else None,
            )
            alike.setdefault(key, []).append(subnet)
        most = 1 if self._large else MOST_ALIKE
        for subnets in sorted(alike.values(), key=lambda group: _zone(group[0])):
            for group in [subnets] if len(subnets) > most else [[subnet] for subnet in subnets]:
                self._add(group, holds=group[0] in answers or group[0] in residents)

    def _add(self, group: list[Subnet], *, holds: bool) -> None:
        first, count = group[0], len(group)
        caption, title = "Subnet", name(first, self._scene.vpc)
        lines = subnet_lines(first)
        if count > 1:
            caption, title = f"{count} subnets", f"{title} … {name(group[-1], self._scene.vpc)}"
            lines = [line for line in lines if line in subnet_lines(group[-1])]
        if self._large:
            lines += _zones_named(group)
        note = ", ".join(full(subnet) for subnet in group)
        home = self._scene.network_box if self._large else self._zone_box(_zone(first))
        style = f"routes-{route_class(first)}"
        if not holds:
            rows = [self._scene.row(line) for line in lines]
            node = Node(self._scene.key("n"), "subnet", caption, title, rows, note, first.imported, style)
            home.nodes.append(node)
            return
        box = Box(self._scene.key("b"), "subnet", caption, title, lines, note, first.imported, style)
        home.boxes.append(box)
        self.count[box.key] = count
        for subnet in group:
            self.box[subnet] = box

    def _zone_box(self, zone: str) -> Box:
        network = self._scene.network_box
        if not zone:
            return network
        if zone not in self._zones:
            box = self._zones[zone] = Box(self._scene.key("b"), "zone", shortened(zone[:1].upper() + zone[1:], 44))
            network.boxes.append(box)
        return self._zones[zone]


def _zones_named(subnets: Sequence[Subnet]) -> list[str]:
    zones = [zone for zone in dict.fromkeys(_zone(subnet) for subnet in subnets) if zone]
    if len(zones) > 1:
        return [f"in {len(zones)} Availability Zones"]
    return [f"in {shortened(zone)}" for zone in zones]


def _zone(subnet: Subnet) -> str:
    try:
        zone = subnet.zone_name
    except NotVisible:
        return ""
    text = clean(zone)
    return text if "Zone" in text else f"Availability Zone {text}"


def _with_residents(scene: Scene) -> set[Subnet]:
    """The subnets that something else than a workload stands in."""
    found: set[Subnet] = set()
    for nat in scene.network.nat_gateways:
        try:
            if nat.subnet is not None:
                found.add(nat.subnet)
        except NotVisible:
            continue
    return found


def _shown(path: Path) -> Hashable:
    """What a picture shows of a path: equal for those that are drawn alike."""
    hops = [hop.id for hop in path.hops if hop.kind in _SHOWN]
    routes = [hop.text.partition(", in ")[0] for hop in path.hops if hop.kind == "route"]
    return path.verdict, path.via, path.blocked_by, (*hops, *routes)
