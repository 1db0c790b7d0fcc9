"""What a picture shows, whoever draws it: boxes within boxes, nodes in them, and lines between the nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import Path, Thing

#: How a line, a cell or a label says its verdict besides its colour.
MARKS = {"reachable": "✓", "blocked": "✕", "unverified": "?"}
#: What stops a path, in the few words that a label has room for.
CAUSES = {
    "route": "no route",
    "security_group": "security group",
    "endpoint_sg": "endpoint's security group",
    "private_dns": "private DNS",
    "nacl": "network ACL",
    "isolation": "network isolation",
    "no_endpoint": "no endpoint",
    "public_subnet": "no public address",
    "firewall": "firewall",
    "endpoint_policy": "endpoint policy",
}
#: The way that a path takes, in words.
WAYS = {
    "managed": "managed interface",
    "local": "within the VPC",
    "nat": "NAT",
    "igw": "internet gateway",
    "vpce-interface": "interface endpoint",
    "vpce-gateway": "gateway endpoint",
    "vgw": "virtual private gateway",
    "tgw": "transit gateway",
    "pcx": "peering",
    "proxy": "proxy",
}


@dataclass
class Row:
    """One of several things that a node stands for, such as one endpoint of many.

    Attributes:
        key: What highlights it.
        text: What it says.
    """

    key: str
    text: str


@dataclass
class Node:
    """A thing of the network.

    Attributes:
        key: What lines and highlights name it by, unique in its picture.
        kind: `workload`, `managed`, `interface`, `nat`, `gateway`, `endpoint`, `subnet`, `internet`, `services`, `addresses`, `storage`,
            `peers`, or `junction`, where the lines of several interfaces become one.
        caption: What it is.
        title: What it is called; may be empty.
        rows: What it consists of, or what else is worth saying.
        note: The long form, for a tool tip.
        outside: Is it mentioned in the templates, but not defined there?
        style: A further class, such as the route class of a subnet.
    """

    key: str
    kind: str
    caption: str
    title: str = ""
    rows: list[Row] = field(default_factory=list)
    note: str = ""
    outside: bool = False
    style: str = ""


@dataclass
class Box:
    """What holds nodes and other boxes: SageMaker's network, a VPC, a zone, a subnet.

    Attributes:
        key: What it is named by, unique in its picture.
        kind: `sagemaker`, `vpc`, `zone` or `subnet`.
        caption: What it is.
        title: What it is called; may be empty.
        lines: What else stands at its head.
        note: The long form, for a tool tip.
        outside: Is it mentioned in the templates, but not defined there?
        style: A further class, such as the route class of a subnet.
    """

    key: str
    kind: str
    caption: str
    title: str = ""
    lines: list[str] = field(default_factory=list)
    note: str = ""
    outside: bool = False
    style: str = ""
    boxes: list[Box] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def all_nodes(self) -> Iterator[Node]:
        """Its nodes, and those of the boxes in it."""
        yield from self.nodes
        for box in self.boxes:
            yield from box.all_nodes()


@dataclass
class Line:
    """A piece of one or more paths between two nodes, or a connection that no path was asked about.

    Attributes:
        tail: The key of the node that it leaves.
        head: The key of the node that it leads to.
        verdict: That of its paths; empty for a connection and for what several verdicts share.
        label: What stands beside it.
        answers: The numbers of the answers that take it.
        key: What highlights it.
    """

    tail: str
    head: str
    verdict: str = ""
    label: str = ""
    answers: set[int] = field(default_factory=set)
    key: str = ""


@dataclass(eq=False)
class Answer:
    """A path as the page shows it.

    Attributes:
        number: Its number on the page.
        workload: The workload that asks.
        path: The answer, in all the worlds that it depends on.
        keys: The nodes and rows of the picture that it passes; lines name their answers themselves.
    """

    number: int
    workload: Thing
    path: Path
    keys: set[str] = field(default_factory=set)


@dataclass
class Cost:
    """What stands in a network by the hour.

    Attributes:
        nat_gateways: Its NAT gateways; a regional one counts once for each zone.
        endpoint_zones: Its interface endpoints, each counted once for each subnet.
        interface_endpoints: How many interface endpoints these are.
        least: May there be more, because the templates do not say what an endpoint or a NAT gateway is, or where?
    """

    nat_gateways: int = 0
    endpoint_zones: int = 0
    interface_endpoints: int = 0
    least: bool = False


@dataclass
class Picture:
    """One network: a VPC with the workloads that stand in it, or the workloads without one.

    Attributes:
        key: The prefix of its keys on a page with other pictures.
        title: What it shows.
        stacks: The stacks, or files, that its VPC and its workloads stand in.
        boxes: Its outermost boxes.
        nodes: Its nodes outside of all boxes.
        lines: What connects the nodes.
        answers: The paths of its workloads.
        assumptions: The conditions and defaults under which it is drawn.
        cost: What its templates make in it by the hour.
    """

    key: str
    title: str
    stacks: tuple[str, ...] = ()
    boxes: list[Box] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    assumptions: tuple[str, ...] = ()
    cost: Cost = field(default_factory=Cost)

    def all_nodes(self) -> Iterator[Node]:
        """All nodes, wherever they stand."""
        for box in self.boxes:
            yield from box.all_nodes()
        yield from self.nodes


def verdict_words(path: Path) -> str:
    """`reachable: NAT`, `blocked: no route`, `unverified: transit gateway`."""
    said = CAUSES.get(path.blocked_by or "") or WAYS.get(path.via, "")
    return f"{path.verdict}: {said}" if said else path.verdict
