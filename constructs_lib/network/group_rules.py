"""The rules of security groups, and what a union of rules admits."""

from __future__ import annotations

from itertools import pairwise

from constructs_lib.assembly import NotVisible
from constructs_lib.network.addresses import Range, subtract, touches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence

    from constructs_lib.assembly import Resource
    from constructs_lib.network.groups import SecurityGroup
PORTS = (0, 65535)


class Rule:
    """One rule of a security group.

    Attributes:
        direction: `ingress` or `egress`.
        group: The group that it belongs to.
        resource: The resource that it is written in: the group's, or a separate one.
        implicit: Is it the allow-all egress that EC2 adds to a group without egress rules?
        protocol: `-1` (all), `tcp`, `udp`, `icmp`, `icmpv6`, or a number such as `50`.
        from_port: The first port; 0 for all.
        to_port: The last port; 65535 for all.
        range: The other side as addresses, or None.
        peer: The other side as a security group, or None.
        prefix_list: The other side as a prefix list (its id as it stands in the template), or None.
        unknown: What is not known of the rule (its other side, its ports), or None.
        hidden_ports: Its protocol and ports in words, where they are not known; else None.
        hidden_range: The other side in words, where it is written as addresses that are not known; else None.
        perhaps: May it belong to another group, as the group of a separate rule is a parameter or alike? It is unknown then.
        block: The other side as it is written, where these addresses are all that is not known of the rule; else None.
    """

    __slots__ = (
        "block",
        "direction",
        "from_port",
        "group",
        "hidden_ports",
        "hidden_range",
        "implicit",
        "peer",
        "perhaps",
        "prefix_list",
        "prefixes",
        "protocol",
        "range",
        "resource",
        "to_port",
        "unknown",
    )

    def __init__(
        self, direction: str, group: SecurityGroup, resource: Resource | None, *, implicit: bool = False
    ) -> None:
        self.direction = direction
        self.group = group
        self.resource = resource
        self.implicit = implicit
        self.protocol = "-1"
        self.from_port, self.to_port = PORTS
        self.range: Range | None = None
        self.peer: SecurityGroup | None = None
        self.prefix_list: str | None = None
        self.prefixes: tuple[Range, ...] = ()
        self.unknown: NotVisible | None = None
        self.hidden_ports: str | None = None
        self.hidden_range: str | None = None
        self.block: Hashable = None
        self.perhaps = False

    @property
    def id(self) -> str:
        """The logical id of the resource that it is written in."""
        return self.group.id if self.resource is None else self.resource.logical_id

    @property
    def all_ports(self) -> bool:
        """Does it admit every port of its protocol?"""
        return self.everything or (self.from_port <= 1 and self.to_port == PORTS[1])

    @property
    def everything(self) -> bool:
        """Does it admit every protocol?"""
        return self.protocol == "-1"

    @property
    def is_cidr(self) -> bool:
        """Is its other side addresses or a prefix list, rather than a security group?"""
        return self.range is not None or self.prefix_list is not None or self.hidden_range is not None

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Its other side as addresses, as far as they are known."""
        return (self.range,) if self.range is not None else self.prefixes

    def speaks_of(self, protocol: str, low: int, high: int) -> bool:
        """Has it any of these ports of this protocol in it?"""
        if self.everything:
            return True
        return self.protocol == protocol and (
            protocol not in ("tcp", "udp") or (self.from_port <= high and low <= self.to_port)
        )

    @property
    def ports_text(self) -> str:
        """`tcp 443`, `tcp 8192-65535`, `all traffic`."""
        if self.hidden_ports is not None:
            return self.hidden_ports
        if self.everything:
            return "all traffic"
        if self.protocol not in ("tcp", "udp"):
            return self.protocol if self.protocol.startswith("icmp") else f"protocol {self.protocol}"
        if (self.from_port, self.to_port) == PORTS:
            return f"{self.protocol} 0-65535"
        return f"{self.protocol} {self.from_port}" + ("" if self.from_port == self.to_port else f"-{self.to_port}")

    @property
    def other_side(self) -> str:
        """`10.0.0.0/16`, `WorkloadGroup`, `pl-12ab`, or what is not known."""
        if self.range is not None:
            return str(self.range)
        if self.peer is not None:
            return self.peer.id
        return self.prefix_list or self.hidden_range or ("anywhere" if self.unknown is None else self.unknown.what)

    @property
    def text(self) -> str:
        """`tcp 443 from 10.0.0.0/16`."""
        return f"{self.ports_text} {'from' if self.direction == 'ingress' else 'to'} {self.other_side}"

    def __repr__(self) -> str:
        return f"<{self.group.id} {self.direction} {self.text}>"


def ingress_of(groups: Iterable[SecurityGroup]) -> tuple[Rule, ...]:
    """The ingress rules of all these groups together."""
    return tuple(rule for group in groups for rule in group.ingress)


def egress_of(groups: Iterable[SecurityGroup]) -> tuple[Rule, ...]:
    """The egress rules of all these groups together."""
    return tuple(rule for group in groups for rule in group.egress)


def admits(
    rules: Iterable[Rule],
    peer: Range | SecurityGroup | Sequence[Range | SecurityGroup],
    protocol: str = "tcp",
    low: int = 443,
    high: int | None = None,
    *,
    holding: Collection[Rule] = (),
) -> tuple[Rule, ...] | None:
    """Return the rules that together admit all these ports from or to `peer`, or None where some of it is not admitted.

    Ranges and ports of several rules are joined. Where `peer` is a sequence, its groups are groups of one interface (a rule that names any of them
    admits it), its ranges are where that interface's address may lie (all of them must be admitted). The rules in `holding` hold all of these
    ranges, whatever the block of addresses is that they name.

    Raises:
        NotVisible: A rule that is not known could decide.
    """
    peers = peer if isinstance(peer, (list, tuple)) else (peer,)
    high = low if high is None else high
    groups = [one for one in peers if not isinstance(one, Range)]
    ranges = [one for one in peers if isinstance(one, Range)]
    hidden: NotVisible | None = None
    usable: list[tuple[Rule, bool]] = []
    perhaps: list[Rule] = []
    for rule in rules:
        if not rule.speaks_of(protocol, low, high):
            continue
        named, reason = (True, None) if rule in holding else _names_any(rule, groups)
        if rule.unknown is not None and rule not in holding:
            if named or reason is not None or _may_hold(rule, ranges):
                hidden = hidden or rule.unknown
                perhaps.append(rule)
            continue
        if rule.prefix_list is not None and not rule.prefixes and any(one.private for one in ranges):
            reason = NotVisible(
                f"what prefix list {rule.prefix_list} of {rule.id} holds", "write its ranges out as rules of their own"
            )
        hidden = hidden or reason
        usable.append((rule, named))
        if named or reason is not None or (rule.ranges and touches(ranges, rule.ranges)):
            perhaps.append(rule)
    found = _cover(usable, ranges, low, high)
    if found is None and hidden is not None and cover_ports(perhaps, low, high):
        raise hidden
    return found


def cover_ports(rules: Sequence[Rule], low: int, high: int) -> bool:
    """Do these rules cover all these ports together, whatever their other sides?"""
    return _cover([(rule, True) for rule in rules], (), low, high) is not None


def _may_hold(rule: Rule, ranges: Sequence[Range]) -> bool:
    """May the other side of a rule, of which something is not known, hold some of these ranges?"""
    return rule.peer is None and (not rule.ranges or touches(ranges, rule.ranges))


def _names_any(rule: Rule, groups: Sequence[SecurityGroup]) -> tuple[bool, NotVisible | None]:
    """Does the rule name one of the groups? And if that cannot be told, why not."""
    hidden = None
    if rule.peer is None:
        return False, None
    for group in groups:
        try:
            if rule.peer.names(group) or group.names(rule.peer):
                return True, None
        except NotVisible as reason:
            hidden = reason
    return False, hidden


def _cover(
    usable: Sequence[tuple[Rule, bool]], ranges: Sequence[Range], low: int, high: int
) -> tuple[Rule, ...] | None:
    """Return the rules that cover the whole of ports x ranges, or None."""
    decisive: list[Rule] = []
    for first, last in _port_slices((rule for rule, _ in usable), low, high):
        speaking = [
            (rule, named)
            for rule, named in usable
            if rule.everything or (rule.from_port <= first and last <= rule.to_port)
        ]
        found = _cover_slice(speaking, ranges)
        if found is None:
            return None
        decisive += found
    return tuple(dict.fromkeys(decisive))


def _port_slices(rules: Iterable[Rule], low: int, high: int) -> list[tuple[int, int]]:
    """Cut `low`-`high` where a rule begins or ends, so that each slice is wholly in or out of each rule."""
    cuts = {low, high + 1}
    for rule in rules:
        if not rule.everything:
            cuts.update(cut for cut in (rule.from_port, rule.to_port + 1) if low < cut <= high)
    ordered = sorted(cuts)
    return [(first, after - 1) for first, after in pairwise(ordered)]


def _cover_slice(speaking: Sequence[tuple[Rule, bool]], ranges: Sequence[Range]) -> list[Rule] | None:
    for rule, named in speaking:
        if named:
            return [rule]
    if not ranges:
        return None
    left, used = list(ranges), []
    for rule, _ in speaking:
        if rule.ranges and touches(left, rule.ranges):
            left = subtract(left, rule.ranges)
            used.append(rule)
            if not left:
                return used
    return None


def self_admitted(
    groups: Sequence[SecurityGroup], protocol: str, low: int, high: int, direction: str
) -> tuple[Rule, ...] | None:
    """Return the rules by which these groups admit each other (a rule names one of them), or None.

    Raises:
        NotVisible: A rule that is not known could decide.
    """
    rules = ingress_of(groups) if direction == "ingress" else egress_of(groups)
    return admits(rules, tuple(groups), protocol, low, high)
