"""The settings of jobs as SSM parameters, for people and tools outside of the app."""

from __future__ import annotations

import re

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib.patterns.errors import require_type
from constructs_lib.patterns.job_settings import JobSettings

_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_.\-/]")
_PREFIX = re.compile(r"/(?!aws|ssm)[a-zA-Z0-9_.\-]+(?:/[a-zA-Z0-9_.\-]+)*", re.IGNORECASE)

Parameter = ssm.StringParameter | ssm.StringListParameter


def job_parameters(
    scope: Construct, construct_id: str, *, settings: JobSettings, sdk_config: str, prefix: str
) -> dict[str, Parameter]:
    """Parameters ``subnets`` and ``security-group-ids`` (lists), ``vpc-config`` (JSON) and ``config.yaml`` (the SageMaker Python SDK's).

    Args:
        scope: where they are made.
        construct_id: the id there of the construct that holds them.
        settings: the settings.
        sdk_config: the configuration of the SageMaker Python SDK.
        prefix: what their names begin with, before a slash.
    """
    home = Construct(scope, construct_id)
    config = settings.vpc_config
    lists = {"subnets": config["Subnets"], "security-group-ids": config["SecurityGroupIds"]}
    texts = {"vpc-config": cdk.Stack.of(scope).to_json_string(config), "config.yaml": sdk_config}
    made: dict[str, Parameter] = {}
    # A prefix that is known only at deployment: the CDK cannot see the slashes by which it writes ARNs.
    for name, values in lists.items():
        made[name] = ssm.StringListParameter(
            home, name, parameter_name=f"{prefix}/{name}", string_list_value=values, simple_name=False
        )
    for name, text in texts.items():
        made[name] = ssm.StringParameter(
            home, name, parameter_name=f"{prefix}/{name}", string_value=text, simple_name=False
        )
    return made


def checked_prefix(scope: Construct, given: str | None) -> str:
    """The user's prefix, or one from the stack's name and the construct's path; in a nested stack, from its outermost parent's.

    Raises:
        TypeError, ValueError: not the beginning of a parameter's name.
    """
    if given is None:
        stack = cdk.Stack.of(scope)
        while stack.nested_stack_parent is not None:
            # The name of a nested stack is made up at deployment.
            stack = stack.nested_stack_parent
        path = scope.node.path.removeprefix(f"{stack.node.path}/")
        return f"/sagemaker-network/{stack.stack_name}/{_NOT_IN_NAMES.sub('-', path)}"
    allowed = "begin with a slash, as in '/ml/jobs'; parts have letters, digits, '_', '.' and '-', and the first is not of aws or ssm"
    require_type("parameter_prefix", given, str, allowed)
    if not cdk.Token.is_unresolved(given) and not _PREFIX.fullmatch(given):
        raise ValueError(f"parameter_prefix is {given!r}: {allowed}")
    return given
