"""The execution role of a SageMaker workload, with what the pattern itself needs and nothing more.

What the user's code does (reading a bucket, starting jobs) is granted by the user: ``bucket.grant_read(notebook)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib.patterns.acknowledgements import Overrides
from constructs_lib.patterns.wildcards import acknowledge_wildcards

PERMISSIONS = "Permissions"
"""Id of the policy, a child of the role. A workload that starts at once depends on it."""

_DESCRIBE_NETWORK = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
_CHANGE_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
_WRITE_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_METRIC_NAMESPACES = ("/aws/sagemaker/*", "aws/sagemaker/*")

_ANY_RESOURCE = (
    "the EC2 Describe actions and cloudwatch:PutMetricData know no resources, so IAM accepts only '*' for them; "
    "metrics are limited to SageMaker's namespaces by a condition"
)
_INTERFACES = (
    "SageMaker names the network interfaces of a workload when it starts it, so their ids cannot be listed "
    "beforehand; the actions are those that AWS documents for a workload in a VPC"
)
_LOG_STREAMS = (
    "SageMaker names the log streams of each workload itself; the statement is limited to SageMaker's own log groups"
)


def execution_role(
    scope: Construct,
    construct_id: str,
    *,
    key: kms.IKey | None,
    vpc_attached: bool,
    log_group_prefixes: Sequence[str],
    description: str | None = None,
    acknowledgements: Overrides | None = None,
) -> iam.Role:
    """A role that SageMaker assumes, with one customer-managed policy (not an inline one: HIPAA, NIST and PCI packs
    refuse those).

    Args:
        scope: where the role is made.
        construct_id: its id there. The policy is its child ``Permissions``.
        key: the key that the workload encrypts with; None: no key statement.
        vpc_attached: whether the EC2 network-interface actions are added.
        log_group_prefixes: CloudWatch log groups, such as ``/aws/sagemaker/NotebookInstances``, that it may write to.
        description: what the role is for, shown in the IAM console; default: none.
        acknowledgements: the user's reason for cdk-nag's ``AwsSolutions-IAM5`` on the policy, or None to withdraw it.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    role = iam.Role(
        scope, construct_id, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"), description=description
    )
    statements = [*_logs(scope, log_group_prefixes), _metrics()]
    if key is not None:
        statements += _key(key)
    if vpc_attached:
        statements += _network_interfaces(scope)
    policy = iam.ManagedPolicy(role, PERMISSIONS, roles=[role], statements=statements)
    acknowledge_wildcards(policy, statements, _wildcard_reason, acknowledgements)
    return role


def network_interface_policy(
    scope: Construct, construct_id: str, *, acknowledgements: Overrides | None = None
) -> iam.ManagedPolicy:
    """A policy with the EC2 network-interface actions alone, for roles that are made elsewhere.

    Args:
        scope: where the policy is made.
        construct_id: its id there.
        acknowledgements: as for :func:`execution_role`.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    statements = _network_interfaces(scope)
    policy = iam.ManagedPolicy(scope, construct_id, statements=statements)
    acknowledge_wildcards(policy, statements, _wildcard_reason, acknowledgements)
    return policy


def _log_groups(scope: Construct, prefixes: Sequence[str]) -> list[str]:
    """Groups and their streams: ``log-group:/aws/sagemaker/TrainingJobs*`` covers both."""
    stack = cdk.Stack.of(scope)
    form = cdk.ArnFormat.COLON_RESOURCE_NAME
    return [
        stack.format_arn(service="logs", resource="log-group", resource_name=f"{each}*", arn_format=form)
        for each in prefixes
    ]


def _interface_resources(scope: Construct) -> list[str]:
    """Interfaces are the account's; subnets and groups may be another account's that shares its VPC."""
    stack = cdk.Stack.of(scope)
    interface = stack.format_arn(service="ec2", resource="network-interface", resource_name="*")
    return [
        interface,
        *(
            stack.format_arn(service="ec2", account="*", resource=kind, resource_name="*")
            for kind in ("security-group", "subnet")
        ),
    ]


def _logs(scope: Construct, prefixes: Sequence[str]) -> list[iam.PolicyStatement]:
    if not prefixes:
        return []
    return [iam.PolicyStatement(sid="WriteLogs", actions=list(_WRITE_LOGS), resources=_log_groups(scope, prefixes))]


def _metrics() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="WriteMetrics",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringLike": {"cloudwatch:namespace": list(_METRIC_NAMESPACES)}},
    )


def _key(key: kms.IKey) -> list[iam.PolicyStatement]:
    """Use of the key for data, and grants to AWS services alone for the volumes of jobs."""
    use = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
    ]
    return [
        iam.PolicyStatement(sid="UseKey", actions=use, resources=[key.key_arn]),
        iam.PolicyStatement(
            sid="GrantKeyToServices",
            actions=["kms:CreateGrant"],
            resources=[key.key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _network_interfaces(scope: Construct) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(sid="DescribeNetwork", actions=list(_DESCRIBE_NETWORK), resources=["*"]),
        iam.PolicyStatement(
            sid="ChangeNetworkInterfaces", actions=list(_CHANGE_INTERFACES), resources=_interface_resources(scope)
        ),
    ]


def _wildcard_reason(resource: str) -> str:
    """Why a resource with a wildcard cannot be narrower."""
    if resource == "*":
        return _ANY_RESOURCE
    return _LOG_STREAMS if ":logs:" in resource else _INTERFACES
