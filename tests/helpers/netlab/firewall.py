"""Security groups and network ACLs in the words of nftables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netlab.parts import ANYWHERE, GROUP, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netlab.parts import Acl, Group, Net

_PROTOCOLS = {"-1": "", "6": "tcp", "17": "udp", "tcp": "tcp", "udp": "udp", "icmp": "icmp"}


def _ports(protocol: str, low: int, high: int) -> str:
    name = _PROTOCOLS[protocol]
    if name == "icmp":
        return "meta l4proto icmp "
    return f"{name} dport {low}-{high} " if name else ""


def group_chains(groups: Sequence[Group], device: str, net: Net, members: Mapping[str, Sequence[str]]) -> list[str]:
    """Stateful: what a rule of any group lets in or out, and the answers to it; `members` are the addresses behind each group's name."""
    ingress = [_rule(rule, "saddr", net, members) for group in groups for rule in group.ingress]
    egress = [
        _rule(rule, "daddr", net, members) for group in groups for rule in group.egress or (Rule(ANYWHERE, "-1"),)
    ]
    known = "ct state established,related accept"
    return [
        "table ip groups {",
        *("chain ingress {", *ingress, "drop", "}"),
        *("chain egress {", *egress, "drop", "}"),
        *(
            "chain input { type filter hook input priority 0;",
            f'iifname != "{device}" accept',
            known,
            "jump ingress",
            "}",
        ),
        *(
            "chain output { type filter hook output priority 0;",
            f'oifname != "{device}" accept',
            known,
            "jump egress",
            "}",
        ),
        *("chain forward { type filter hook forward priority 0;", known, "jump ingress", "jump egress", "}"),
        "}",
    ]


def _rule(rule: Rule, side: str, net: Net, members: Mapping[str, Sequence[str]]) -> str:
    others = members.get(rule.other[1:], ()) if rule.other.startswith(GROUP) else net.blocks(rule.other)
    if not others:
        return ""
    return f"ip {side} {{ {', '.join(others)} }} {_ports(rule.protocol, rule.low, rule.high)}return"


def acl_chains(net: Net, vpc: str) -> list[str]:
    """Stateless: each packet that crosses the boundary of a subnet is judged by the subnet's entries, in order, whatever came before it."""
    found = ["table ip acls {", "chain untracked { type filter hook prerouting priority raw;", "notrack", "}"]
    crossing = []
    for subnet in net.subnets:
        if subnet.vpc != vpc:
            continue
        acl = next((one for one in net.acls if _applies(one, subnet.acl, vpc)), None)
        if acl is None:
            continue  # the default one as it is created: it allows everything
        for egress, way, here, there in ((True, "out", "iifname", "oifname"), (False, "in", "oifname", "iifname")):
            found += [f"chain {subnet.name}_{way} {{", *_entries(acl, egress=egress), "}"]
            crossing.append(
                (not egress, f'{here} "{subnet.name}-*" {there} != "{subnet.name}-*" jump {subnet.name}_{way}')
            )
    lines = [line for _, line in sorted(crossing)]  # out of a subnet before into another
    return [*found, "chain forward { type filter hook forward priority 0;", *lines, "}", "}"]


def _applies(acl: Acl, named: str | None, vpc: str) -> bool:
    return acl.name == named or (acl.default and acl.vpc == vpc and named is None)


def _entries(acl: Acl, *, egress: bool) -> list[str]:
    side = "daddr" if egress else "saddr"
    entries = sorted((entry for entry in acl.entries if entry.egress == egress), key=lambda entry: entry.number)
    lines = [
        f"ip {side} {entry.cidr} {_ports(entry.protocol, entry.low, entry.high)}{'return' if entry.allow else 'drop'}"
        for entry in entries
    ]
    return [*lines, "return" if acl.default else "drop"]
