"""The paths of a picture: each answer becomes a chain of nodes, and chains that share a piece share its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from constructs_lib import services
from constructs_lib.assembly import NotVisible
from constructs_lib.network import NatGateway
from constructs_lib.network.gateways import Instance
from constructs_lib.report.diagram.picture import CAUSES, MARKS, Node
from constructs_lib.report.diagram.scene import endpoint_kind, endpoint_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from constructs_lib.network import Endpoint, Path, Route, Thing
    from constructs_lib.report.diagram.picture import Answer
    from constructs_lib.report.diagram.scene import Scene
    from constructs_lib.report.diagram.subnets import Lots
    from constructs_lib.report.diagram.survey import Outcome, Station

_INTERNET = "internet"
#: What stands at the end of a path: the kind of node, its caption for one and for several.
_ENDS = {
    "Interface": ("endpoint", "Interface endpoint", "Interface endpoints"),
    "Gateway": ("endpoint", "Gateway endpoint", "Gateway endpoints"),
    "GatewayLoadBalancer": ("endpoint", "Gateway load balancer endpoint", "Gateway load balancer endpoints"),
    "unknown": ("endpoint", "Endpoint", "Endpoints"),
    "services": ("services", "AWS service", "AWS services"),
    "addresses": ("addresses", "Addresses", "Addresses"),
    "storage": ("storage", "File system", "File systems"),
    "peers": ("peers", "Members of the same groups", "Members of the same groups"),
    "things": ("services", "Destination", "Destinations"),
}
_DECLARED = {
    "nat": "nat",
    "internet-gateway": "igw",
    "transit-gateway": "tgw",
    "virtual-private-gateway": "vgw",
    "peering": "pcx",
}


@dataclass(eq=False)
class Chain:
    """One answer as nodes: from the workload to what the last line leads to."""

    nodes: list[Node]
    end: Hashable
    path: Path
    station: Station
    numbers: list[int]


@dataclass
class End:
    """What chains lead to: an endpoint of the VPC, or a destination outside of it."""

    category: str
    text: str
    chains: list[Chain] = field(default_factory=list)

    @property
    def signature(self) -> Hashable:
        """Equal for ends that the same lines lead to."""
        return self.category, frozenset(
            (chain.nodes[-1].key, chain.path.verdict, chain.path.blocked_by) for chain in self.chains
        )


def draw(scene: Scene, lots: Lots, outcomes: Sequence[Outcome], answers: Mapping[tuple[object, str], Answer]) -> None:
    """Add the lines of all outcomes, and the nodes that they lead to."""
    ends: dict[Hashable, End] = {}
    endpoints = {} if scene.vpc is None else {endpoint.id: endpoint for endpoint in scene.vpc.endpoints}
    for endpoint in endpoints.values():
        ends[endpoint] = End(endpoint_kind(endpoint), endpoint_row(endpoint))
    for outcome in outcomes:
        chain = _Walk(scene, lots, outcome, endpoints).chain()
        asked = [answers.get((member, outcome.destination)) for member in outcome.station.members]
        chain.numbers = [answer.number for answer in asked if answer is not None]
        if chain.end not in ends:
            ends[chain.end] = End(_category(outcome.destination), outcome.destination)
        ends[chain.end].chains.append(chain)
    groups: dict[Hashable, list[End]] = {}
    for end in ends.values():
        groups.setdefault(end.signature, []).append(end)
    by_number = {answer.number: answer for answer in answers.values()}
    for group in groups.values():
        _connect(scene, group, by_number)
    told = {(line.tail, line.head) for line in scene.picture.lines if line.verdict}
    scene.picture.lines = [
        line for line in scene.picture.lines if line.verdict or line.answers or (line.tail, line.head) not in told
    ]


def _category(destination: str) -> str:
    if destination in (_INTERNET, "self"):
        return _INTERNET if destination == _INTERNET else "peers"
    if destination == "efs":
        return "storage"
    if services.by_name(destination) is not None:
        return "services"
    return (
        "addresses"
        if destination.partition("/")[0].replace(".", "").replace(":", "").isalnum() and "/" in destination
        else "things"
    )


def _connect(scene: Scene, group: list[End], answers: Mapping[int, Answer]) -> None:
    """Draw what a group of ends stands for as one node, and the lines that lead to it."""
    node, keys = _end_node(scene, group)
    _join(scene, [chain for end in group for chain in end.chains])
    for end, key in zip(group, keys, strict=True):
        for chain in end.chains:
            steps = [*chain.nodes, node]
            for tail, head in pairwise(steps):
                shared = head is not node and (tail.kind == "workload" or head.kind == "junction")
                verdict = "" if shared else chain.path.verdict
                line = scene.connect(tail, head, verdict, _label(chain.path) if head is node else "")
                line.answers.update(chain.numbers)
            for number in chain.numbers:
                answers[number].keys.update([*(one.key for one in steps), key])


def _join(scene: Scene, chains: list[Chain]) -> None:
    """Let the lines of a workload's interfaces become one where they go on alike, with the same verdict."""
    alike: dict[Hashable, list[Chain]] = {}
    for chain in chains:
        if len(chain.nodes) > 1 and chain.nodes[1].kind == "interface":
            onward = tuple(node.key for node in chain.nodes[2:])
            alike.setdefault((chain.station, onward, chain.path.verdict, chain.path.blocked_by), []).append(chain)
    for joined in alike.values():
        interfaces = frozenset(chain.nodes[1].key for chain in joined)
        if len(interfaces) > 1:
            junction = scene.add(("junction", joined[0].station, interfaces), "junction", "")
            if junction not in scene.network_box.nodes:
                scene.network_box.nodes.append(junction)
            for chain in joined:
                chain.nodes.insert(2, junction)


