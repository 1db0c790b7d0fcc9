"""Facts about VPCs that the templates only mention: declared in metadata, or looked up by the CDK into its context."""

from __future__ import annotations

from constructs_lib.assembly import believe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.assembly import Group

#: How the CDK's context calls subnets, and what that says about their default route.
_CONTEXT_EGRESS = {"public": "internet-gateway", "private": "nat", "isolated": "none"}


class Facts(dict[str, "Any"]):
    """The declared facts of one thing. Each that is read is noted as believed, so that what rests on it says so.

    Attributes:
        owner: The thing, as the notes call it.
    """

    __slots__ = ("owner",)

    #: What says where something belongs rather than how it is.
    _STRUCTURE = frozenset({"endpoints", "securityGroups", "subnets", "vpc"})

    def __init__(self, owner: str, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.owner = owner

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if key not in self._STRUCTURE:
            believe(f"declared: {key} of {self.owner}", _words(value))
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """The fact, noted as believed, or the default."""
        return self[key] if key in self else default  # noqa: SIM401 - `dict.get` is what this replaces


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return " ".join(f"{key} {_words(one)}" for key, one in value.items())
    return ", ".join(_words(one) for one in value) if isinstance(value, list) else str(value)


class Declarations:
    """All declared facts of a group, by the name under which the templates know each thing.

    Attributes:
        vpcs: Facts of each VPC: `cidrs`, `dnsSupport`, `dnsHostnames`, `tenancy`, `complete`, `endpoints`, ...
        subnets: Facts of each subnet, with the VPC's name under `vpc`.
        groups: Facts of each security group, with the VPC's name under `vpc`.
        names_of: The other names of a literal id: the parameters that have it as their value.
    """

    def __init__(self, group: Group) -> None:
        self.vpcs: dict[str, dict[str, Any]] = {}
        self.subnets: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        for name, facts in group.context_vpcs.items():
            self._add(name, _from_context(facts))
        for template in group.templates:
            declared = template.declarations or {}
            for name, facts in declared.get("vpcs", {}).items():
                self._add(name, facts)

    def __bool__(self) -> bool:
        return bool(self.vpcs)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the facts say, of route tables and others that they only mention too."""
        mentioned = [name for facts in self.subnets.values() if (name := facts.get("routeTable"))]
        for vpc in self.vpcs.values():
            for endpoint in vpc["endpoints"].values():
                admits = endpoint.get("admits")
                mentioned += [*endpoint.get("routeTables", ()), *endpoint.get("subnets", ())]
                mentioned += admits if isinstance(admits, list) else ()
        for group in self.groups.values():
            rules = [rule for way in ("ingress", "egress") if isinstance(group.get(way), list) for rule in group[way]]
            mentioned += [rule["peer"] for rule in rules]
        return tuple(dict.fromkeys((*self.vpcs, *self.subnets, *self.groups, *mentioned)))

    def _add(self, name: str, facts: dict[str, Any]) -> None:
        """Take a VPC's facts; what was said of it before stays where it is not said again."""
        vpc = self.vpcs.setdefault(name, {})
        vpc.update(
            {key: value for key, value in facts.items() if key not in ("endpoints", "subnets", "securityGroups")}
        )
        vpc.setdefault("endpoints", {}).update(facts.get("endpoints", {}))
        for subnet, of_subnet in facts.get("subnets", {}).items():
            self.subnets.setdefault(subnet, {}).update(of_subnet, vpc=name)
        for group, of_group in facts.get("securityGroups", {}).items():
            self.groups.setdefault(group, {}).update(of_group, vpc=name)


def _from_context(facts: dict[str, Any]) -> dict[str, Any]:
    """Put what `Vpc.from_lookup` left in the CDK's context into the form of a declaration."""
    subnets: dict[str, Any] = {}
    for group in facts.get("subnetGroups") or ():
        egress = _CONTEXT_EGRESS.get(str(group.get("type", "")).lower())
        for subnet in group.get("subnets") or ():
            found = {
                "cidr": subnet.get("cidr"),
                "availabilityZone": subnet.get("availabilityZone"),
                "routeTable": subnet.get("routeTableId"),
                "egress": egress,
            }
            subnets[subnet["subnetId"]] = {key: value for key, value in found.items() if value is not None}
    cidr = facts.get("vpcCidrBlock")
    return {"cidrs": [cidr] if cidr else [], "subnets": subnets} if cidr else {"subnets": subnets}
