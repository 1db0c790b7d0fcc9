"""How guardrails come to roles, users and groups: without a silent miss, and without two sets that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias
from weakref import WeakKeyDictionary

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from constructs_lib.patterns.errors import differ
from constructs_lib.patterns.principals import kind_of
from constructs_lib.patterns.stacks import built_upon, same_stack

Principal: TypeAlias = "iam.IRole | iam.IUser | iam.IGroup"
Allowed = frozenset[str]
"""The subnets and groups that a set of guardrails leaves allowed."""

_GOVERNED: WeakKeyDictionary[IConstruct, dict[str, tuple[str, Allowed]]] = WeakKeyDictionary()
"""By app, path of the principal: which guardrails it has, and what they allow."""


def attach(principal: Principal, policies: Sequence[iam.ManagedPolicy], *, uses: Sequence[IConstruct]) -> None:
    """Attach managed policies to a principal of the app or to one that is brought in.

    Args:
        principal: the role, user or group.
        policies: the policies.
        uses: what the policies and all that they come with are made from.

    Raises:
        TypeError: not a role, user or group.
        ValueError: a principal of another account, where the policies do not exist.
    """
    kind = _kind(principal)
    for policy in policies:
        if principal.node.try_find_child("Resource") is not None and not _after(policy, principal, uses):
            # Named in the principal itself, it is there as soon as the principal is.
            principal.add_managed_policy(policy)
        else:
            # The CDK would leave out a principal that it may not change and say nothing; the policy can name it all the same.
            _check_account(principal, policy)
            getattr(policy, f"attach_to_{kind}")(principal)


def bound(principal: Principal, boundary: iam.ManagedPolicy, *, uses: Sequence[IConstruct]) -> None:
    """Set the permissions boundary of a role or user of the app.

    Args:
        principal: the role or user.
        boundary: the policy.
        uses: what it and all that it comes with are made from.

    Raises:
        TypeError: not a role, user or group.
        ValueError: a group, or a principal that is brought in: neither takes a boundary; a principal in a stack that comes before the boundary's.
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
    if _after(boundary, principal, uses):
        theirs, ours = cdk.Stack.of(principal).node.path, cdk.Stack.of(boundary).node.path
        raise ValueError(
            f"{kind} {principal.node.path} is in stack {theirs}, which {ours} with its boundary depends on, and would depend on {ours} in turn: "
            "make it in another stack, or use GuardrailForm.MANAGED_POLICY"
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


def _after(policy: iam.ManagedPolicy, principal: Principal, uses: Sequence[IConstruct]) -> bool:
    """Whether the policy's stack depends on the principal's, which then cannot name the policy."""
    return not same_stack(policy, principal) and built_upon([policy, *uses], principal)


def _kind(principal: Principal) -> str:
    found = kind_of(principal)
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