def _end_node(scene: Scene, group: list[End]) -> tuple[Node, list[str]]:
    """The node of a group of ends, and what highlights each of them."""
    category = group[0].category
    if category == _INTERNET:
        node = scene.internet()
        return node, [node.key for _ in group]
    kind, one, several = _ENDS[category]
    node = Node(scene.key("n"), kind, one if len(group) == 1 else several, note=", ".join(end.text for end in group))
    node.rows = [scene.row(end.text) for end in group]
    attached = any(step.kind == "interface" for end in group for chain in end.chains for step in chain.nodes)
    inside = kind == "endpoint" or (kind in ("storage", "peers") and attached)
    (scene.network_box.nodes if inside else scene.picture.nodes).append(node)
    return node, [row.key for row in node.rows]


def _label(path: Path) -> str:
    """What stands beside the last piece of a path, so that its colour is not all that tells the verdict."""
    word = CAUSES[path.blocked_by] if path.blocked_by else path.verdict
    return f"{MARKS[path.verdict]} {word}"


class _Walk:
    """Follow the hops of one outcome from node to node."""

    def __init__(self, scene: Scene, lots: Lots, outcome: Outcome, endpoints: Mapping[str, Endpoint]) -> None:
        self.scene = scene
        self.outcome = outcome
        self.endpoints = endpoints
        self.lots = lots
        self.end: Hashable = ("to", outcome.destination)
        self.nodes = [scene.workload(outcome.station)]
        self.last: Thing | None = None

    def chain(self) -> Chain:
        """The chain of nodes."""
        path = self.outcome.path
        for number, hop in enumerate(path.hops):
            if hop.kind == "interface":
                following = path.hops[number + 1 : number + 2]
                self._interface(managed=not any(one.kind == "subnet" for one in following))
            elif hop.kind == "route":
                self._route(hop.id, hop.text)
            elif hop.kind == "endpoint" and hop.id in self.endpoints:
                self.end = self.endpoints[hop.id]
        if path.reachable and isinstance(self.last, (NatGateway, Instance)):
            for node in self.scene.onward(self.last):
                self._add(node)
        if path.via == "proxy":
            self._add(self.scene.gateway(None, "proxy", path.why.rpartition("proxy ")[2]))
        return Chain(self.nodes, self.end, path, self.outcome.station, [])

    def _add(self, node: Node | None) -> None:
        if node is not None and node not in self.nodes:
            self.nodes.append(node)

    def _interface(self, *, managed: bool) -> None:
        station, subnet = self.outcome.station, self.outcome.subnet
        if managed:
            self._add(self.scene.nodes.get(("managed", station)))
        elif subnet is not None:
            box = self.lots.box[subnet]
            self._add(self.scene.interface(station, box, self.lots.count[box.key]))

    def _route(self, name: str, text: str) -> None:
        """Go on to what a route leads to."""
        if text.startswith("declared egress "):
            egress = text.removeprefix("declared egress ")
            if egress in _DECLARED or egress == "firewall":
                self._add(
                    self.scene.gateway(
                        None,
                        _DECLARED.get(egress, egress),
                        f"declared egress of {self.outcome.subnet.id if self.outcome.subnet else name}",
                    )
                )
            return
        route = self._route_named(name)
        if route is None:
            return
        self._add(self.scene.target(route))
        try:
            self.last = route.target
        except NotVisible:
            self.last = None

    def _route_named(self, name: str) -> Route | None:
        """The route of that logical id: of the subnet's own table first, for stacks that are alike have routes of one name."""
        vpc = self.scene.vpc
        near = [] if self.outcome.subnet is None else [self.outcome.subnet]
        for subnet in [*near, *(vpc.subnets if vpc is not None else ())]:
            try:
                for route in subnet.route_table.routes:
                    if route.id == name:
                        return route
            except NotVisible:
                continue
        return None
