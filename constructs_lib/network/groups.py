"""Security groups: their rules, and what a union of rules admits."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Unknown, fact
from constructs_lib.network.addresses import EVERYTHING4, EVERYTHING6, Range
from constructs_lib.network.group_rules import PORTS, Rule
from constructs_lib.network.things import Thing, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from constructs_lib.assembly import Resource
    from constructs_lib.network.vpc import Vpc

#: Rules to these admit nothing: the CDK writes them where a group is to have no rule at all.
_PLACEHOLDERS = frozenset({"255.255.255.255/32", "127.0.0.1/32"})
_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
#: The properties that name the other side of a rule, by direction.
_GROUPS = {"ingress": "SourceSecurityGroupId", "egress": "DestinationSecurityGroupId"}
_SEPARATE = {"ingress": "AWS::EC2::SecurityGroupIngress", "egress": "AWS::EC2::SecurityGroupEgress"}
_RESTRICTING = "Custom::VpcRestrictDefaultSG"
_LISTS = {"ingress": "SourcePrefixListId", "egress": "DestinationPrefixListId"}


class SecurityGroup(Thing):
    """A security group; `default_of` is the VPC whose default group it is, or None."""

    types = ("AWS::EC2::SecurityGroup",)
    noun = "security group"
    declarable = True

    def __init__(self, *args: Any, default_of: Vpc | None = None) -> None:
        super().__init__(*args)
        self.default_of = default_of

    @property
    def id(self) -> str:
        """The logical id, the imported id, or `default group of Vpc`."""
        return super().id if self.default_of is None else f"default group of {self.default_of.id}"

    @fact
    def declared(self) -> dict[str, Any] | None:
        """The facts that the template's metadata declares of an imported group."""
        return None if self.default_of is not None else self.network.declared_facts("groups", self)

    @fact
    def vpc(self) -> Vpc | None:
        """The VPC that it belongs to; None for one without `VpcId`, which lies in the account's default VPC."""
        from constructs_lib.network.vpc import Vpc

        if self.default_of is not None:
            return self.default_of
        if self.imported:
            if self.declared is None:
                raise self.unseen("the VPC")
            return self.network.thing(Vpc, self.declared["vpc"])
        return self.thing(Vpc, "VpcId")  # type: ignore[no-any-return]

    @fact
    def ingress(self) -> tuple[Rule, ...]:
        """What it admits: inline and separate rules together. Without any, nothing comes in.

        Raises:
            NotVisible: It is imported, and not declared.
        """
        if self.default_of is not None:
            return (*(() if self._emptied else self._default_ingress()), *self.separate("ingress"))
        if self.imported:
            return (*self._declared("ingress"), *self.separate("ingress"))
        return (*self._inline("ingress"), *self.separate("ingress"), *self._perhaps("ingress"))

    @fact
    def egress(self) -> tuple[Rule, ...]:
        """What it lets out: the rules that it lists, inline and separate, or everything where it lists none.

        Raises:
            NotVisible: It is imported, and not declared.
        """
        separate = self.separate("egress")
        if self.default_of is not None:
            return (*(() if self._emptied else _allow_all(self, "egress", implicit=True)), *separate)
        if self.imported:
            return (*self._declared("egress"), *separate)
        if not self._lists_egress and not self._separate_resources("egress"):
            return _allow_all(self, "egress", implicit=True)
        return (*self._inline("egress"), *separate, *self._perhaps("egress"))

    @fact
    def _emptied(self) -> bool:
        """Does the CDK's custom resource take away the rules that a default group is created with (`restrictDefaultSecurityGroup`)?"""
        return bool(self.network.pointing(_RESTRICTING, self, "DefaultSecurityGroupId"))

    @fact
    def _lists_egress(self) -> bool:
        value = self.get("SecurityGroupEgress")
        return isinstance(value, Unknown) or bool(value)

    @fact
    def separate_egress(self) -> tuple[Rule, ...]:
        """The egress rules that separate resources add, the CDK's placeholder left out."""
        return self.separate("egress")

    @fact
    def default_egress_removed(self) -> bool:
        """Have separate egress rules taken the place of the allow-all that the group would have by itself?"""
        return not self.imported and not self._lists_egress and bool(self._separate_resources("egress"))

    def _inline(self, direction: str) -> tuple[Rule, ...]:
        name = "SecurityGroupIngress" if direction == "ingress" else "SecurityGroupEgress"
        value = self.get(name)
        if isinstance(value, Unknown):
            return (_unknown_rule(self, direction, self.hidden(value, name)),)
        bodies = value if value.__class__ is list else [value] if value else []
        rules = [
            read_rule(self, direction, body, self.resource, f"{name}.{index}") for index, body in enumerate(bodies)
        ]
        return tuple(rule for rule in rules if rule is not None)

    def _separate_resources(self, direction: str) -> list[Thing]:
        kind = _SEPARATE[direction]
        return self.network.pointing(kind, self, "GroupId") + self.network.pointing(kind, self, "GroupName")

    def separate(self, direction: str) -> tuple[Rule, ...]:
        """The rules that separate resources add to the group."""
        found = (self._read(each, direction) for each in self._separate_resources(direction))
        return tuple(rule for rule in found if rule is not None)

    def _perhaps(self, direction: str) -> Iterator[Rule]:
        """The rules that separate resources may add to it: their group is a parameter or alike."""
        try:
            for each, reason in self.network.perhaps_pointing(_SEPARATE[direction], self, "GroupId"):
                rule = self._read(each, direction)
                if rule is not None:
                    rule.perhaps, rule.block = True, None
                    rule.unknown = rule.unknown or reason
                    yield rule
        except NotVisible as reason:
            rule = _unknown_rule(self, direction, reason)
            rule.perhaps = True
            yield rule

    def _read(self, each: Thing, direction: str) -> Rule | None:
        names = ("IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", _GROUPS[direction], _LISTS[direction])
        body = {name: each.get(name) for name in (*names, "SourceSecurityGroupName")}
        return read_rule(self, direction, body, each.resource, "")

    def _default_ingress(self) -> tuple[Rule, ...]:
        rule = Rule("ingress", self, None, implicit=True)
        rule.peer = self
        return (rule,)

    def _declared(self, direction: str) -> tuple[Rule, ...]:
        facts = self.declared
        if facts is None or direction not in facts:
            raise self.unseen(f"the {direction} rules")
        rules = facts[direction]
        if rules == "none":
            return ()
        if rules == "all":
            return _allow_all(self, direction)
        if rules == "self":
            return self._default_ingress() if direction == "ingress" else (_to_itself(self),)
        return tuple(_declared_rule(self, direction, body) for body in rules)


