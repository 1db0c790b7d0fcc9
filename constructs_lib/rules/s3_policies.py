"""Rules about policies on the way to Amazon S3: those of its endpoints, and those of buckets."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, Unknown
from constructs_lib.network import Range
from constructs_lib.rules._consumers import past_the_vpc
from constructs_lib.rules._groups import listed, visible
from constructs_lib.rules._rule import GUIDE, PRIVATELINK, NotApplicable, Severity, rule
from constructs_lib.rules._s3_policy import (
    IMAGE_LAYERS,
    JUMPSTART,
    PACKAGES,
    allows_everything,
    as_list,
    lets_through,
    statements,
)
from constructs_lib.rules._studio import each
from constructs_lib.services import ECR_DKR, S3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from constructs_lib.network import BucketPolicy, Domain, Endpoint, Network
    from constructs_lib.rules._rule import Findings

_ENDPOINTS = f"{PRIVATELINK}/vpc-endpoints-s3.html"
_VPC_KEYS = frozenset({"aws:sourcevpc", "aws:sourcevpce"})
_NEGATIONS = ("stringnotequals", "stringnotequalsignorecase", "stringnotlike")


def _require_gateway(endpoint: Endpoint) -> None:
    """Leave what is not a gateway endpoint for Amazon S3.

    Raises:
        NotApplicable: It is another endpoint.
    """
    if endpoint.kind != "Gateway" or endpoint.service is not S3:
        raise NotApplicable


def _keeps_from(endpoint: Endpoint, bucket: str) -> bool:
    """Whether the policy of an S3 gateway endpoint that has one of its own keeps from the objects of a bucket.

    Raises:
        NotApplicable: It has the default policy, or one that allows as much.
    """
    _require_gateway(endpoint)
    policy = endpoint.policy
    try:
        if policy is None or allows_everything(policy):
            raise NotApplicable
    except NotVisible:
        pass  # with everything or not, the bucket may be allowed
    return not lets_through(policy, bucket, _region(endpoint))


@rule(
    "SMN-S3-05",
    statement="The policy of an S3 endpoint should name the buckets in use. The default admits every bucket of every account, so that data can be "
    "carried out to any.",
    severity=Severity.INFO,
    source=f"{GUIDE}/train-vpc.html",
    fix="Give the endpoint a PolicyDocument that allows your buckets, and those of AWS that the workloads need.",
    at="PolicyDocument",
)
def endpoint_policy_names_buckets(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    policy = endpoint.policy
    if policy is None:
        yield "the endpoint has no PolicyDocument, which means full access"
    elif allows_everything(policy):
        yield "the policy allows everything in every bucket"


@rule(
    "SMN-S3-06",
    statement="Images from Amazon ECR come in layers that lie in a bucket of AWS. Beside an ECR endpoint, a restricted S3 endpoint policy must allow "
    "s3:GetObject on prod-<region>-starport-layer-bucket: even with NAT, traffic to S3 takes the gateway endpoint.",
    severity=Severity.WARNING,
    source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    fix="Allow s3:GetObject on arn:aws:s3:::prod-<region>-starport-layer-bucket/* in the endpoint's policy.",
    at="PolicyDocument",
)
def endpoint_policy_admits_image_layers(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    registry, hidden = None, None
    try:
        registry = network.endpoint_for(endpoint.vpc, ECR_DKR)
    except NotVisible as reason:
        hidden = reason
    if registry is None and not hidden:
        raise NotApplicable
    if not _keeps_from(endpoint, IMAGE_LAYERS):
        return
    if registry is None:
        raise hidden or NotApplicable
    yield f"the policy does not allow {_shown(IMAGE_LAYERS, endpoint)}, where the images that {registry.label} serves keep their layers"


@rule(
    "SMN-S3-07",
    statement="The default endpoint policy lets workloads install packages from the repositories of Amazon Linux 1, 2 and 2023, which lie in buckets of "
    "AWS. Whoever denies them has to deny all four.",
    severity=Severity.INFO,
    source=_ENDPOINTS,
    fix="Deny s3:GetObject on packages.*.amazonaws.com, repo.*.amazonaws.com, amazonlinux.*.amazonaws.com and al2023-repos-*-de612dc2, or accept it.",
    at="PolicyDocument",
)
def package_repositories_are_out_of_reach(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    open_ones = [
        _shown(bucket, endpoint) for bucket in PACKAGES if lets_through(endpoint.policy, bucket, _region(endpoint))
    ]
    if open_ones:
        yield f"package repositories stay reachable: {listed(open_ones)}"


@rule(
    "SMN-S3-11",
    statement="JumpStart fetches its models from a bucket of AWS: beside a VpcOnly domain, a restricted S3 endpoint policy has to allow "
    "jumpstart-cache-prod-<region>.",
    severity=Severity.INFO,
    source=f"{GUIDE}/jumpstart-deploy.html",
    fix="Allow s3:GetObject and s3:ListBucket on jumpstart-cache-prod-<region> in the endpoint's policy, or hide JumpStart in the domain.",
    at="PolicyDocument",
)
def endpoint_policy_admits_jumpstart(endpoint: Endpoint, network: Network) -> Findings:
    _require_gateway(endpoint)
    domains, hidden = visible(
        network.domains_beside(endpoint),
        lambda domain: _uses_jumpstart(domain) and domain.vpc and domain.vpc.same_as(endpoint.vpc),
    )
    if not domains and not hidden:
        raise NotApplicable
    if not _keeps_from(endpoint, JUMPSTART):
        return
    if not domains:
        raise hidden or NotApplicable
    yield f"the policy does not allow {_shown(JUMPSTART, endpoint)}, where the JumpStart models for {listed(domain.label for domain in domains)} come from"


def _uses_jumpstart(domain: Domain) -> bool:
    return domain.vpc_only and "JumpStart" not in domain.entries(
        "DefaultUserSettings", "StudioWebPortalSettings", "HiddenMlTools"
    )


def _region(endpoint: Endpoint) -> str | None:
    return None if endpoint.imported else endpoint.resource.template.region


def _shown(bucket: str, endpoint: Endpoint) -> str:
    return bucket.format(region=_region(endpoint) or "<region>")


@rule(
    "SMN-S3-08",
    statement="A bucket policy that admits only one endpoint or VPC locks out whoever comes another way: notebooks with direct internet access, "
    "PublicInternetOnly domains, jobs and models without a VPC. And through an endpoint, aws:SourceIp never holds a private address.",
    severity=Severity.WARNING,
    source=_ENDPOINTS,
    fix="Move the workload into the VPC, or admit its role in the bucket policy; for private addresses, use aws:VpcSourceIp.",
    at="PolicyDocument",
)
def bucket_policy_admits_its_consumers(policy: BucketPolicy, network: Network) -> Findings:
    document = policy.document("PolicyDocument")
    if document is None:
        raise NotApplicable
    private = sorted(set(_private_addresses(document)))
    if private:
        yield f"aws:SourceIp names {listed(private)}, which no request carries: through an endpoint the key is absent"
    pinned = sorted({key for key, value in _pins(document) if value is not None})
    workloads = network.workloads
    if not pinned or not workloads or not _is_of_the_input(policy.bucket, network):
        if not private:
            raise NotApplicable
        return

    def judge(workload: Any) -> Findings:
        if past_the_vpc(workload):
            yield f"the policy denies what does not satisfy {listed(pinned)}, and the traffic of {workload.label} does not pass the VPC"

    yield from each(workloads, judge)


def _is_of_the_input(bucket: Any, network: Network) -> bool:
    """Whether a bucket, given as a reference or by name, is one of the templates."""
    if isinstance(bucket, Reference):
        return True
    return any(bucket == resource.get("BucketName") for resource in network.group.resources("AWS::S3::Bucket"))


def _pins(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The conditions by which Deny statements refuse what does not come from a VPC or an endpoint."""
    for statement in statements(document):
        if statement.get("Effect") == "Deny":
            for operator, key, value in _conditions(statement):
                if operator.removesuffix("ifexists").rpartition(":")[2] in _NEGATIONS and key.lower() in _VPC_KEYS:
                    yield key, value


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Operator (in lower case), key and value of each condition."""
    conditions = statement.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        if isinstance(keys, Unknown):
            raise NotVisible(f"{operator} of a statement of the policy is {keys.what}", keys.declare)
        for key, value in keys.items() if isinstance(keys, dict) else ():
            yield operator.lower(), key, value


def _private_addresses(document: dict[str, Any]) -> Iterator[str]:
    for statement in statements(document):
        for _, key, value in _conditions(statement):
            if key.lower() == "aws:sourceip":
                for address in as_list(value):
                    if isinstance(address, str) and _is_private(address):
                        yield address


def _is_private(address: str) -> bool:
    try:
        return Range.parse(address).private
    except ValueError:
        return False
