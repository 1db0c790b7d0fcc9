"""Which stack comes after which: two of them must not come to depend on each other, whichever way a permission is written."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import IConstruct


def built_upon(uses: Iterable[IConstruct], other: IConstruct) -> bool:
    """Whether what uses these constructs is deployed after the stack of another one: some of them are made there, or depend on it.

    References between stacks become dependencies only when the app is synthesized, so what is used has to be named.

    Args:
        uses: what is used.
        other: the construct in whose stack it may stand.
    """
    wanted = cdk.Stack.of(other).node.path
    stacks = {stack.node.path: stack for stack in map(cdk.Stack.of, uses)}
    seen: set[str] = set()
    while stacks:
        path, stack = stacks.popitem()
        if path == wanted:
            return True
        seen.add(path)
        stacks.update({each.node.path: each for each in stack.dependencies if each.node.path not in seen})
    return False


def same_stack(one: IConstruct, other: IConstruct) -> bool:
    """Whether two constructs are in one stack."""
    return cdk.Stack.of(one).node.path == cdk.Stack.of(other).node.path
