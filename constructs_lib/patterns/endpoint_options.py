"""What every private network takes about its endpoints, and how it is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs_lib.patterns.endpoint_group import DEFAULT_QUOTA
from constructs_lib.patterns.errors import require_type
from constructs_lib.services import Service

_PREFIX_LIST = re.compile(r"pl-[0-9a-f]{8,17}")
_ACCOUNT = re.compile(r"\d{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_MOST_RULES = 1000
SAYS_MORE = ("trusted_accounts", "organization", "s3_prefix_list", "security_group_rule_quota")
"""What is checked here with more to say than its type."""


class EndpointOptions(TypedDict, total=False):
    """The arguments of a private network about its endpoints, all of them optional.

    Args:
        endpoint_zones: for a service that is not offered in all zones of the network, the names of the zones in which its endpoint gets an
            interface, such as ``{STUDIO: ["us-east-1a", "us-east-1b"]}``. One call lists them: ``aws ec2 describe-vpc-endpoint-services
            --service-names NAME --query 'ServiceDetails[].AvailabilityZones'``. Default: all zones.
        endpoint_policies: endpoint policies of your own by service, or None for AWS's, which allows everything. Default: S3 as the next
            arguments say; SageMaker's pages and servers by resource; all others for principals of the accounts alone; none where the service
            supports none (``supports_policy`` in ``constructs_lib.services``).
        trusted_accounts: further accounts whose principals may use the endpoints and whose buckets are reached. Default: this account alone.
        organization: id of an AWS organization all of whose principals may use the endpoints. Default: none.
        buckets: the only buckets that are reached through the S3 endpoint, beside those of AWS that SageMaker, JumpStart and ECR need.
            Default: all buckets of the account and of the trusted accounts.
        allow_package_repositories: whether the package repositories of Amazon Linux 1, 2 and 2023, which are buckets, are reached through
            the S3 endpoint (SMN-S3-07). Default: they are not.
        s3_prefix_list: id of the region's prefix list of S3 (``aws ec2 describe-managed-prefix-lists``), to which security groups then allow
            TCP 443 (SMN-S3-04). Default: TCP 443 to any address, which without a way out leads to the S3 endpoint and nowhere else.
        security_group_rule_quota: how many inbound rules a security group takes in this account. Default: 60, as AWS's.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """

    endpoint_zones: Mapping[Service, Sequence[str]]
    endpoint_policies: Mapping[Service, iam.PolicyDocument | None]
    trusted_accounts: Sequence[str]
    organization: str | None
    buckets: Sequence[s3.IBucket] | None
    allow_package_repositories: bool
    s3_prefix_list: str | None
    security_group_rule_quota: int


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """The same with their defaults, checked.

    Raises:
        TypeError: a value of the wrong kind.
        ValueError: a value that can never be right.
    """

    endpoint_zones: Mapping[Service, Sequence[str]] = field(default_factory=dict)
    endpoint_policies: Mapping[Service, iam.PolicyDocument | None] = field(default_factory=dict)
    trusted_accounts: Sequence[str] = ()
    organization: str | None = None
    buckets: Sequence[s3.IBucket] | None = None
    allow_package_repositories: bool = False
    s3_prefix_list: str | None = None
    security_group_rule_quota: int = DEFAULT_QUOTA

    def __post_init__(self) -> None:
        self._check_principals()
        if self.buckets is not None and not self.buckets:
            raise ValueError(
                "buckets is empty: list the buckets that workloads may reach, or leave it out for all of the account's"
            )
        if self.s3_prefix_list is not None:
            _check(
                "s3_prefix_list",
                self.s3_prefix_list,
                _PREFIX_LIST,
                "the id of the region's prefix list of S3, such as 'pl-63a5400a'",
            )
        quota = self.security_group_rule_quota
        require_type(
            "security_group_rule_quota", quota, int, "give the account's quota of inbound rules per security group"
        )
        if not 1 <= quota <= _MOST_RULES:
            raise ValueError(
                f"security_group_rule_quota is {quota}: give the account's quota of inbound rules per security group, 1 to {_MOST_RULES}"
            )

    def _check_principals(self) -> None:
        if isinstance(self.trusted_accounts, str):
            raise TypeError(
                f"trusted_accounts is {self.trusted_accounts!r}: give a list of accounts, such as ['111122223333']"
            )
        for account in self.trusted_accounts:
            _check("trusted_accounts", account, _ACCOUNT, "numbers of accounts of 12 digits, such as '111122223333'")
        if self.organization is not None:
            _check(
                "organization",
                self.organization,
                _ORGANIZATION,
                "the id of an AWS organization, such as 'o-a1b2c3d4e5'",
            )


def _check(argument: str, value: str, pattern: re.Pattern[str], allowed: str) -> None:
    require_type(argument, value, str, f"give {allowed}")
    if not cdk.Token.is_unresolved(value) and not pattern.fullmatch(value):
        raise ValueError(f"{argument} has {value!r}: give {allowed}")
