"""What rules about security groups ask in the same way: whether a set of groups admits some traffic, as far as the templates show."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Range, admits
from constructs_lib.network.vantage import admits_interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from constructs_lib.network import Rule, SecurityGroup, Subnet

    T = TypeVar("T")

ANYWHERE = Range.parse("0.0.0.0/0")
HTTPS = 443


def joined(groups: Iterable[SecurityGroup], direction: str) -> tuple[tuple[Rule, ...], NotVisible | None]:
    """The rules of all these groups together, and what is not known of them: an unknown group can only admit more."""
    rules: list[Rule] = []
    unknown: NotVisible | None = None
    for group in groups:
        try:
            rules += group.ingress if direction == "ingress" else group.egress
        except NotVisible as reason:
            unknown = unknown or reason
    return tuple(rules), unknown


def members_admitted(
    groups: Sequence[SecurityGroup], subnets: Sequence[Subnet], protocol: str, low: int, high: int, direction: str
) -> bool:
    """Whether interfaces in these subnets, with all of these groups each, admit each other.

    Raises:
        NotVisible: An unknown group, rule or range could decide.
    """
    return peers_admitted(groups, direction, groups, subnets, protocol, low, high)


def peers_admitted(
    groups: Sequence[SecurityGroup],
    direction: str,
    peers: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    protocol: str,
    low: int,
    high: int,
) -> bool:
    """Whether the groups admit all of these ports from (or to) interfaces with the groups `peers` in the given subnets.

    Raises:
        NotVisible: An unknown group, rule or range could decide.
    """
    rules, unknown = joined(groups, direction)
    if admits_interface(rules, peers, subnets, protocol, low, high) is not None:
        return True
    if not subnets and let_out(rules, protocol, low, high):
        return True  # wherever the interfaces are
    if unknown:
        raise unknown
    return False


def let_out(rules: Sequence[Rule], protocol: str, low: int, high: int) -> tuple[Rule, ...] | None:
    """The rules that admit these ports from or to every IPv4 address, or None."""
    return admits(rules, ANYWHERE, protocol, low, high)


def any_of(*attempts: Callable[[], object]) -> bool:
    """Whether one of the attempts finds something; what is unknown counts only where none does.

    Raises:
        NotVisible: None finds anything, and one of them cannot tell.
    """
    unknown: NotVisible | None = None
    for attempt in attempts:
        try:
            if attempt() is not None:
                return True
        except NotVisible as reason:
            unknown = unknown or reason
    if unknown:
        raise unknown
    return False


def visible(things: Iterable[T], fits: Callable[[T], object]) -> tuple[list[T], NotVisible | None]:
    """Those of the things that surely fit, and why it is not known of one whether it does."""
    found: list[T] = []
    unknown: NotVisible | None = None
    for thing in things:
        try:
            found += [thing] if fits(thing) else []
        except NotVisible as reason:
            unknown = unknown or reason
    return found, unknown


def is_among(group: SecurityGroup, others: Iterable[SecurityGroup]) -> bool:
    """Whether a group that a rule or a list names is one of the others.

    Raises:
        NotVisible: None is surely the same, and one may be.
    """
    return any_of(*(lambda other=other: group.names(other) or None for other in others))


def by_name(rule: Rule, groups: Sequence[SecurityGroup]) -> Callable[[], object]:
    """Ask (for `any_of`) whether a rule admits all traffic of one of the groups; a range does not count, be it as wide as it may."""

    def ask() -> Rule | None:
        if not rule.everything or rule.is_cidr:
            return None
        if rule.unknown is not None:
            raise rule.unknown
        return rule if rule.peer is not None and is_among(rule.peer, groups) else None

    return ask


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, or `a, b and c`; `nothing` for no names."""
    *most, last = list(names) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last


def named(groups: Sequence[SecurityGroup]) -> str:
    """`security group A`, or `security groups A and B`; `no security group` for none."""
    if not groups:
        return "no security group"
    return f"security group{'s' if len(groups) > 1 else ''} {listed(group.label for group in groups)}"


def do(groups: Sequence[SecurityGroup]) -> str:
    """`does` or `do`, after `named`."""
    return "do" if len(groups) > 1 else "does"
