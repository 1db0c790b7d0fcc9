"""Rules about the policies of VPC endpoints."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import statements_of
from constructs_lib.rules._groups import listed, visible
from constructs_lib.rules._rule import GUIDE, NotApplicable, Severity, rule
from constructs_lib.services import S3, SAGEMAKER_API

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import Endpoint, Network, Statement
    from constructs_lib.rules._rule import Findings

_STUDIO_ACTIONS = ("sagemaker:CreateApp", "sagemaker:CreatePresignedDomainUrl")
_IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


@rule(
    "SMN-EP-09",
    statement="An endpoint policy that only denies lets nothing through: what no statement allows is denied. The documented examples with Deny alone "
    "have to be merged with a statement that allows.",
    severity=Severity.ERROR,
    source=f"{_IAM_GUIDE}/reference_policies_evaluation-logic.html",
    fix="Add a statement with Effect Allow, for everything that the others are to restrict.",
    at="PolicyDocument",
)
def endpoint_policy_allows_something(endpoint: Endpoint, network: Network) -> Findings:
    if not endpoint.given("PolicyDocument"):
        raise NotApplicable
    if endpoint.policy_denial is not None:
        yield endpoint.policy_denial


@rule(
    "SMN-EP-10",
    statement="A policy of the SageMaker API endpoint in the VPC of a VpcOnly domain must allow sagemaker:CreateApp, with which Studio starts its apps, "
    "and sagemaker:CreatePresignedDomainUrl, with which users open it.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/studio-interface-endpoint.html",
    fix="Allow sagemaker:CreateApp and sagemaker:CreatePresignedDomainUrl in the endpoint policy.",
    at="PolicyDocument",
)
def api_policy_lets_studio_work(endpoint: Endpoint, network: Network) -> Findings:
    if not endpoint.given("PolicyDocument") or endpoint.service is not SAGEMAKER_API:
        raise NotApplicable
    domains, hidden = visible(
        network.domains_beside(endpoint),
        lambda domain: domain.vpc_only and domain.vpc is not None and domain.vpc.same_as(endpoint.vpc),
    )
    if not domains and not hidden:
        raise NotApplicable
    statements = statements_of(endpoint, endpoint.policy, "PolicyDocument")
    missing = [action for action in _STUDIO_ACTIONS if not _allowed(statements, action)]
    if missing and not domains and hidden:
        raise hidden
    if missing:
        names = [domain.id for domain in domains]
        who = f"domain {names[0]} needs" if len(names) == 1 else f"domains {listed(names)} need"
        yield f"the endpoint policy does not allow {listed(missing)}, which {who}"


def _allowed(statements: Sequence[Statement], action: str) -> bool:
    """Allowed by some statement, and denied by none that has no condition."""
    return any(one.allows(action) for one in statements) and not any(
        one.denies(action) and not one.conditions for one in statements
    )


@rule(
    "SMN-EP-11",
    statement="FIPS endpoints of the SageMaker runtime support no endpoint policies.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/interface-vpc-endpoint.html",
    fix="Remove PolicyDocument, or use the endpoint without FIPS.",
    at="PolicyDocument",
)
def fips_runtime_has_no_policy(endpoint: Endpoint, network: Network) -> Findings:
    given = endpoint.given("PolicyDocument")
    try:
        fips = endpoint.is_aws and endpoint.service_name.endswith(".sagemaker.runtime-fips")
    except NotVisible:
        if given:
            raise
        fips = False  # whichever service it is, it has no policy
    if not fips:
        raise NotApplicable
    if given:
        yield f"{endpoint.get('ServiceName')} takes no PolicyDocument"


@rule(
    "SMN-EP-13",
    statement="Without a policy of its own an endpoint lets every principal do everything with every resource; restrict it by principal, organization or "
    "resource.",
    severity=Severity.INFO,
    source=f"{GUIDE}/interface-vpc-endpoint.html",
    fix="Give the endpoint a PolicyDocument that names your principals (aws:PrincipalAccount, aws:PrincipalOrgID) or resources.",
    at="PolicyDocument",
)
def endpoint_policy_restricts(endpoint: Endpoint, network: Network) -> Findings:
    service = endpoint.service
    if not endpoint.is_aws or (service is not None and not service.supports_policy):
        raise NotApplicable
    if service is S3 and endpoint.kind == "Gateway":
        raise NotApplicable  # SMN-S3-05 speaks about it
    if not endpoint.given("PolicyDocument"):
        yield "no PolicyDocument: everybody may do everything by this endpoint"
    elif endpoint.full_access:
        yield "the PolicyDocument lets everybody do everything"
