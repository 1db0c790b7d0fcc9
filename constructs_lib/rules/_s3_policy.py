"""What a policy document lets through to a bucket that AWS owns, judged by the name that the bucket has in each region.

Endpoint policies are read statement by statement: an Allow may carry conditions and still let something through, a Deny stops something for
certain only without any.
"""

from __future__ import annotations

import re
from functools import partial

from constructs_lib.assembly import NotVisible, Pseudo, Text, Unknown
from constructs_lib.rules._groups import any_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: Where Amazon ECR keeps the layers of images (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
IMAGE_LAYERS = "prod-{region}-starport-layer-bucket"
#: Where JumpStart keeps its models (https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-deploy.html).
JUMPSTART = "jumpstart-cache-prod-{region}"
#: Package repositories of Amazon Linux 1, 2 and 2023.
PACKAGES = (
    "packages.{region}.amazonaws.com",
    "repo.{region}.amazonaws.com",
    "amazonlinux.{region}.amazonaws.com",
    "al2023-repos-{region}-de612dc2",
)

READ = "s3:GetObject"
_REGION = re.compile(r"(?<![a-z0-9])(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-[a-z]+){1,2}-\d")
_SOME_REGION = "us-east-1"
_ARN = re.compile(r"arn:[^:]*:")
_ALL_ACTIONS = frozenset({"*", "s3:*"})
_ALL_OBJECTS = frozenset({"*", "arn:aws:s3:::*", "arn:aws:s3:::*/*"})


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy, also where it has a lone one.

    Raises:
        NotVisible: They, or one of them, are not in the templates.
    """
    found = as_list(policy.get("Statement"))
    for statement in found:
        if not isinstance(statement, dict):
            raise _hidden(statement, "a statement of the policy")
        for element in ("Effect", "Condition"):
            if isinstance(statement.get(element), Unknown):
                raise _hidden(statement[element], f"{element} of a statement of the policy")
    return found


def as_list(value: Any) -> list[Any]:
    """A policy element as the list that it may also be written as."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def allows_everything(policy: dict[str, Any]) -> bool:
    """Whether every principal may do everything in every bucket, as far as Allow statements without condition go."""
    found = statements(policy)
    if any(one.get("Effect") == "Deny" and "NotResource" in one for one in found):
        return False  # what is not listed there is denied
    open_ones = [one for one in found if one.get("Effect") == "Allow" and not one.get("Condition")]
    return any_of(*(partial(_is_unlimited, one) for one in open_ones))


def _is_unlimited(statement: dict[str, Any]) -> bool | None:
    if "NotPrincipal" in statement or "NotResource" in statement:
        return None
    actions = as_list(statement.get("Action"))
    resources = as_list(statement.get("Resource", "*"))
    unlimited = (
        any_of(*(partial(_is_one_of, action, _ALL_ACTIONS) for action in actions))
        and any_of(*(partial(_is_one_of, resource, _ALL_OBJECTS) for resource in resources))
        and _is_anybody(statement.get("Principal", "*"))
    )
    return unlimited or None


def _is_anybody(principal: Any) -> bool:
    accounts = principal.get("AWS") if isinstance(principal, dict) else principal
    return any_of(*(partial(_is_star, one) for one in as_list(accounts)))


def _is_star(principal: Any) -> bool | None:
    if isinstance(principal, Unknown):
        raise _hidden(principal, "a principal of the policy")
    return principal == "*" or None


def _is_one_of(given: Any, known: frozenset[str]) -> bool | None:
    return _common(_pattern(given)).lower() in known or None


def lets_through(policy: dict[str, Any] | None, bucket: str, region: str | None) -> bool:
    """Whether objects of a bucket can be read; `bucket` has `{region}` in its name, and an unknown region stands for any.

    Raises:
        NotVisible: What a statement is about is not in the templates.
    """
    if policy is None:
        return True
    regions = [region] if region else sorted(_regions_in(policy)) or [_SOME_REGION]
    return any(_is_allowed(policy, f"arn:aws:s3:::{bucket.format(region=one)}/object") for one in regions)


def _regions_in(policy: dict[str, Any]) -> Iterator[str]:
    for statement in statements(policy):
        for resource in (*as_list(statement.get("Resource")), *as_list(statement.get("NotResource"))):
            if not isinstance(resource, Unknown):
                yield from _REGION.findall(_pattern(resource))


def _is_allowed(policy: dict[str, Any], arn: str) -> bool:
    allowing = [one for one in statements(policy) if one.get("Effect") == "Allow"]
    denying = [one for one in statements(policy) if one.get("Effect") == "Deny" and not one.get("Condition")]
    doubt: NotVisible | None = None
    try:
        if any_of(*(partial(_covers, one, arn) for one in denying)):
            return False
    except NotVisible as reason:
        doubt = reason
    allowed = any_of(*(partial(_covers, one, arn) for one in allowing))
    if allowed and doubt:
        raise doubt
    return allowed


def _covers(statement: dict[str, Any], arn: str) -> bool | None:
    """Whether a statement speaks of reading this object."""
    if not _is_named(statement, "Action", READ):
        return None
    if "Resource" not in statement and "NotResource" not in statement:
        return True
    return _is_named(statement, "Resource", arn) or None


def _is_named(statement: dict[str, Any], element: str, value: str) -> bool:
    """Whether an element such as `Resource`, or else its opposite `NotResource`, holds for a value."""
    negated = f"Not{element}"
    if negated in statement:
        return not _matches_one(statement[negated], value)
    return _matches_one(statement.get(element), value)


def _matches_one(given: Any, value: str) -> bool:
    return any_of(*(partial(_matches, one, value) for one in as_list(given)))


def _matches(given: Any, value: str) -> bool | None:
    pattern = _common(_pattern(given))
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None or None


def _pattern(given: Any) -> str:
    """A resource or action as text with `*` for region, account and partition; other holes, which name one's own things, stay as they are."""
    if isinstance(given, Text):
        return "".join("*" if isinstance(part, Pseudo) else str(part) for part in given.parts)
    if isinstance(given, Unknown):
        raise _hidden(given, "what a statement of the policy is about")
    return str(given)


def _common(pattern: str) -> str:
    """The pattern with the partition that the samples have."""
    return _ARN.sub("arn:aws:", pattern, count=1)


def _hidden(value: Any, what: str) -> NotVisible:
    if isinstance(value, Unknown):
        return NotVisible(f"{what} is {value.what}", value.declare)
    return NotVisible(f"{what} is {value}", "write the policy out")
