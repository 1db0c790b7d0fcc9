"""The checks judge what the patterns make, without anybody asking for it."""

from __future__ import annotations

from constructs import IConstruct


def enforce(construct: IConstruct) -> None:
    """Have the construct and everything below it judged at each synthesis.

    The checks are registered once for the whole tree, at its root. They are loaded here and not before: a user who only imports the patterns
    does not wait for them.
    """
    from constructs_lib.report.cdk import register

    register(construct)
