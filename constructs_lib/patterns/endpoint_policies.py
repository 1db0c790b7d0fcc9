"""Endpoint policies: who may use an endpoint of the network, for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.patterns.endpoint_options import EndpointSettings
from constructs_lib.services import EXPERIMENTS, MLFLOW, NOTEBOOK, S3, STUDIO, Service

_ANYONE = iam.StarPrincipal

_PAGES: Mapping[Service, tuple[tuple[str, tuple[str, ...]], ...]] = {
    # https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html
    NOTEBOOK: (("sagemaker:CreatePresignedNotebookInstanceUrl", ("notebook-instance",)),),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/studio-interface-endpoint.html
    STUDIO: (("sagemaker:CreateApp", ("app",)), ("sagemaker:CreatePresignedDomainUrl", ("user-profile",))),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-private-link-policy.html
    EXPERIMENTS: (("sagemaker-mlflow:*", ("mlflow-tracking-server", "mlflow-app")),),
    MLFLOW: (("sagemaker-mlflow:*", ("mlflow-tracking-server", "mlflow-app")),),
}
"""Endpoints of pages and servers: the actions that AWS documents for their policies, and the resources that they are about."""

_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketLocation")
_AWS_BUCKETS = (
    # Layers of images: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    "prod-{region}-starport-layer-bucket",
    # JumpStart's models, and those behind a licence: https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-deploy.html
    "jumpstart-cache-prod-{region}",
    "jumpstart-private-cache-prod-{region}",
    # Sample data and notebooks: https://docs.aws.amazon.com/sagemaker/latest/dg/howitworks-nbexamples.html
    "sagemaker-sample-files",
    "sagemaker-sample-data-{region}",
    # Templates of Studio projects: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-sm.html
    "sagemaker-servicecatalog-seedcode-{region}",
)
_PACKAGE_BUCKETS = (
    # Amazon Linux 1 and 2: https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    "packages.*.amazonaws.com",
    "repo.*.amazonaws.com",
    "amazonlinux.*.amazonaws.com",
    "amazonlinux-2-repos-*",
    # Amazon Linux 2023: https://docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades-usage.html
    "al2023-repos-*-de612dc2",
)


class EndpointPolicies:
    """The policies of the endpoints that a network makes.

    Args:
        scope: the network.
        settings: what the user said about endpoints.
    """

    def __init__(self, scope: Construct, settings: EndpointSettings) -> None:
        self._stack = cdk.Stack.of(scope)
        self._accounts = [self._stack.account, *settings.trusted_accounts]
        self._organization = settings.organization
        self._buckets = settings.buckets
        self._allow_packages = settings.allow_package_repositories
        self._overrides = settings.endpoint_policies

    def of(self, service: Service) -> iam.PolicyDocument | None:
        """The policy of a service's endpoint; None: AWS's own, because the user said so or the service supports none (SMN-EP-11)."""
        if service in self._overrides:
            return self._overrides[service]
        if not service.supports_policy:
            return None
        if service is S3:
            return iam.PolicyDocument(statements=self._storage())
        if service in _PAGES:
            return iam.PolicyDocument(statements=self._page(service))
        return iam.PolicyDocument(statements=self._principals())

    def _principals(self) -> list[iam.PolicyStatement]:
        """Everything, for principals of the accounts and of the organization."""
        keys: dict[str, Sequence[str]] = {"aws:PrincipalAccount": self._accounts}
        if self._organization is not None:
            keys["aws:PrincipalOrgID"] = [self._organization]
        return [
            iam.PolicyStatement(
                sid=f"Only{key.removeprefix('aws:')}",
                principals=[_ANYONE()],
                actions=["*"],
                resources=["*"],
                conditions={"StringEquals": {key: _one_or_many(values)}},
            )
            for key, values in keys.items()
        ]

    def _page(self, service: Service) -> list[iam.PolicyStatement]:
        """By resource: requests to pages carry no principal that a condition could ask for."""
        return [
            iam.PolicyStatement(
                principals=[_ANYONE()],
                actions=[action],
                resources=[
                    self._stack.format_arn(service="sagemaker", account=account, resource=kind, resource_name="*")
                    for account in self._accounts
                    for kind in kinds
                ],
            )
            for action, kinds in _PAGES[service]
        ]

    def _storage(self) -> list[iam.PolicyStatement]:
        """The accounts' own or the listed buckets, those of AWS that workloads need, and package repositories or not."""
        return [
            self._own_buckets(),
            iam.PolicyStatement(
                sid="ReadBucketsOfAws",
                principals=[_ANYONE()],
                actions=list(_READ),
                resources=self._bucket_arns(name.format(region=self._stack.region) for name in _AWS_BUCKETS),
            ),
            iam.PolicyStatement(
                sid="PackageRepositories",
                effect=iam.Effect.ALLOW if self._allow_packages else iam.Effect.DENY,
                principals=[_ANYONE()],
                actions=["s3:GetObject"],
                resources=self._package_arns(),
            ),
        ]

    def _own_buckets(self) -> iam.PolicyStatement:
        if self._buckets is not None:
            arns = [arn for bucket in self._buckets for arn in (bucket.bucket_arn, bucket.arn_for_objects("*"))]
            return iam.PolicyStatement(sid="ListedBuckets", principals=[_ANYONE()], actions=["s3:*"], resources=arns)
        return iam.PolicyStatement(
            sid="BucketsOfTheAccount",
            principals=[_ANYONE()],
            actions=["s3:*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": _one_or_many(self._accounts)}},
        )

    def _bucket_arns(self, names: Iterable[str]) -> list[str]:
        """The buckets and their objects."""
        return [f"arn:{self._stack.partition}:s3:::{each}" for name in names for each in (name, f"{name}/*")]

    def _package_arns(self) -> list[str]:
        """The objects of package repositories. Names that are host names have China's ending too."""
        china = [f"{name}.cn" for name in _PACKAGE_BUCKETS if name.endswith(".com")]
        names = [*_PACKAGE_BUCKETS, *(china if _is_china(self._stack) else [])]
        return [f"arn:{self._stack.partition}:s3:::{name}/*" for name in names]


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _is_china(stack: cdk.Stack) -> bool:
    """Whether a stack goes to a region in China, as far as its region is known."""
    return not cdk.Token.is_unresolved(stack.region) and stack.region.startswith("cn-")