def _to_itself(group: SecurityGroup) -> Rule:
    rule = Rule("egress", group, None)
    rule.peer = group
    return rule


def _allow_all(group: SecurityGroup, direction: str, *, implicit: bool = False) -> tuple[Rule, Rule]:
    resource = None if group.imported or group.default_of is not None else group.resource
    rules = (Rule(direction, group, resource, implicit=implicit), Rule(direction, group, resource, implicit=implicit))
    rules[0].range, rules[1].range = EVERYTHING4, EVERYTHING6
    return rules


def _unknown_rule(group: SecurityGroup, direction: str, reason: NotVisible) -> Rule:
    rule = Rule(direction, group, None if group.imported else group.resource)
    rule.unknown = reason
    return rule


def _declared_rule(group: SecurityGroup, direction: str, body: dict[str, Any]) -> Rule:
    rule = Rule(direction, group, None)
    rule.protocol = normal_protocol(body.get("protocol", "-1"))
    low = int(body.get("from", -1))
    if rule.protocol in ("tcp", "udp") and low >= 0:
        rule.from_port, rule.to_port = low, int(body.get("to", low))
    peer = str(body.get("peer", ""))
    if peer in ("", "all"):
        rule.range = EVERYTHING4
    elif peer == "self":
        rule.peer = group
    elif peer.startswith("pl-"):
        rule.prefix_list = peer
    elif "/" in peer:
        rule.range = Range.parse(peer)
    else:
        rule.peer = group.network.thing(SecurityGroup, peer)
    return rule


