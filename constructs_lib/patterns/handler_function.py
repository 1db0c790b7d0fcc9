"""The Lambda functions that some patterns bring along: Python of this package, with a role and a log of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from constructs_lib.patterns.acknowledgements import Overrides, acknowledge

if TYPE_CHECKING:
    from aws_cdk import aws_logs as logs
    from constructs import Construct

_HANDLERS = Path(__file__).parent / "handlers"
_PACKS = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")


def function_reasons(*, inside_vpc: str, concurrency: str, dead_letters: str) -> dict[str, str]:
    """Return what such a function acknowledges, with its reasons.

    Args:
        inside_vpc: why it stands in no VPC.
        concurrency: why it reserves no concurrency.
        dead_letters: why it has no dead-letter queue.
    """
    return {
        **dict.fromkeys((f"{pack}-LambdaInsideVPC" for pack in _PACKS), inside_vpc),
        **dict.fromkeys((f"{pack}-LambdaConcurrency" for pack in _PACKS[:2]), concurrency),
        **dict.fromkeys((f"{pack}-LambdaDLQ" for pack in _PACKS[:2]), dead_letters),
    }


def handler_function(
    scope: Construct,
    *,
    package: str,
    role: iam.IRole,
    log_group: logs.ILogGroup,
    timeout: cdk.Duration,
    description: str,
    reasons: Mapping[str, str],
    overrides: Overrides | None,
    environment: Mapping[str, str] | None = None,
) -> lambda_.Function:
    """Make the function whose code is a package in ``handlers``, with ``index.handler`` in it, as ``Function`` in the scope."""
    function = lambda_.Function(
        scope,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_14,
        handler=f"{package}.index.handler",
        code=lambda_.Code.from_asset(
            str(_HANDLERS), exclude=["*", f"!{package}", f"!{package}/*.py"], ignore_mode=cdk.IgnoreMode.GIT
        ),
        role=role,
        log_group=log_group,
        timeout=timeout,
        memory_size=256,
        environment=environment,
        description=description,
    )
    resource = function.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    acknowledge(resource, reasons, overrides)
    # The CDK adds a dependency on the role, which the property says already (cfn-lint W3005).
    resource.add_deletion_override("DependsOn")
    return function


def allow_logs(key: kms.IKey) -> bool:
    """Let CloudWatch Logs use a key of the app for log groups of the account; an imported key's policy is its owner's.

    Returns:
        Whether it may.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    if not isinstance(key, kms.Key):
        return False
    form = cdk.ArnFormat.COLON_RESOURCE_NAME
    groups = cdk.Stack.of(key).format_arn(service="logs", resource="log-group", resource_name="*", arn_format=form)
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="CloudWatchLogs",
            principals=[iam.ServicePrincipal("logs.amazonaws.com")],
            actions=["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
    )
    return True
