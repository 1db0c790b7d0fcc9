"""AWS Network Firewall, as far as templates tell what it lets through."""

from __future__ import annotations

from fnmatch import fnmatchcase

from constructs_lib.assembly import NotVisible, fact
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network.routes import Route
    from constructs_lib.network.subnets import Subnet

_FORWARD = "aws:forward_to_sfe"
_DROP = "aws:drop"
#: The ports on which domain lists look at names: TLS and HTTP.
_INSPECTED = {443: "TLS_SNI", 80: "HTTP_HOST"}
_CANNOT_TELL = "judge it by hand, and declare the egress of the workload's subnet in Metadata.SageMakerNetwork"


class RuleGroup(Thing):
    """A stateful or stateless rule group."""

    types = ("AWS::NetworkFirewall::RuleGroup",)
    noun = "rule group"

    @fact
    def domains(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """A domain list: `ALLOWLIST` or `DENYLIST`, its targets, and what is compared with them (`TLS_SNI`, `HTTP_HOST`).

        Raises:
            NotVisible: The group is of another kind.
        """
        listed = ("RuleGroup", "RulesSource", "RulesSourceList")
        if str(self.text("Type", default="")).upper() != "STATEFUL" or not self.given(*listed):
            raise NotVisible(f"what rule group {self.id} lets through, which is not a domain list", _CANNOT_TELL)
        kind = str(self.text(*listed, "GeneratedRulesType"))
        targets = tuple(str(target).lower() for target in self.entries(*listed, "Targets"))
        return kind, targets, tuple(str(each) for each in self.entries(*listed, "TargetTypes"))


class FirewallPolicy(Thing):
    """A firewall policy."""

    types = ("AWS::NetworkFirewall::FirewallPolicy",)
    noun = "firewall policy"

    @fact
    def stateless_default(self) -> str:
        """What happens to what no stateless rule matches: `aws:pass`, `aws:drop` or `aws:forward_to_sfe`."""
        actions = [str(action) for action in self.entries("FirewallPolicy", "StatelessDefaultActions")]
        return next((action for action in actions if action.startswith("aws:")), _FORWARD)

    @fact
    def stateful_groups(self) -> tuple[RuleGroup, ...]:
        """The stateful rule groups, in order."""
        count = len(self.entries("FirewallPolicy", "StatefulRuleGroupReferences"))
        found = [
            self.thing(RuleGroup, "FirewallPolicy", "StatefulRuleGroupReferences", index, "ResourceArn")
            for index in range(count)
        ]
        return tuple(group for group in found if group is not None)

    @fact
    def drops_by_default(self) -> bool:
        """Is what no stateful rule matches dropped?"""
        actions = [str(action) for action in self.entries("FirewallPolicy", "StatefulDefaultActions")]
        return any(action.startswith("aws:drop") for action in actions)


class Firewall(Thing):
    """A Network Firewall."""

    types = ("AWS::NetworkFirewall::Firewall",)
    noun = "firewall"

    @fact
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets that it has an endpoint in."""
        from constructs_lib.network.subnets import Subnet

        count = len(self.entries("SubnetMappings"))
        return tuple(self.thing(Subnet, "SubnetMappings", index, "SubnetId") for index in range(count))

    @fact
    def policy(self) -> FirewallPolicy | None:
        """Its policy."""
        return self.thing(FirewallPolicy, "FirewallPolicyArn")  # type: ignore[no-any-return]

    @fact
    def onward(self) -> Route | None:
        """The default route of its subnets; None where one of them has none."""
        routes = [subnet.default_route for subnet in self.subnets]
        return None if not routes or None in routes else routes[0]

    def refusal(self, port: int, hosts: Sequence[str]) -> str | None:
        """Why it stops TCP to this port of these host names (none: of some host on the internet), or None where it lets it through.

        For the internet as a whole an allow list counts as a way through: `note` says how narrow.

        Raises:
            NotVisible: Its rules are not in the templates, or of a kind that is not followed.
        """
        policy = self.policy
        if policy is None or policy.imported:
            raise NotVisible(f"the policy of firewall {self.id}", _CANNOT_TELL)
        if policy.given("FirewallPolicy", "StatelessRuleGroupReferences"):
            raise NotVisible(f"what the stateless rules of firewall policy {policy.id} do", _CANNOT_TELL)
        if policy.stateless_default == _DROP:
            return f"firewall policy {policy.id} drops what no stateless rule matches"
        if policy.stateless_default != _FORWARD:
            return None
        return self._stateful(policy, port, hosts)

    def _stateful(self, policy: FirewallPolicy, port: int, hosts: Sequence[str]) -> str | None:
        if policy.stateful_groups and port not in _INSPECTED:
            raise NotVisible(
                f"what firewall policy {policy.id} does with TCP {port}, which domain lists do not look at",
                _CANNOT_TELL,
            )
        passed = False
        for group in policy.stateful_groups:
            kind, targets, compared = group.domains
            if _INSPECTED[port] not in compared:
                continue
            for host in hosts:
                listed = _matches(host, targets)
                if listed != (kind == "ALLOWLIST"):
                    return f"rule group {group.id} {'allows only' if kind == 'ALLOWLIST' else 'denies'} {', '.join(targets)}"
            passed = passed or kind == "ALLOWLIST"
        if policy.drops_by_default and not passed:
            return f"firewall policy {policy.id} drops what no stateful rule passes"
        return None

    @fact
    def note(self) -> str:
        """What its allow lists let through, for messages; an empty text where nothing is narrowed."""
        policy = self.policy
        if policy is None or policy.imported or policy.stateless_default != _FORWARD:
            return ""
        lists = [group.domains for group in policy.stateful_groups]
        allowed = [target for kind, targets, _ in lists if kind == "ALLOWLIST" for target in targets]
        denied = [target for kind, targets, _ in lists if kind == "DENYLIST" for target in targets]
        parts = [f"only {', '.join(allowed)}"] if allowed else []
        return "; ".join([*parts, *([f"all but {', '.join(denied)}"] if denied else [])])


def _matches(host: str, targets: Sequence[str]) -> bool:
    """Is a host name (with `*` for its region) on a domain list? A target with a dot in front stands for all names below it, and for itself."""
    for target in targets:
        if target.startswith(".") and (host.endswith(target) or host == target[1:]):
            return True
        if fnmatchcase(target, host) or host == target:
            return True
    return False
