"""Rules about IAM policies that look at the network of a Studio domain."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network.iam import matches
from constructs_lib.rules._condition_keys import keeps_out, tests
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.rules._studio import each, require_vpc_only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network import Domain, Network, Policy, Role
    from constructs_lib.rules._rule import Findings

_PRESIGNED = "sagemaker:CreatePresignedDomainUrl"
_VPC_KEYS = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
_ADDRESS_KEY = "aws:sourceip"
_ORIGIN_KEYS = ("aws:SourceVpc", "aws:SourceVpce")


@rule(
    "SMN-DOM-25",
    statement="Restricting presigned domain URLs to a VPC or an endpoint works with IAM authentication only: with IAM Identity Center, nobody calls "
    "CreatePresignedDomainUrl.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/studio-interface-endpoint.html",
    fix="Use AuthMode IAM, or restrict access in IAM Identity Center and drop the condition.",
    at="AuthMode",
)
def presigned_url_conditions_have_effect(domain: Domain, network: Network) -> Findings:
    conditioned, unknown = network.once(_policies_on_the_url)
    if not conditioned and not (unknown and _may_be_sso(domain)):
        raise NotApplicable
    if domain.auth_mode != "SSO":
        return
    for label, severity in conditioned.items():
        yield Finding(
            f"the condition of {label} on CreatePresignedDomainUrl has no effect: AuthMode is SSO", severity=severity
        )
    yield from unknown


def _policies_on_the_url(network: Network) -> tuple[dict[str, Severity], list[NotVisible]]:
    """The policies that condition the presigned URL on the network, how bad it is where that has no effect; and which cannot be read."""
    conditioned: dict[str, Severity] = {}
    unknown: list[NotVisible] = []
    for policy in network.policies:
        try:
            keys = _keys_on_the_url(policy)
        except NotVisible as reason:
            unknown.append(reason)
            continue
        if keys & _VPC_KEYS:
            conditioned[policy.label] = Severity.WARNING
        elif _ADDRESS_KEY in keys:
            conditioned[policy.label] = Severity.INFO
    return conditioned, unknown


def _keys_on_the_url(policy: Policy) -> set[str]:
    """The keys by which statements on the presigned URL of domains, rather than on everything, are conditioned."""
    return {
        key
        for statement in policy.statements
        if any(action.lower().startswith("sagemaker:") and matches(action, _PRESIGNED) for action in statement.actions)
        for key in statement.condition_keys
    }


def _may_be_sso(domain: Domain) -> bool:
    try:
        return domain.auth_mode == "SSO"
    except NotVisible:
        return True


@rule(
    "SMN-DOM-31",
    statement="An execution role that refuses whatever does not come from a VPC or an endpoint leaves the console aside: the users of the domain need a VPN "
    "or Direct Connect into that VPC.",
    severity=Severity.INFO,
    source=f"{GUIDE}/studio-updated-and-internet-access.html",
    fix="Give the users a VPN or Direct Connect into the VPC, or take the condition off the execution role.",
    at="DefaultUserSettings.ExecutionRole",
)
def console_users_are_not_refused(domain: Domain, network: Network) -> Findings:
    require_vpc_only(domain)
    named_ = dict.fromkeys((domain.role, *(profile.role for profile in domain.user_profiles)))
    roles = [role for role in named_ if role and not role.imported]
    if not roles:
        raise NotApplicable
    yield from each(roles, _refusal)


def _refusal(role: Role) -> Findings:
    """By which keys a role refuses whoever comes from elsewhere than a VPC."""
    refusing = {
        key
        for statement in role.statements
        if statement.effect == "Deny"
        for operator, key, _, values in tests(statement.conditions)
        if keeps_out(statement.effect, operator, values)
    }
    if keys := [key for key in _ORIGIN_KEYS if key.lower() in refusing]:
        yield f"role {role.label} denies by {listed(keys)}, which calls from the console do not carry"
