"""Security groups and network ACLs of the random networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netlab.choices import often, pick, seldom
from netlab.parts import ANYWHERE, GROUP, LIST, S3_LIST, Acl, Entry, Group, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis import strategies as st

    from netlab.parts import Net

PARTS = (
    "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", "10.1.1.0/25", "10.1.1.128/25", "10.1.2.0/24", "10.1.2.0/23", "100.64.0.0/16", "10.2.0.0/16",
    "10.2.1.0/24", "10.2.1.64/26", "192.168.0.0/16", "0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/8", "3.0.0.0/8", "255.255.255.255/32",
)  # fmt: skip
_PORTS = (
    (443, 443),
    (443, 443),
    (443, 443),
    (8080, 8080),
    (0, 65535),
    (1, 65535),
    (443, 8080),
    (1024, 65535),
    (22, 22),
    (2049, 2049),
)
#: Of network ACLs; wide enough above 1024 for each connection to have a port of its own.
_ENTRY_PORTS = ((443, 443), (0, 65535), (1, 65535), (8000, 8999), (443, 8999), (22, 22))
_REPLIES = ((1024, 65535), (1024, 65535), (0, 65535), (32768, 65535), (1024, 40000), (40001, 65535))


def groups_of(draw: st.DrawFn, net: Net) -> tuple[Group, ...]:
    names = [
        (f"{vpc.name}{kind}", vpc.name)
        for vpc in net.vpcs
        for kind in (("Work", "Serve", "Extra") if vpc.name == "A" else ("Serve",))
    ]
    return tuple(
        _group(draw, net, name, vpc, [other for other, of in names if of == vpc or of in net.peered(vpc)])
        for name, vpc in names
    )


def _group(draw: st.DrawFn, net: Net, name: str, vpc: str, others: Sequence[str]) -> Group:
    ingress = tuple(_rule(draw, net, others, egress=False) for _ in range(pick(draw, 0, 1, 1, 2, 3)))
    if pick(draw, True, False, False):
        ingress += (Rule(pick(draw, ANYWHERE, "10.0.0.0/8"), pick(draw, "-1", "tcp"), 0, 65535, separate=often(draw)),)
    egress: tuple[Rule, ...] = ()
    if pick(draw, True, True, False):
        egress = tuple(_rule(draw, net, others, egress=True) for _ in range(pick(draw, 1, 1, 2, 3)))
        if pick(draw, True, True, False):
            egress += (Rule(ANYWHERE, pick(draw, "-1", "tcp"), *pick(draw, *_PORTS), separate=pick(draw, True, False)),)
    return Group(name, vpc, _distinct(ingress), _distinct(egress))


def _distinct(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """EC2 refuses the same rule twice."""
    return tuple({(rule.other, rule.protocol, rule.low, rule.high): rule for rule in rules}.values())


def _rule(draw: st.DrawFn, net: Net, groups: Sequence[str], *, egress: bool) -> Rule:
    named = [GROUP + pick(draw, *groups)] * 2
    sides = [pick(draw, *PARTS), *named, ANYWHERE]
    sides += [LIST + name for name, _ in net.lists]
    if egress:
        sides.append(S3_LIST)
    protocol = pick(draw, "tcp", "tcp", "tcp", "tcp", "-1", "6", "udp", "icmp")
    low, high = (-1, -1) if protocol == "icmp" else pick(draw, *_PORTS)
    return Rule(pick(draw, *sides), protocol, low, high, separate=pick(draw, True, False))


# Network ACLs.


def acls_of(draw: st.DrawFn, net: Net) -> tuple[Acl, ...]:
    found = []
    for vpc in net.vpcs:
        if often(draw) and often(draw):
            found.append(Acl(f"{vpc.name}Acl", vpc.name, _entries(draw)))
        if seldom(draw):
            denials = tuple(entry for entry in _entries(draw) if entry.number < 100)
            found.append(Acl(f"{vpc.name}Default", vpc.name, denials, default=True))
    return tuple(found)


def _entries(draw: st.DrawFn) -> tuple[Entry, ...]:
    """A few entries of any kind, and mostly such that let through what is usual."""
    found: dict[tuple[bool, int], Entry] = {}
    for egress in (True, False):
        for _ in range(pick(draw, 0, 0, 1, 2)):
            protocol = pick(draw, "-1", "6", "6", "6", "17")
            entry = Entry(
                pick(draw, *range(10, 100, 10)),
                egress,
                pick(draw, True, False),
                pick(draw, ANYWHERE, *PARTS),
                protocol,
                *pick(draw, *_ENTRY_PORTS, *_REPLIES),
            )
            found[egress, entry.number] = entry
        for number, ports in ((200, pick(draw, (443, 443), (0, 65535), (0, 65535))), (210, pick(draw, *_REPLIES))):
            if often(draw):
                found[egress, number] = Entry(number, egress, True, ANYWHERE, "6", *ports)
        if seldom(draw):
            found[egress, 220] = Entry(220, egress, True, ANYWHERE)
    return tuple(found.values())
