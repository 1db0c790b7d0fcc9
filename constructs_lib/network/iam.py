"""Roles and policies, as far as the network rules ask about them."""

from __future__ import annotations

import re

from constructs_lib.assembly import Pseudo, Text, Unknown, fact
from constructs_lib.network.documents import as_document
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Statement:
    """One statement of a policy.

    Attributes:
        effect: `Allow` or `Deny`.
        actions: What it is about, as written; empty where `NotAction` is used.
        not_actions: What it is not about.
        resources: The resources that it is about, as text with `*` for what is not known.
        conditions: Its conditions: operator, key, values.
        body: The whole statement, resolved.
        where: Where it stands, such as `PolicyDocument.Statement.0`.
        owner: The thing that carries it.
    """

    __slots__ = ("actions", "body", "conditions", "effect", "not_actions", "owner", "resources", "where")

    def __init__(self, owner: Thing, body: dict[str, Any], where: str) -> None:
        self.owner = owner
        self.body = body
        self.where = where
        self.effect = str(body.get("Effect", ""))
        self.actions = texts(body.get("Action"))
        self.not_actions = texts(body.get("NotAction"))
        self.resources = texts(body.get("Resource"))
        conditions = body.get("Condition")
        self.conditions: dict[str, dict[str, Any]] = (
            {operator: keys for operator, keys in conditions.items() if keys.__class__ is dict}
            if conditions.__class__ is dict
            else {}
        )

    @property
    def allow(self) -> bool:
        """Is it an Allow?"""
        return self.effect == "Allow"

    def concerns(self, action: str) -> bool:
        """Is it about this action, wildcards expanded and `NotAction` inverted?"""
        if self.not_actions:
            return not any(matches(pattern, action) for pattern in self.not_actions)
        return any(matches(pattern, action) for pattern in self.actions)

    def allows(self, action: str) -> bool:
        """Does it allow this action (under whatever condition)?"""
        return self.allow and self.concerns(action)

    def denies(self, action: str) -> bool:
        """Does it deny this action (under whatever condition)?"""
        return self.effect == "Deny" and self.concerns(action)

    @property
    def condition_keys(self) -> frozenset[str]:
        """The keys that its conditions look at, in lower case."""
        return frozenset(str(key).lower() for keys in self.conditions.values() for key in keys)

    def tests(self, key: str) -> Iterator[tuple[str, Any]]:
        """Each operator that looks at a key, with the value that it compares to."""
        for operator, keys in self.conditions.items():
            for name, value in keys.items():
                if str(name).lower() == key.lower():
                    yield operator, value

    def __repr__(self) -> str:
        return f"<{self.effect} {', '.join(self.actions or self.not_actions)}>"


def texts(value: Any) -> tuple[str, ...]:
    """Return a lone value or a list as texts, with `*` for what is not known of them."""
    values = value if value.__class__ is list else [] if value is None else [value]
    return tuple(
        one.pattern if one.__class__ is Text else "*" if isinstance(one, Unknown) else str(one) for one in values
    )


def matches(pattern: str, action: str) -> bool:
    """Does an action pattern, with `*` and `?`, match an action? IAM ignores case."""
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == action.lower()
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, action, re.IGNORECASE) is not None


def statements_of(owner: Thing, document: dict[str, Any] | None, where: str) -> tuple[Statement, ...]:
    """Return the statements of a policy document.

    Raises:
        NotVisible: It cannot be told what one of them does.
    """
    if document is None:
        return ()
    found = document.get("Statement")
    if isinstance(found, Unknown):
        raise owner.hidden(found, where, "Statement")
    bodies = found if found.__class__ is list else [found]
    statements = []
    for index, body in enumerate(bodies):
        place = f"{where}.Statement.{index}" if found.__class__ is list else f"{where}.Statement"
        _require_known(owner, body, place)
        if body.__class__ is dict:
            statements.append(Statement(owner, body, place))
    return tuple(statements)


