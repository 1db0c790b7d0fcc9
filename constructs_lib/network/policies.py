"""What the policies of endpoints leave over: everything, something, or nothing at all."""

from __future__ import annotations

import re

from constructs_lib.network.iam import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs_lib.network.iam import Statement
    from constructs_lib.services import Service

#: What stands in front of the actions of a service where that is not the first part of its name; None where pages disagree.
_PREFIXES = {
    "monitoring": "cloudwatch",
    "git-codecommit": "codecommit",
    "bedrock-runtime": "bedrock",
    "forecastquery": "forecast",
    "notebook": "sagemaker",
    "studio": "sagemaker",
    "experiments": None,
    "mlflow": None,
    "partner-app": None,
}
#: Resources that are everything: `*`, and all buckets with all objects.
_ALL_RESOURCES = r"\*|arn:[^:]*:s3:::\*"


def everything(statement: Statement) -> bool:
    """Is a statement about every action of anybody on everything?"""
    return "*" in statement.actions and _anybody_on_everything(statement)


def denial(statements: Sequence[Statement], service: Service | None) -> str | None:
    """Why a policy lets nothing through to a service, in words; None where it allows something."""
    allowing = [statement for statement in statements if statement.allow]
    if not allowing:
        return "no statement of the endpoint policy has Effect Allow, so that it denies everything"
    denied = [action for statement in statements if _denies_all(statement) for action in statement.actions]
    if "*" in denied:
        return "a Deny of everything takes away all that the endpoint policy allows"
    prefix = None if service is None else _PREFIXES.get(service.name, service.name.partition(".")[0])
    actions = [action for statement in allowing for action in statement.actions if _concerns(action, prefix)]
    if any(statement.not_actions for statement in allowing):
        return None
    if not actions:
        return f"the endpoint policy allows no action of {prefix}"
    return "a Deny takes away all that the endpoint policy allows" if _takes_away(denied, actions, prefix) else None


def _denies_all(statement: Statement) -> bool:
    """Does a statement deny its actions whoever asks, on whatever, under no condition?"""
    return statement.effect == "Deny" and not statement.body.get("Condition") and _anybody_on_everything(statement)


def _anybody_on_everything(statement: Statement) -> bool:
    if "NotPrincipal" in statement.body or "NotResource" in statement.body:
        return False
    principal = statement.body.get("Principal", "*")
    resources = statement.resources or ("*",)
    return principal in ("*", {"AWS": "*"}, {"AWS": ["*"]}) and any(
        re.fullmatch(_ALL_RESOURCES, resource) for resource in resources
    )


def _concerns(action: str, prefix: str | None) -> bool:
    """May an action, with `*`, be one of a service?"""
    return prefix is None or action == "*" or matches(action.partition(":")[0], prefix)


def _takes_away(denied: Iterable[str], allowed: Sequence[str], prefix: str | None) -> bool:
    """Does what is denied hold all that is allowed, of the one service that matters?"""
    whole = prefix is not None and any(matches(action, f"{prefix}:*") for action in denied)
    return whole or all(any(matches(action, one) for action in denied) for one in allowed)