def normal_protocol(value: Any) -> str:
    """Return a protocol under its one name: `-1`, `tcp`, `udp`, `icmp`, `icmpv6`, or a number as text."""
    text = str(value).strip().lower()
    return _NUMBERS.get(text, text)


def read_rule(group: SecurityGroup, direction: str, body: Any, resource: Resource, where: str) -> Rule | None:
    """Read a rule as CloudFormation writes it; None where it admits nothing (the CDK's placeholder)."""
    rule = Rule(direction, group, resource)
    if isinstance(body, Unknown):
        rule.unknown = NotVisible(f"rule {where} of security group {group.id} is {body.what}", body.declare)
        return rule
    if body.__class__ is not dict:
        return None
    for name in ("CidrIp", "CidrIpv6"):
        if str(body.get(name)) in _PLACEHOLDERS:
            return None
    _read_ports(rule, body, where)
    _read_other_side(rule, body, where)
    return rule


def _read_ports(rule: Rule, body: dict[str, Any], where: str) -> None:
    protocol = body.get("IpProtocol", "-1")
    if isinstance(protocol, Unknown):
        rule.unknown = _hidden(rule, protocol, where, "IpProtocol")
        rule.hidden_ports = f"protocol {protocol.what}"
        return
    rule.protocol = normal_protocol(protocol)
    if rule.protocol not in ("tcp", "udp"):
        return
    ports = [body.get("FromPort"), body.get("ToPort")]
    for name, value in zip(("FromPort", "ToPort"), ports, strict=True):
        if value is not None and whole(value) is None:
            rule.unknown = _hidden(rule, value, where, name)
            rule.hidden_ports = f"{rule.protocol} port {value.what if isinstance(value, Unknown) else value}"
            return
    low, high = (None if value is None else whole(value) for value in ports)
    if low is None or low < 0:
        low, high = PORTS
    rule.from_port, rule.to_port = low, low if high is None else high


def _read_other_side(rule: Rule, body: dict[str, Any], where: str) -> None:
    network = rule.group.network
    for name in ("CidrIp", "CidrIpv6"):
        if body.get(name) not in (None, ""):
            value = body[name]
            try:
                rule.range = Range.parse(value) if value.__class__ is str else network.range_of(value)
            except ValueError as error:
                rule.hidden_range = str(value)
                rule.unknown = NotVisible(f"{name} of {rule.id}: {error}")
            except NotVisible as reason:
                rule.hidden_range = reason.what
                rule.block = value if rule.unknown is None and value.__class__ is not dict else None
                rule.unknown = rule.unknown or NotVisible(f"{name} of {rule.id} is {reason.what}", reason.declare)
            return
    value = body.get(_GROUPS[rule.direction]) or body.get("SourceSecurityGroupName")
    if value not in (None, ""):
        rule.peer = network.thing(SecurityGroup, value)
        return
    value = body.get(_LISTS[rule.direction])
    if value in (None, ""):
        rule.unknown = rule.unknown or NotVisible(
            f"the other side of rule {where or rule.id} of security group {rule.group.id}"
        )
        return
    rule.prefix_list = str(value)
    rule.prefixes = network.prefixes_of(value)


def _hidden(rule: Rule, value: Any, where: str, name: str) -> NotVisible:
    what = value.what if isinstance(value, Unknown) else str(value)
    place = ".".join(part for part in (where, name) if part)
    return NotVisible(f"{place} of {rule.id} is {what}", getattr(value, "declare", ""))
