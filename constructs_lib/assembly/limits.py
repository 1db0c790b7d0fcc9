"""How much a template may hold; what is beyond is refused with one line rather than tried."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Bytes. CloudFormation itself takes 1 MB.
LARGEST_FILE = 20 * 1024 * 1024
#: Levels of nesting.
DEEPEST = 200
#: Values that aliases may make out of one template.
MOST_VALUES = 2_000_000
#: Values that loops may make out of one template, which can have 500 resources.
MOST_LOOPED = 200_000


def check_size(path: str, size: int) -> None:
    """Raise :class:`InputError` for a file that is too large to be a template."""
    if size > LARGEST_FILE:
        raise InputError(
            path,
            "",
            f"{size / 1024 / 1024:.1f} MB is more than a template can have (at most {LARGEST_FILE // 1024 // 1024} MB)",
        )


def check_depth(path: str, document: Any) -> None:
    """Raise :class:`InputError` for a document that is nested too deeply."""
    level = [document] if document.__class__ is dict or document.__class__ is list else []
    for _ in range(DEEPEST):
        following = []
        for node in level:
            if node.__class__ is dict:
                following += [item for item in node.values() if item.__class__ is dict or item.__class__ is list]
            else:
                following += [item for item in node if item.__class__ is dict or item.__class__ is list]
        if not following:
            return
        level = following
    raise too_deep(path)


def too_deep(path: str, place: str = "") -> InputError:
    """Return the error for a document that is nested too deeply."""
    return InputError(path, place, f"nested more than {DEEPEST} levels deep")
