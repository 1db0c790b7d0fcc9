"""How guardrails come to roles, users and groups: without a silent miss, and without two sets that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias
from weakref import WeakKeyDictionary

from aws_cdk import aws_iam as iam
from constructs import IConstruct

from constructs_lib.patterns.errors import differ

Principal: TypeAlias = "iam.IRole | iam.IUser | iam.IGroup"
Allowed = frozenset[str]
"""The subnets and groups that a set of guardrails leaves allowed."""

_KINDS = ("role", "user", "group")
_GOVERNED: WeakKeyDictionary[IConstruct, dict[str, tuple[str, Allowed]]] = WeakKeyDictionary()
"""By app, path of the principal: which guardrails it has, and what they allow."""


def attach(principal: Principal, policies: Sequence[iam.ManagedPolicy]) -> None:
    """Attach managed policies to a principal of the app or to one that is brought in.

    Raises:
        TypeError: not a role, user or group.
        ValueError: a principal of another account, where the policies do not exist.
    """
    kind = _kind(principal)
    for policy in policies:
        if principal.node.try_find_child("Resource") is not None:
            # Named in the principal itself, it is there as soon as the principal is.
            principal.add_managed_policy(policy)
        else:
            # The CDK would leave out a principal that it may not change and say nothing; the policy can name it all the same.
            _check_account(principal, policy)
            getattr(policy, f"attach_to_{kind}")(principal)


def bound(principal: Principal, boundary: iam.ManagedPolicy) -> None:
    """Set the permissions boundary of a role or user of the app.

    Raises:
        TypeError: not a role, user or group.
        ValueError: a group, or a principal that is brought in: neither takes a boundary.
    """
    kind = _kind(principal)
    if kind == "group":
        raise ValueError(
            f"group {principal.node.path} takes no permissions boundary: use GuardrailForm.MANAGED_POLICY, or name its users"
        )
    if principal.node.try_find_child("Resource") is None:
        raise ValueError(
            f"{kind} {principal.node.path} is brought in from elsewhere: its permissions boundary is set where it is made, "
            "or use GuardrailForm.MANAGED_POLICY"
        )
    iam.PermissionsBoundary.of(principal).apply(boundary)


def claim(principal: Principal, guardrails: IConstruct, allowed: Allowed) -> None:
    """Remember that the principal has these guardrails.

    Raises:
        ValueError: it has others that allow other subnets or groups: each set would deny what the other allows.
    """
    governed = _GOVERNED.setdefault(principal.node.root, {})
    path, before = governed.setdefault(principal.node.path, (guardrails.node.path, allowed))
    if before != allowed:
        raise ValueError(
            f"{_kind(principal)} {principal.node.path} has the guardrails {path} already, and each set would deny what the other allows: "
            "name all networks in one SageMakerGuardrails(networks=[...])"
        )


def _kind(principal: Principal) -> str:
    found = next((kind for kind in _KINDS if hasattr(principal, f"{kind}_name")), None)
    if found is None:
        raise TypeError(f"principals has {principal!r}: give roles, users or groups")
    return found


def _check_account(principal: Principal, policy: iam.ManagedPolicy) -> None:
    theirs, ours = principal.env.account, policy.env.account
    if differ(theirs, ours):
        raise ValueError(
            f"{_kind(principal)} {principal.node.path} is in account {theirs} and the guardrails are in {ours}: make them in a stack of that "
            "account, or use GuardrailForm.SERVICE_CONTROL_POLICY"
        )
