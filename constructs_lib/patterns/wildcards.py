"""Wildcard resources that a policy cannot do without, acknowledged one by one with the reason of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from constructs_lib.patterns.acknowledgements import WILDCARD_RULE, Overrides, acknowledge

_POLICY_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def acknowledge_wildcards(
    policy: iam.ManagedPolicy,
    statements: list[iam.PolicyStatement],
    reason: Callable[[str], str],
    overrides: Overrides | None,
) -> None:
    """Acknowledge cdk-nag's ``AwsSolutions-IAM5`` on the policy for each resource with a wildcard.

    Args:
        policy: the policy.
        statements: its statements.
        reason: from the resource, as cdk-nag writes it (``arn:<AWS::Partition>:...``), to why it is needed.
        overrides: the user's reason for the rule, or None to withdraw it.
    """
    resource = policy.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    stack = cdk.Stack.of(policy)
    names = {_as_nag_writes(stack.resolve(arn)) for statement in statements for arn in statement.resources}
    reasons = {f"{WILDCARD_RULE}[Resource::{name}]": reason(name) for name in sorted(names) if "*" in name}
    acknowledge(resource, reasons, overrides)


def _as_nag_writes(value: Any) -> str:
    """References and policy variables in angle brackets: ``<AWS::Region>``, ``<Domain.DomainId>``, ``<aws:username>``."""
    if isinstance(value, str):
        return _POLICY_VARIABLE.sub(r"<\1>", value)
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    return "".join(_as_nag_writes(part) for part in value["Fn::Join"][1])
