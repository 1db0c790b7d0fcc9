"""Identity policies: who may open notebooks and Studio by presigned URL, and from where."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible, Reference, Unknown
from constructs_lib.network import Range, matches
from constructs_lib.rules._condition_keys import keeps_out, tests
from constructs_lib.rules._groups import listed
from constructs_lib.rules._rule import API, GUIDE, Finding, Severity, advice, rule
from constructs_lib.services import NOTEBOOK, SAGEMAKER_API, STUDIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network import Endpoint, Network, Policy, Statement
    from constructs_lib.rules._rule import Findings
    from constructs_lib.services import Service

_PAGES = {"sagemaker:CreatePresignedNotebookInstanceUrl": NOTEBOOK, "sagemaker:CreatePresignedDomainUrl": STUDIO}
_SOURCES = frozenset(("aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"))
_VPC_KEYS = ("aws:sourcevpc", "aws:sourcevpce")
_PUBLIC_KEY = "aws:sourceip"
_NOTEBOOK_PAGE = f"{GUIDE}/notebook-interface-endpoint.html"
_STUDIO_PAGE = f"{GUIDE}/studio-interface-endpoint.html"


def _opened(statement: Statement) -> list[str]:
    """The presigned-URL actions that the statement is about, be it an Allow or a Deny."""
    return [action for action in _PAGES if statement.concerns(action)] if _is_about_sagemaker(statement) else []


def _is_about_sagemaker(statement: Statement) -> bool:
    """Whether the resources of the statement can be SageMaker's; one that is not known can."""
    resources = statement.body.get("Resource")
    return any(_can_be_sagemaker(one) for one in (resources if isinstance(resources, list) else [resources]))


def _can_be_sagemaker(resource: Any) -> bool:
    if isinstance(resource, Reference):
        return resource.resource.type.startswith("AWS::SageMaker::")
    parts = str(getattr(resource, "pattern", resource)).split(":")
    return parts[0] != "arn" or len(parts) < 3 or matches(parts[2], "sagemaker")


def _is_pinned(statement: Statement) -> bool:
    return bool(_SOURCES & statement.condition_keys)


@rule(
    "SMN-IAM-01",
    statement="A presigned URL opens a notebook or Studio from anywhere on the internet, unless the policy that allows to create it limits "
    "where requests come from.",
    severity=Severity.WARNING,
    source=_NOTEBOOK_PAGE,
    fix="Add a condition on aws:SourceVpce with the endpoints' ids, or on aws:SourceVpc, aws:VpcSourceIp or aws:SourceIp.",
)
def presigned_urls_are_pinned(policy: Policy, network: Network) -> Findings:
    statements = [(statement, actions) for statement in policy.statements if (actions := _opened(statement))]
    allowing = [(statement, actions) for statement, actions in statements if statement.effect == "Allow"]
    if not allowing:
        raise NotApplicable
    denied = {
        action
        for statement, actions in statements
        if statement.effect == "Deny" and _is_pinned(statement)
        for action in actions
    }
    for statement, actions in allowing:
        if not _is_pinned(statement) and (open_ := [action for action in actions if action not in denied]):
            yield Finding(
                f"{listed(open_)} {'is' if len(open_) == 1 else 'are'} allowed from anywhere", at=statement.where
            )


@rule(
    "SMN-IAM-02",
    statement="aws:SourceIp never holds a private address: requests through an endpoint carry aws:VpcSourceIp, which goes with aws:SourceVpc.",
    severity=Severity.ERROR,
    source=_STUDIO_PAGE,
    fix="Replace aws:SourceIp by aws:VpcSourceIp for private ranges, and add aws:SourceVpc with the VPC's id.",
)
def source_ip_is_public(policy: Policy, network: Network) -> Findings:
    given = [
        (statement, key, value)
        for statement in policy.statements
        if _concerns_sagemaker(statement)
        for _, key, _, values in tests(statement.conditions)
        if key in ("aws:sourceip", "aws:vpcsourceip")
        for value in values
    ]
    if not given:
        raise NotApplicable
    for statement, value in ((statement, value) for statement, key, value in given if key == "aws:sourceip"):
        block = _range(value, network)
        if isinstance(block, NotVisible):
            yield block
        elif block is not None and block.private:
            yield Finding(
                f"aws:SourceIp is compared with the private range {block}, which no request carries there",
                at=statement.where,
            )


def _concerns_sagemaker(statement: Statement) -> bool:
    """Whether the statement is about actions of SageMaker, all actions included."""
    if not _is_about_sagemaker(statement):
        return False
    actions = statement.actions or ("*",)
    return any(action == "*" or action.lower().startswith("sagemaker:") for action in actions)


