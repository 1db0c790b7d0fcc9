"""The things of one picture: the boxes and nodes that stand there whatever the paths are."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

from constructs_lib.assembly import NotVisible
from constructs_lib.network import NatGateway
from constructs_lib.network.endpoints import INTERFACE
from constructs_lib.network.gateways import Instance
from constructs_lib.network.vantage import BOTH, FILES_ONLY, MANAGED
from constructs_lib.report.diagram.names import clean, full, name, shortened, stack, workload_name
from constructs_lib.report.diagram.picture import Box, Cost, Line, Node, Picture, Row
from constructs_lib.report.diagram.survey import ELSEWHERE, NO_VPC, endpoint_service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from constructs_lib.network import Endpoint, Network, Route, Subnet, Thing, Vpc
    from constructs_lib.report.diagram.survey import Site, Station

#: What a route leads to, in words.
GATEWAYS = {
    "igw": "Internet gateway",
    "nat": "NAT gateway",
    "instance": "NAT instance",
    "eni": "Network interface",
    "tgw": "Transit gateway",
    "vgw": "Virtual private gateway",
    "pcx": "Peering connection",
    "eigw": "Egress-only internet gateway",
    "vpce": "Endpoint of an appliance",
    "firewall": "Network Firewall",
    "core": "Core network",
    "local-gateway": "Local gateway",
    "carrier": "Carrier gateway",
    "proxy": "HTTP proxy",
}
#: What the route class of a subnet means.
ROUTES = {
    "public": "public: internet gateway",
    "nat": "private: NAT",
    "other-egress": "private: another gateway",
    "isolated": "isolated: no default route",
    "main-rt": "isolated: main route table",
    "broken-nat": "private: NAT that does not work",
    "unknown": "routes not in the templates",
}
#: Gateways that belong to the VPC; the others stand outside of it.
_WITHIN = ("igw", "vgw", "eigw", "nat", "instance", "eni", "firewall", "vpce")


class Scene:
    """A picture while it is made: its things by the keys under which lines find them.

    Args:
        network: The network, asked in the current world.
        site: What the picture shows.
        key: The prefix of the picture's keys.
    """

    def __init__(self, network: Network, site: Site, key: str) -> None:
        self.network = network
        self.site = site
        self._made = 0
        self.picture = Picture(key, title(site), _stacks(site))
        self.nodes: dict[object, Node] = {}
        self.vpc: Vpc | None = None if isinstance(site.vpc, str) else site.vpc
        self.sagemaker = Box(self.key("b"), "sagemaker", "Managed by SageMaker")
        self.network_box = self._network_box()
        self.homes: dict[Subnet, Box] = {}

    def key(self, letter: str) -> str:
        """A key that nothing else has."""
        self._made += 1
        return f"{self.picture.key}{letter}{self._made}"

    def _network_box(self) -> Box:
        if self.vpc is None:
            return Box(self.key("b"), "vpc", "VPC", "not in the templates", outside=True)
        return Box(
            self.key("b"),
            "vpc",
            "VPC",
            name(self.vpc),
            lines=_cidrs(self.vpc),
            note=full(self.vpc),
            outside=self.vpc.imported,
        )

    def add(self, identity: object, kind: str, caption: str, title: str = "", **more: Any) -> Node:
        """Make the node of something, once."""
        found = self.nodes.get(identity)
        if found is None:
            found = self.nodes[identity] = Node(self.key("n"), kind, caption, title, **more)
        return found

    def row(self, text: str) -> Row:
        """Make a row of a node."""
        return Row(self.key("r"), shortened(text, 44))

    # Workloads.

    def workload(self, station: Station) -> Node:
        """The node of a workload, or of several that stand at one place."""
        first, count = station.members[0], len(station.members)
        caption = clean(first.noun).capitalize()
        if count == 1:
            node = self.add(station, "workload", caption, workload_name(first), note=full(first))
        else:
            node = self.add(
                station,
                "workload",
                f"{caption}: {count} alike",
                note=", ".join(full(one) for one in station.members),
            )
            if not node.rows:
                node.rows = [self.row(workload_name(one)) for one in station.members[:4]] + (
                    [self.row(f"and {count - 4} more")] if count > 4 else []
                )
        if node not in self.sagemaker.nodes:
            self.sagemaker.nodes.append(node)
            if self.vpc is None:
                node.rows += [self.row(text) for text in dict.fromkeys(stack(one) for one in station.members)]
            self._managed(station, node)
        return node

    def _managed(self, station: Station, node: Node) -> None:
        """The interface that SageMaker manages, where a workload has one."""
        if any(vantage.mode in (MANAGED, BOTH, FILES_ONLY) for vantage in station.vantages):
            managed = self.add(("managed", station), "managed", "Managed interface")
            self.sagemaker.nodes.append(managed)
            self.connect(node, managed)

    def interface(self, station: Station, box: Box, number: int) -> Node:
        """The customer interface of a workload in a subnet, or in subnets that are drawn as one."""
        node = self.add(
            ("interface", station, box.key), "interface", "Customer interface" if number == 1 else "Customer interfaces"
        )
        if node not in box.nodes:
            box.nodes.append(node)
            node.title = shortened(self.workload(station).title or self.workload(station).caption)
            self.connect(self.workload(station), node)
        return node

    def connect(self, tail: Node, head: Node, verdict: str = "", label: str = "") -> Line:
        """The line between two nodes, made once for each verdict and label."""
        for line in self.picture.lines:
            if (line.tail, line.head, line.verdict, line.label) == (tail.key, head.key, verdict, label):
                return line
        line = Line(tail.key, head.key, verdict, label, key=self.key("e"))
        self.picture.lines.append(line)
        return line

    # Gateways.

    def gateway(self, thing: Thing | None, kind: str, text: str = "") -> Node:
        """The node of what a route leads to."""
        identity = ("gateway", thing if thing is not None else text)
        known = identity in self.nodes
        caption = GATEWAYS.get(kind, "Gateway")
        called = shortened(text) if thing is None else name(thing, self.vpc)
        node = self.add(
            identity,
            "nat" if kind in ("nat", "instance") else "gateway",
            caption,
            called,
            note=text if thing is None else full(thing),
        )
        if not known:
            node.outside = thing is None or thing.imported
            self._place(node, thing, kind)
        return node

    def _place(self, node: Node, thing: Thing | None, kind: str) -> None:
        if isinstance(thing, (NatGateway, Instance)):
            try:
                fault, subnet = thing.fault, thing.subnet
            except NotVisible:
                fault, subnet = None, None
            if fault is not None:
                node.rows.append(self.row("does not work"))
                node.note += f": {fault}"
            box = None if subnet is None else self.homes.get(subnet)
            if box is not None:
                box.nodes.append(node)
                return
        if kind in _WITHIN and self.vpc is not None:
            self.network_box.nodes.append(node)
        else:
            self.picture.nodes.append(node)

    def target(self, route: Route) -> Node | None:
        """The node of what a route leads to; None for the VPC itself."""
        try:
            return None if route.kind == "local" or route.target is None else self.gateway(route.target, route.kind)
        except NotVisible as reason:
            return self.gateway(None, "unknown", reason.what)

    def onward(self, nat: Any) -> list[Node]:
        """Where a NAT gateway or instance leads: to the internet gateway of its subnet, maybe through a firewall."""
        try:
            subnet = nat.subnet
            route = None if subnet is None else subnet.default_route
            firewall = None if route is None else route.firewall
            steps = [route, None if firewall is None else firewall.onward]
        except NotVisible:
            return []
        if subnet is None and self.vpc is not None:
            return [self.gateway(gateway, "igw") for gateway in self.vpc.internet_gateways[:1]]
        found = [self.target(step) for step in steps if step is not None]
        return [node for node in found if node is not None]

    # What stands there anyway.

    def stands(self) -> None:
        """Add the NAT gateways, the attached gateways, and what else the routes of the VPC lead to."""
        vpc = self.vpc
        if vpc is None:
            return
        nats = [nat for nat in self.network.nat_gateways if _in(nat, vpc)]
        for nat in nats:
            steps = [self.gateway(nat, "nat"), *self.onward(nat)]
            for tail, head in pairwise(steps):
                self.connect(tail, head)
        for gateway in vpc.internet_gateways:
            self.connect(self.gateway(gateway, "igw"), self.internet())
        for subnet in vpc.subnets:
            for route in _routes(subnet):
                self.target(route)
        self.picture.cost = self._cost(vpc, nats)

    def internet(self) -> Node:
        """The internet."""
        node = self.add("internet", "internet", "", "Internet")
        if node not in self.picture.nodes:
            self.picture.nodes.append(node)
        return node

    def _cost(self, vpc: Vpc, nats: Iterable[Any]) -> Cost:
        cost = Cost()
        for nat in nats:
            try:
                cost.nat_gateways += max(1, len(_zones(vpc))) if nat.regional else 1
            except NotVisible:
                cost.nat_gateways += 1
                cost.least = True
        for endpoint in vpc.endpoints:
            kind = endpoint_kind(endpoint)
            cost.least = cost.least or kind == "unknown"
            if kind == INTERFACE and not endpoint.declared:
                cost.interface_endpoints += 1
                cost.endpoint_zones += len(endpoint.subnets)
                # A parameter that is the whole list may name several.
                cost.least = cost.least or not isinstance(endpoint.get("SubnetIds", default=[]), list)
        return cost

    def finished(self) -> Picture:
        """The picture with its boxes, those that hold something."""
        boxes = [self.sagemaker, self.network_box]
        self.picture.boxes = [box for box in boxes if box.nodes or box.boxes]
        return self.picture


def title(site: Site) -> str:
    """What a picture shows, as a heading."""
    if site.vpc == NO_VPC:
        return "Workloads without a VPC"
    if site.vpc == ELSEWHERE:
        return "Subnets whose VPC is not in the templates"
    assert not isinstance(site.vpc, str)
    where = stack(site.vpc)
    return f"{where}: VPC {name(site.vpc)}" if where else f"VPC {shortened(site.vpc.label, 60)}"


def _stacks(site: Site) -> tuple[str, ...]:
    things: list[Thing] = [] if isinstance(site.vpc, str) else [site.vpc]
    things += [member for station in site.places for member in station.members]
    return tuple(name for name in dict.fromkeys(stack(thing) for thing in things) if name)


def route_class(subnet: Subnet) -> str:
    """The route class of a subnet; `unknown` where the templates do not say."""
    try:
        return subnet.route_class
    except NotVisible:
        return "unknown"


def subnet_lines(subnet: Subnet) -> list[str]:
    """What stands at the head of a subnet: its range and what its routes make of it."""
    found = ["not in the templates"] if subnet.imported else []
    with suppress(NotVisible):
        found.append(str(subnet.cidr))
    kind = route_class(subnet)
    return found if subnet.imported and kind == "unknown" else [*found, ROUTES[kind]]


def endpoint_kind(endpoint: Endpoint) -> str:
    """`Interface`, `Gateway` or `GatewayLoadBalancer`; `unknown` where the templates do not say."""
    try:
        return endpoint.kind
    except NotVisible:
        return "unknown"


def endpoint_row(endpoint: Endpoint) -> str:
    """What an endpoint is called within its node."""
    text = endpoint_service(endpoint)
    return f"{text} (declared)" if endpoint.declared else text


def _cidrs(vpc: Vpc) -> list[str]:
    lines = ["not in the templates"] if vpc.imported else []
    try:
        blocks = [str(block) for block in vpc.cidrs]
    except NotVisible:
        return lines
    return (
        [*lines, ", ".join(blocks[:3]) + (f" and {len(blocks) - 3} more" if len(blocks) > 3 else "")]
        if blocks
        else lines
    )


def _zones(vpc: Vpc) -> set[Any]:
    found = set()
    for subnet in vpc.subnets:
        try:
            found.add(subnet.zone)
        except NotVisible:
            continue
    return found


def _in(nat: Any, vpc: Vpc) -> bool:
    try:
        return bool(nat.vpc is vpc)
    except NotVisible:
        return False


def _routes(subnet: Subnet) -> Iterable[Route]:
    try:
        return subnet.route_table.routes
    except NotVisible:
        return ()
