"""Roles, users and groups, told from each other and from principals that are no resources."""

from __future__ import annotations

_KINDS = ("role", "user", "group")


def kind_of(principal: object) -> str | None:
    """``role``, ``user`` or ``group``; None for anything else, such as an AWS service."""
    return next((kind for kind in _KINDS if hasattr(principal, f"{kind}_name")), None)
