"""The gates on a way: security groups at both ends, and the network ACLs of the subnets that it passes."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network.addresses import PUBLIC4, PUBLIC6, Range
from constructs_lib.network.group_rules import admits, egress_of, ingress_of
from constructs_lib.network.things import Thing
from constructs_lib.network.vantage import admits_interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs_lib.network.acl import NetworkAcl
    from constructs_lib.network.endpoints import Endpoint
    from constructs_lib.network.group_rules import Rule
    from constructs_lib.network.groups import SecurityGroup
    from constructs_lib.network.path import Trail
    from constructs_lib.network.questions import Target
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.vantage import Vantage

if TYPE_CHECKING:
    #: Which of these rules let the traffic out? None if none does.
    Question = Callable[[tuple[Rule, ...]], tuple[Rule, ...] | None]

_OPEN = "let it out to 0.0.0.0/0, or give the VPC an endpoint for {}"
REPLIES = (1024, 65535)
PUBLIC = {4: PUBLIC4, 6: PUBLIC6}


def _names(groups: Sequence[SecurityGroup]) -> str:
    return " and ".join(group.id for group in groups)


def texts(rules: Sequence[Rule]) -> str:
    """The rules in words, each with the resource that it is written in."""
    return "; ".join(
        dict.fromkeys(f"{rule.text}{' (the default egress)' if rule.implicit else f' ({rule.id})'}" for rule in rules)
    )


def leave(trail: Trail, vantage: Vantage, target: Target, where: str, ask: Question) -> None:
    """Pass the groups of the workload: `ask` says which of their rules let the traffic out, None if none does."""
    if not vantage.groups:
        trail.hide(
            NotVisible(
                f"the security groups of {vantage.id}, which names none", f"name the security groups of {vantage.id}"
            )
        )
        return
    try:
        found = ask(egress_of(vantage.groups))
    except NotVisible as reason:
        trail.hide(reason)
        return
    groups = _names(vantage.groups)
    if found is None:
        trail.stop("security_group", groups, f"security group {groups} lets no {target.ports_text} out to {where}")
    else:
        trail.hop("security-group", groups, f"lets out {texts(found)}")


def to_ranges(target: Target, ranges: Sequence[Range]) -> Question:
    """The question whether rules let the traffic out to all of these addresses."""
    return lambda rules: admits(rules, (*target.groups, *ranges), target.protocol, target.low, target.high)


def public(target: Target, version: int = 4) -> tuple[Range, ...]:
    """The public addresses that the target may have: the range that is asked for, else all of the internet."""
    return PUBLIC[version] if target.kind != "cidr" or target.range is None else (target.range,)


def to_public(target: Target, *, version: int = 4) -> Question:
    """The question whether rules let the traffic out to the internet; for a single host or service, part of the internet leaves it open."""
    return _to_some(target, public(target, version))


def to_part(target: Target, part: Range) -> Question:
    """The question whether rules let the traffic out to a part of the addresses; for a single host or service, part of that leaves it open."""
    return _to_some(target, (part,)) if part.public else to_ranges(target, [part])


def _to_some(target: Target, ranges: Sequence[Range]) -> Question:
    """The question whether rules let the traffic out to these addresses, at all of which the internet is, at one of which a service is."""

    def ask(rules: tuple[Rule, ...]) -> tuple[Rule, ...] | None:
        found = admits(rules, ranges, target.protocol, target.low, target.high)
        if found is None and target.kind not in ("internet", "cidr"):
            for rule in rules:
                if rule.speaks_of(target.protocol, target.low, target.high) and _partly_public(rule, ranges[0].version):
                    raise NotVisible(
                        f"whether {target.text} lies in {rule.other_side}, which is all that {rule.group.id} lets out",
                        _OPEN.format(target.text),
                    )
        return found

    return ask


def _partly_public(rule: Rule, version: int) -> bool:
    if rule.prefix_list is not None and not rule.prefixes:
        return True
    return any(one.overlaps(public) for one in rule.ranges for public in PUBLIC[version])


def to_gateway(target: Target) -> Question:
    """The question whether rules let the traffic out to what a gateway endpoint serves: its prefix list, or all public addresses."""
    public = to_public(target)

    def ask(rules: tuple[Rule, ...]) -> tuple[Rule, ...] | None:
        for rule in rules:
            if (
                rule.prefix_list is not None
                and not rule.prefixes
                and rule.speaks_of(target.protocol, target.low, target.high)
            ):
                return (rule,)
        return public(rules)

    return ask


def to_interface(target: Target, groups: Sequence[SecurityGroup], subnets: Sequence[Subnet]) -> Question:
    """The question whether rules let the traffic out to an interface with these groups in these subnets."""
    return lambda rules: admits_interface(rules, groups, subnets, target.protocol, target.low, target.high)


def enter(
    trail: Trail, vantage: Vantage, target: Target, groups: Sequence[SecurityGroup], name: str, cause: str
) -> None:
    """Pass the groups of the other end."""
    try:
        found = vantage.admitted_by(ingress_of(groups), target.protocol, target.low, target.high)
    except NotVisible as reason:
        trail.hide(reason)
        return
    _entered(trail, vantage, target, found, _names(groups), name, cause)


def _entered(
    trail: Trail, vantage: Vantage, target: Target, found: Sequence[Rule] | None, groups: str, name: str, cause: str
) -> None:
    if found is None:
        who = _names(vantage.groups) or vantage.id
        trail.stop(cause, groups, f"security group {groups} of {name} does not admit {target.ports_text} from {who}")
    else:
        kind = "endpoint-group" if cause == "endpoint_sg" else "target-group"
        trail.hop(kind, groups, f"admits {texts(found)}" if found else "admits it, as declared")


def enter_endpoint(trail: Trail, vantage: Vantage, target: Target, endpoint: Endpoint) -> None:
    """Pass the groups and the policy of an interface endpoint."""
    if endpoint.declared:
        try:
            found = endpoint.admits(vantage)
        except NotVisible as reason:
            trail.hide(reason)
        else:
            _entered(trail, vantage, target, found, endpoint.id, endpoint.id, "endpoint_sg")
    else:
        enter(trail, vantage, target, endpoint.security_groups, f"endpoint {endpoint.id}", "endpoint_sg")
    pass_policy(trail, endpoint)


def pass_policy(trail: Trail, endpoint: Endpoint) -> None:
    """Pass the policy of an endpoint, which is noted; it stops the traffic where it surely refuses everything."""
    try:
        if endpoint.policy_denial is not None:
            text = f"the policy of endpoint {endpoint.id} allows nothing: {endpoint.policy_denial}"
            trail.stop("endpoint_policy", endpoint.id, text)
        elif endpoint.policy is not None and not endpoint.full_access:
            trail.hop("endpoint-policy", endpoint.id, "limits principals, actions or resources (noted, not judged)")
    except NotVisible:
        trail.hop("endpoint-policy", endpoint.id, "is not in the templates (not judged)")


class Crossing:
    """A boundary between a subnet and what lies outside of it, which its network ACL judges in both directions.

    Attributes:
        subnet: The subnet.
        outside: The addresses on the other side; a subnet, or ranges.
        inward: Does the traffic enter the subnet, rather than leave it?
    """

    __slots__ = ("inward", "outside", "subnet")

    def __init__(self, subnet: Subnet, outside: Subnet | Sequence[Range], *, inward: bool) -> None:
        self.subnet = subnet
        self.outside = outside
        self.inward = inward

    def ranges(self) -> Sequence[Range]:
        """The addresses on the other side."""
        return self.outside.ranges if isinstance(self.outside, Thing) else self.outside


def between(one: Subnet, other: Subnet) -> list[Crossing]:
    """The crossings from one subnet into another: none where they are one."""
    if one is other:
        return []
    return [Crossing(one, other, inward=False), Crossing(other, one, inward=True)]


def pass_acls(trail: Trail, target: Target, crossings: Sequence[Crossing]) -> None:
    """Pass the network ACLs: the request one way, the replies the other."""
    shown: set[NetworkAcl] = set()
    for crossing in crossings:
        try:
            _cross(trail, target, crossing, shown)
        except NotVisible as reason:
            trail.hide(reason)


def _cross(trail: Trail, target: Target, crossing: Crossing, shown: set[NetworkAcl]) -> None:
    subnet = crossing.subnet
    acl = _acl(trail, subnet)
    if acl is None:
        return
    if acl.default and not acl.listed(egress=True)[2:] and not acl.listed(egress=False)[2:]:
        if acl not in shown:
            shown.add(acl)
            text = "as created: entry 100 allow all traffic 0.0.0.0/0, both ways"
            trail.hop("network-acl", acl.id, text, beyond=crossing.inward)
        return
    ranges = crossing.ranges()
    request = acl.decide(not crossing.inward, ranges, target.protocol, target.low, target.high)
    replies = acl.decide(crossing.inward, ranges, target.protocol, *REPLIES)
    for decision, egress, what in (
        (request, not crossing.inward, target.ports_text),
        (replies, crossing.inward, "replies on TCP 1024-65535"),
    ):
        if decision.allowed:
            continue
        way = "out of" if egress else "into"
        text = f"network ACL {acl.id} lets no {what} {way} subnet {subnet.id}: entry {decision.entry.text}"
        if not decision.partly or target.kind == "cidr":
            trail.stop("nacl", acl.id, text)
        elif target.kind == "internet":
            trail.hop("network-acl", acl.id, f"refuses a part of the addresses: entry {decision.entry.text}")
        else:
            unknown = f"whether the addresses of {target.text} are among those that network ACL {acl.id} refuses (entry {decision.entry.text})"
            trail.hide(NotVisible(unknown, _OPEN.format(target.text)))
    if request.allowed and replies.allowed and acl not in shown:
        shown.add(acl)
        text = f"allows {target.ports_text} (entry {request.entry.text}) and the replies (entry {replies.entry.text})"
        trail.hop("network-acl", acl.id, text, beyond=crossing.inward)


def _acl(trail: Trail, subnet: Subnet) -> NetworkAcl | None:
    """The ACL of a subnet; None where it is not in the templates, which is then assumed to be the default one."""
    if subnet.imported:
        declared = (subnet.declared or {}).get("nacl")
        trail.assume(
            f"the network ACL of {subnet.id} allows everything ({'declared' if declared else 'as the default one does'})"
        )
        return None
    acl = subnet.acl
    if acl.imported and not acl.default:
        raise acl.unseen("the entries")
    return acl
