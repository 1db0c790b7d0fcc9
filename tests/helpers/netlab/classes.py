"""Which addresses and ports a network can tell apart at all: one of each kind stands for all others.

A verdict is about all addresses of a subnet or range. A kernel connects single ones. All addresses that lie in the same of the network's CIDR
blocks are treated alike, so it suffices to try one address of each class, and with ports likewise. That makes the comparison exact.
"""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import TYPE_CHECKING

from netlab.parts import ELASTIC, MANAGED, S3_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netlab.parts import Net

_NOWHERE = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_EPHEMERAL = (1024, 65535)
#: Where those answer whom the template does not name, in each class: beyond the addresses of the network's own interfaces.
OPEN_OFFSET = 50


class Classes:
    """The classes of addresses and ports of one network; `asked` are further CIDR blocks that questions name."""

    def __init__(self, net: Net, asked: Iterable[str] = ()) -> None:
        self._net = net
        self.blocks = frozenset(IPv4Network(text) for text in (*_named(net), *asked))

    @cached_property
    def _bounds(self) -> list[int]:
        known = (*self.blocks, *_NOWHERE, S3_RANGE, ELASTIC, MANAGED)
        ends = {int(block.network_address) for block in known} | {int(block.broadcast_address) + 1 for block in known}
        return sorted(ends | {0, 1 << 32})

    def within(self, block: IPv4Network) -> list[int]:
        """The first address of each class within a block."""
        low, high = int(block.network_address), int(block.broadcast_address)
        starts = sorted({low, *(bound for bound in self._bounds if low < bound <= high)})
        return self._distinct(starts)

    def strangers(self, block: str) -> list[str]:
        """One address of each class of a block: somebody's whom the template does not name."""
        return [str(IPv4Address(start + OPEN_OFFSET)) for start in self.within(IPv4Network(block))]

    def public(self) -> list[str]:
        """One address of each class of the internet, S3 left out."""
        keep = [
            start
            for start in self._bounds[:-1]
            if not any(IPv4Address(start) in each for each in (*_NOWHERE, S3_RANGE))
        ]
        return [str(IPv4Address(start + OPEN_OFFSET)) for start in self._distinct(keep)]

    def _distinct(self, starts: Iterable[int]) -> list[int]:
        found: dict[frozenset[IPv4Network], int] = {}
        for start in starts:
            address = IPv4Address(start)
            found.setdefault(frozenset(block for block in self.blocks if address in block), start)
        return list(found.values())

    # Ports.

    @cached_property
    def _entry_ports(self) -> set[tuple[int, int]]:
        return {(entry.low, entry.high) for acl in self._net.acls for entry in acl.entries}

    def source_ports(self) -> list[tuple[int, int]]:
        """The ports that replies go to, by class."""
        return _slices(_EPHEMERAL, self._entry_ports)

    def ports(self) -> list[int]:
        """One port of each class of ports that can be asked for."""
        rules = {(rule.low, rule.high) for group in self._net.groups for rule in (*group.ingress, *group.egress)}
        return [low for low, _ in _slices((1, 65535), self._entry_ports | rules)]


def _slices(whole: tuple[int, int], ranges: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cut a range of ports where others begin or end; of those that lie in the same ranges, the first."""
    low, high = whole
    cuts = {low, high + 1}
    cuts |= {cut for first, last in ranges for cut in (first, last + 1) if low < cut <= high}
    ordered = sorted(cuts)
    found: dict[frozenset[tuple[int, int]], tuple[int, int]] = {}
    for first, after in pairwise(ordered):
        alike = frozenset(each for each in ranges if each[0] <= first <= each[1])
        kept = found.setdefault(alike, (first, after - 1))
        if after - 1 - first > kept[1] - kept[0]:
            found[alike] = (first, after - 1)
    return list(found.values())


def _named(net: Net) -> Iterable[str]:
    """Every CIDR block that stands somewhere in the network."""
    yield from (cidr for vpc in net.vpcs for cidr in vpc.cidrs)
    yield from (subnet.cidr for subnet in net.subnets)
    yield from (block for table in net.tables for route in table.routes for block in net.blocks(route.destination))
    yield from (entry.cidr for acl in net.acls for entry in acl.entries)
    yield from (
        block for group in net.groups for rule in (*group.ingress, *group.egress) for block in net.blocks(rule.other)
    )
    yield from (block for workload in net.workloads for block in workload.ranges)
