"""Ground Truth workforces whose worker portal is in a VPC."""

from __future__ import annotations

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._groups import listed, visible
from constructs_lib.rules._rule import GUIDE, Finding, Severity, rule
from constructs_lib.rules._s3_policy import lets_through
from constructs_lib.rules._studio import each
from constructs_lib.services import S3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.network import BucketPolicy, Endpoint, Network, Workforce
    from constructs_lib.rules._rule import Findings

_PORTAL = f"{GUIDE}/samurai-vpc-worker-portal.html"
#: The buckets of AWS that Ground Truth reads and writes (https://docs.aws.amazon.com/sagemaker/latest/dg/samurai-vpc-labeling-job.html).
_BUCKETS = ("sagemaker-labeling-data-{region}", "sm-bxcb-{region}-saved-task-states")
_VPC_KEYS = frozenset(("aws:sourcevpc", "aws:sourcevpce"))


@rule(
    "SMN-GT-01",
    statement="The VPC of a worker portal needs DNS hostnames and resolution, as the service creates the endpoints in it.",
    severity=Severity.ERROR,
    source=_PORTAL,
    fix="Set EnableDnsSupport and EnableDnsHostnames of the VPC to true.",
    at="WorkforceVpcConfig.VpcId",
)
def portal_vpc_has_dns(workforce: Workforce, network: Network) -> Findings:
    vpc = workforce.vpc
    if vpc is None:
        raise NotApplicable
    attributes = {"EnableDnsSupport": "dns_support", "EnableDnsHostnames": "dns_hostnames"}
    off, hidden = visible(attributes, lambda name: not getattr(vpc, attributes[name]))
    if off:
        yield f"{' and '.join(off)} of {vpc.label} {'is' if len(off) == 1 else 'are'} not true"
    elif hidden:
        raise hidden


@rule(
    "SMN-GT-02",
    statement="A worker portal in a VPC stays open to the public internet until its source addresses are limited.",
    severity=Severity.WARNING,
    source=_PORTAL,
    fix="Set SourceIpConfig.",
    at="SourceIpConfig",
)
def portal_limits_sources(workforce: Workforce, network: Network) -> Findings:
    if not workforce.vpc_given:
        raise NotApplicable
    if not workforce.source_ip_given:
        # Set beside a VPC configuration, so it is a second fence: a fact worth knowing rather than a fault.
        yield Finding(
            "no SourceIpConfig is set, so the worker portal can be opened from the public internet too",
            severity=Severity.INFO,
        )


@rule(
    "SMN-GT-03",
    statement="Ground Truth in a VPC reads and writes two buckets of AWS, which a restricted S3 endpoint policy must allow; a bucket that is "
    "limited to endpoints must admit the one that Ground Truth makes.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/samurai-vpc-labeling-job.html",
    fix="Allow sagemaker-labeling-data-<region> and sm-bxcb-<region>-saved-task-states in the policy of the S3 endpoint, and add the id of the "
    "Ground Truth endpoint to the bucket policy.",
    at="WorkforceVpcConfig",
)
def service_buckets_are_allowed(workforce: Workforce, network: Network) -> Findings:
    if not workforce.vpc_given or workforce.vpc is None:
        raise NotApplicable

    def judge(endpoint: Endpoint) -> Findings:
        if missing := list(_refused(endpoint)):
            yield f"the policy of {endpoint.label} does not allow {listed(missing)}"

    yield from each(network.endpoints_for(workforce.vpc, S3), judge)
    yield from each(network.bucket_policies, _unless_open)


def _refused(endpoint: Endpoint) -> Iterator[str]:
    """The buckets of Ground Truth that the endpoint's policy does not let through."""
    region = None if endpoint.imported else endpoint.resource.template.region
    for bucket in _BUCKETS:
        if not lets_through(endpoint.policy, bucket, region):
            yield bucket.format(region=region or "<region>")


def _unless_open(policy: BucketPolicy) -> Findings:
    if _is_limited_to_endpoints(policy):
        yield NotVisible(
            f"whether the bucket of {policy.id}, which only endpoints reach, holds data for labeling",
            "add the id of the Ground Truth endpoint to the policy, and acknowledge the rule",
        )


def _is_limited_to_endpoints(policy: BucketPolicy) -> bool:
    """Whether the bucket policy denies what does not come through given VPCs or endpoints."""
    return any(
        statement.effect == "Deny" and "not" in operator.lower() and _VPC_KEYS & {str(key).lower() for key in keys}
        for statement in policy.statements
        for operator, keys in statement.conditions.items()
    )