def _require_known(owner: Thing, body: Any, where: str) -> None:
    """Raise `NotVisible` where it cannot be told what a statement does: it, its effect, an action or its condition is a parameter or alike."""
    if isinstance(body, Unknown):
        raise owner.hidden(body, where)
    if body.__class__ is not dict:
        return
    for name in ("Effect", "Action", "NotAction"):
        value = body.get(name)
        for one in value if value.__class__ is list else (value,):
            if isinstance(one, Unknown) or (one.__class__ is Text and _is_open(one)):
                raise owner.hidden(one, where, name)
    condition = body.get("Condition")
    for one in (condition, *(condition.values() if condition.__class__ is dict else ())):
        if isinstance(one, Unknown):
            raise owner.hidden(one, where, "Condition")


def _is_open(text: Text) -> bool:
    """May a text mean anything, rather than differ by region, account or partition alone?"""
    return not all(isinstance(hole, Pseudo) for hole in text.holes)


def _inline(owner: Thing) -> tuple[Statement, ...]:
    """The statements of the policies that stand in a role, user, group or permission set itself."""
    found: list[Statement] = []
    for index, body in enumerate(owner.entries("Policies")):
        if isinstance(body, Unknown):
            raise owner.hidden(body, "Policies", index)
        where = f"Policies.{index}.PolicyDocument"
        document = body.get("PolicyDocument") if body.__class__ is dict else None
        if isinstance(document, Unknown):
            raise owner.hidden(document, where)
        found += statements_of(owner, as_document(owner, document, where), where)
    return tuple(found)


class Policy(Thing):
    """Anything that carries identity policies: a policy, a managed policy, a role, a user, a group, a permission set."""

    types = (
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::Group",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
        "AWS::SSO::PermissionSet",
    )
    noun = "policy"

    @fact
    def statements(self) -> tuple[Statement, ...]:
        """The statements that stand in it."""
        own = "InlinePolicy" if self.type == "AWS::SSO::PermissionSet" else "PolicyDocument"
        return (*statements_of(self, self.document(own), own), *_inline(self))


class Role(Thing):
    """An IAM role."""

    types = ("AWS::IAM::Role",)
    noun = "role"

    @fact
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all its policies in the templates: its own, those attached to it, and managed ones that it names."""
        found = list(_inline(self))
        for policy in self.attached:
            found += policy.statements
        return tuple(found)

    @fact
    def attached(self) -> tuple[Policy, ...]:
        """The policies of the templates that are attached to it, from either side."""
        network = self.network
        found = [
            network.of(Policy, one.resource)
            for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
            for one in network.pointing(kind, self, "Roles")
        ]
        found += [
            network.of(Policy, one.resource) for one in network.pointing("AWS::IAM::RolePolicy", self, "RoleName")
        ]
        named = [
            network.thing(Policy, value) for value in self._managed() if not isinstance(value, (str, Text, Unknown))
        ]
        found += [policy for policy in named if not policy.imported]
        return tuple(dict.fromkeys(found))

    def _managed(self) -> list[Any]:
        return [value for value in self.entries("ManagedPolicyArns") if value not in (None, "")]

    @fact
    def managed_arns(self) -> tuple[str, ...]:
        """The ARNs of the managed policies that it names and the templates do not define, with `*` for what is not known of them."""
        return texts([value for value in self._managed() if isinstance(value, (str, Text))])

    @fact
    def unknown_policies(self) -> tuple[str, ...]:
        """The policies that it names and whose content is not visible: customer-managed ones by ARN, parameters, imports."""
        found = []
        for value in self._managed():
            if isinstance(value, (str, Text)):
                text = texts(value)[0]
                if not re.match(r"arn:[^:]+:iam::aws:policy/", text):
                    found.append(str(value))
            elif isinstance(value, Unknown):
                found.append(value.what)
            elif self.network.thing(Policy, value).imported:
                found.append(str(value))
        return tuple(found)


class BucketPolicy(Thing):
    """An S3 bucket policy."""

    types = ("AWS::S3::BucketPolicy",)
    noun = "bucket policy"

    @fact
    def statements(self) -> tuple[Statement, ...]:
        """Its statements."""
        return statements_of(self, self.document("PolicyDocument"), "PolicyDocument")

    @property
    def bucket(self) -> Any:
        """The bucket, as its reference or name."""
        return self.get("Bucket")