def _range(value: Any, network: Network) -> Range | NotVisible | None:
    """The addresses that a condition names; None where it is no address at all."""
    if isinstance(value, Unknown):
        return NotVisible(f"the range under aws:SourceIp is {value.what}", value.declare)
    try:
        return Range.parse(value) if isinstance(value, str) else network.range_of(value)
    except NotVisible as unknown:
        return unknown
    except ValueError:
        return None


@rule(
    "SMN-IAM-03",
    statement="Where presigned URLs are limited to endpoints, both must be listed: that of the SageMaker API, which creates the URL, and that "
    "of the notebook or Studio page, which opens it.",
    severity=Severity.WARNING,
    source=_NOTEBOOK_PAGE,
    fix="List both endpoints under aws:SourceVpce.",
)
def both_endpoints_are_listed(policy: Policy, network: Network) -> Findings:
    said = [
        (statement, service, values)
        for statement in policy.statements
        for service in dict.fromkeys(_PAGES[action] for action in _opened(statement))
        for operator, key, _, values in tests(statement.conditions)
        if key == "aws:sourcevpce" and keeps_out(statement.effect, operator, values)
    ]
    applicable = False
    for statement, service, values in said:
        pair = [_of_service(network, SAGEMAKER_API), _of_service(network, service)]
        if not all(pair):
            continue
        applicable = True
        known = [value.resource for value in values if _is_endpoint(value)]
        missing = [endpoints for endpoints in pair if not any(endpoint.resource in known for endpoint in endpoints)]
        if missing and len(known) == len(values):
            given = dict.fromkeys(resource.logical_id for resource in known)
            names = listed(endpoint.id for endpoints in missing for endpoint in endpoints)
            yield Finding(f"aws:SourceVpce lists {listed(given)}, but not {names}", at=statement.where)
        elif missing:
            yield NotVisible(
                "which endpoints the ids under aws:SourceVpce are", "refer to the endpoints of the templates by Ref"
            )
    if not applicable:
        raise NotApplicable


def _is_endpoint(value: Any) -> bool:
    return isinstance(value, Reference) and value.resource.type == "AWS::EC2::VPCEndpoint"


def _of_service(network: Network, service: Service) -> list[Endpoint]:
    return [endpoint for endpoint in network.endpoints if endpoint.service is service]


@rule(
    "SMN-IAM-07",
    statement="A policy that allows presigned URLs through a VPC only refuses the users of the console who come from elsewhere.",
    severity=Severity.INFO,
    source=_NOTEBOOK_PAGE,
    fix="Let users come through the VPC (VPN, Direct Connect, a host in it), or allow their public addresses by aws:SourceIp.",
)
def console_users_are_not_locked_out(policy: Policy, network: Network) -> Findings:
    statements = [(statement, actions) for statement in policy.statements if (actions := _opened(statement))]
    if not statements:
        raise NotApplicable
    elsewhere = {
        action
        for statement, actions in statements
        if statement.effect == "Allow" and not _closing_keys(statement)
        for action in actions
    }
    for statement, actions in statements:
        refused = [action for action in actions if statement.effect == "Deny" or action not in elsewhere]
        if refused and (keys := _closing_keys(statement)):
            yield Finding(
                f"users outside of the VPC, in the console too, are refused {listed(refused)} by {listed(keys)}",
                at=statement.where,
            )


def _closing_keys(statement: Statement) -> list[str]:
    """The keys by which a statement keeps out whoever comes from elsewhere than a VPC; none where a Deny spares public addresses."""
    if statement.effect == "Deny" and _PUBLIC_KEY in statement.condition_keys:
        return []
    return list(
        dict.fromkeys(
            written
            for operator, key, written, values in tests(statement.conditions)
            if key in _VPC_KEYS and keeps_out(statement.effect, operator, values)
        )
    )


advice(
    "SMN-IAM-06",
    statement="Guard rails deny what leaves the network: notebooks with direct internet access or root access or without our subnets and groups, "
    "domains that are not VpcOnly, jobs without VPC, network isolation or traffic encryption.",
    severity=Severity.INFO,
    source=f"{GUIDE}/security_iam_id-based-policy-examples.html",
    fix="Attach a guard-rail policy to the roles of users and pipelines.",
)

advice(
    "SMN-IAM-08",
    statement="Restrictions on presigned URLs do not apply to domains in Identity Center mode, whose users sign in elsewhere (see SMN-DOM-25).",
    severity=Severity.INFO,
    source=f"{API}/API_CreatePresignedDomainUrl.html",
    fix="Restrict access in IAM Identity Center.",
)
