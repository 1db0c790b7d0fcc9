"""How wrong arguments are refused: the message names the argument, its value, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk


def require_type(argument: str, value: object, kind: type | tuple[type, ...], allowed: str) -> None:
    """Refuse a value of another type.

    Args:
        argument: the name that the user wrote.
        value: what was given.
        kind: the type or types that are right.
        allowed: the same in words, with what to do.

    Raises:
        TypeError: the value is of another type.
    """
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{argument} is {value!r}: {allowed}")


def listed(items: Iterable[object]) -> str:
    """The items in words: ``a, b and c``; ``none`` if there are none."""
    texts = [str(item) for item in items]
    if not texts:
        return "none"
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def differ(one: str, other: str) -> bool:
    """Whether two accounts, regions or the like are known to be different ones."""
    return one != other and not cdk.Token.is_unresolved(one) and not cdk.Token.is_unresolved(other)
