"""Network ACLs: stateless, judged in the order of the entries' numbers."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.addresses import EVERYTHING4, EVERYTHING6, Range, subtract
from constructs_lib.network.group_rules import PORTS
from constructs_lib.network.groups import normal_protocol
from constructs_lib.network.things import Thing, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from constructs_lib.assembly import Resource
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vpc import Vpc

#: The number of the allow-all entries that a VPC's default ACL is created with.
_DEFAULT_NUMBER = 100
_LAST = 32767

#: What is still undecided while the entries are gone through: addresses and ports.
Box = tuple[Range, int, int]


class AclEntry:
    """One entry of a network ACL.

    Attributes:
        number: Its place in the order.
        allow: Does it allow?
        protocol: `-1` (all), `tcp`, `udp`, `icmp`, or a number as text.
        range: The addresses of the other side.
        from_port: The first port; 0 for all.
        to_port: The last port; 65535 for all.
        resource: The resource that it is written in; None for those that AWS makes.
    """

    __slots__ = ("allow", "from_port", "number", "protocol", "range", "resource", "to_port")

    def __init__(self, number: int, *, allow: bool, range: Range, resource: Resource | None = None) -> None:  # noqa: A002 - AWS's word
        self.number = number
        self.allow = allow
        self.protocol = "-1"
        self.range = range
        self.from_port, self.to_port = PORTS
        self.resource = resource

    @property
    def action(self) -> str:
        """`allow` or `deny`."""
        return "allow" if self.allow else "deny"

    @property
    def id(self) -> str:
        """The logical id of its resource, or `*` for the last entry of every ACL, which denies."""
        return "*" if self.resource is None else self.resource.logical_id

    @property
    def text(self) -> str:
        """`100 allow tcp 443 10.0.0.0/16`."""
        number = "*" if self.number == _LAST else str(self.number)
        ports = "" if (self.from_port, self.to_port) == PORTS else f" {self.from_port}-{self.to_port}"
        if self.from_port == self.to_port:
            ports = f" {self.from_port}"
        protocol = "all traffic" if self.protocol == "-1" else self.protocol
        return f"{number} {self.action} {protocol}{ports} {self.range}"

    def common(self, box: Box, protocol: str) -> Box | None:
        """The part of a box that it decides, or None."""
        if self.protocol not in ("-1", protocol):
            return None
        addresses, low, high = box
        shared = addresses.common(self.range)
        low, high = max(low, self.from_port), min(high, self.to_port)
        return None if shared is None or low > high else (shared, low, high)

    def __repr__(self) -> str:
        return f"<acl entry {self.text}>"


def _rest(box: Box, cut: Box) -> list[Box]:
    """What is left of a box when a part of it was decided."""
    addresses, low, high = box
    shared, first, last = cut
    left: list[Box] = [(piece, low, high) for piece in addresses.without(shared)]
    if low < first:
        left.append((shared, low, first - 1))
    if last < high:
        left.append((shared, last + 1, high))
    return left


class Decision:
    """What an ACL says of some addresses and ports.

    Attributes:
        allowed: Is all of it allowed?
        entry: The entry that decided: the first that denies, or else the one that allows (most of) it.
        partly: Is it denied for some of the addresses only?
    """

    __slots__ = ("allowed", "entry", "partly")

    def __init__(self, entry: AclEntry, *, allowed: bool, partly: bool = False) -> None:
        self.allowed = allowed
        self.entry = entry
        self.partly = partly

    def __iter__(self) -> Iterator[Any]:
        return iter((self.allowed, self.entry))


class NetworkAcl(Thing):
    """A network ACL; `default_of` is the VPC whose default ACL it is, or None."""

    types = ("AWS::EC2::NetworkAcl",)
    noun = "network ACL"

    def __init__(self, *args: object, default_of: Vpc | None = None) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.default_of = default_of

    @property
    def id(self) -> str:
        """The logical id, the imported id, or `default network ACL of Vpc`."""
        return super().id if self.default_of is None else f"default network ACL of {self.default_of.id}"

    @property
    def default(self) -> bool:
        """Is it the one that a VPC is created with, which allows everything unless entries were added?"""
        return self.default_of is not None

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC that it belongs to."""
        from constructs_lib.network.vpc import Vpc

        return self.default_of if self.default_of is not None else self.thing(Vpc, "VpcId")

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that are associated with it by the templates."""
        from constructs_lib.network.subnets import Subnet

        found = self.network.pointing("AWS::EC2::SubnetNetworkAclAssociation", self, "NetworkAclId")
        return tuple(one for one in (each.thing(Subnet, "SubnetId") for each in found) if one is not None)

    @fact
    def outbound(self) -> tuple[AclEntry, ...]:
        """The entries for what leaves the subnet, in order."""
        return self._entries(egress=True)

    @fact
    def inbound(self) -> tuple[AclEntry, ...]:
        """The entries for what enters the subnet, in order."""
        return self._entries(egress=False)

    def listed(self, *, egress: bool) -> tuple[AclEntry, ...]:
        """The entries of one direction, in order, without the last one, which denies."""
        return self.outbound if egress else self.inbound

    def _entries(self, *, egress: bool) -> tuple[AclEntry, ...]:
        if self.imported and self.default_of is None:
            raise self.unseen("the entries")
        entries = self.network.pointing("AWS::EC2::NetworkAclEntry", self, "NetworkAclId")
        found = [_read_entry(each) for each in entries if each.flag("Egress", default=False) is egress]
        if self.default_of is not None:
            found += [
                AclEntry(_DEFAULT_NUMBER, allow=True, range=everything) for everything in (EVERYTHING4, EVERYTHING6)
            ]
        return tuple(sorted(found, key=lambda entry: entry.number))

    def decide(
        self,
        egress: bool,
        target: Range | Sequence[Range],
        protocol: str = "tcp",
        low: int = 443,
        high: int | None = None,
    ) -> Decision:
        """Say whether it lets these addresses and ports through: the first entry that matches decides, for each of them.

        A denial of some of the ports, or of some of the addresses, is a denial; `partly` tells that only some of the addresses are denied.

        Raises:
            NotVisible: An entry, or the whole ACL, is not in the templates.
        """
        high = low if high is None else high
        ranges = [target] if isinstance(target, Range) else list(target)
        boxes: list[Box] = [(one, low, high) for one in ranges]
        refused: list[tuple[AclEntry, Box]] = []
        allowing: AclEntry | None = None
        last = AclEntry(_LAST, allow=False, range=EVERYTHING4 if not ranges or ranges[0].version == 4 else EVERYTHING6)
        for entry in (*self.listed(egress=egress), last):
            left: list[Box] = []
            for box in boxes:
                cut = entry.common(box, protocol)
                if cut is None:
                    left.append(box)
                    continue
                left += _rest(box, cut)
                if entry.allow:
                    allowing = allowing or entry
                else:
                    refused.append((entry, cut))
            boxes = left
        if not refused:
            return Decision(allowing or last, allowed=True)
        for entry_of, reason in self.network.perhaps_pointing("AWS::EC2::NetworkAclEntry", self, "NetworkAclId"):
            if entry_of.flag("Egress", default=False) is egress:
                raise reason
        return Decision(refused[0][0], allowed=False, partly=_some_addresses_pass(ranges, refused))


def _some_addresses_pass(ranges: Sequence[Range], refused: Sequence[tuple[AclEntry, Box]]) -> bool:
    """Is there an address that no refusal concerns?"""
    return bool(subtract(ranges, [box[0] for _, box in refused]))


def _read_entry(each: Thing) -> AclEntry:
    number = each.number("RuleNumber")
    if number is None:
        raise NotVisible(f"the RuleNumber of {each.id}", "give it")
    name = "CidrBlock" if each.given("CidrBlock") else "Ipv6CidrBlock"
    entry = AclEntry(
        number,
        allow=str(each.text("RuleAction")).lower() == "allow",
        range=each.network.range(each, name),
        resource=each.resource,
    )
    entry.protocol = normal_protocol(each.known("Protocol", default=-1))
    if entry.protocol in ("tcp", "udp") and each.given("PortRange"):
        low, high = whole(each.known("PortRange", "From")), whole(each.known("PortRange", "To"))
        if low is None or high is None:
            raise NotVisible(f"the PortRange of {each.id}", "write it out")
        entry.from_port, entry.to_port = low, high
    return entry
