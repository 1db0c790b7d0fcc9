"""Policy documents, be they written as objects or as JSON text."""

from __future__ import annotations

from json import JSONDecodeError, loads

from constructs_lib.assembly import Pseudo, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.things import Thing


def as_document(thing: Thing, value: Any, *path: str | int) -> dict[str, Any] | None:
    """Return a policy document as an object.

    Holes in JSON text stay visible (`${BucketName}`), but for region, account and partition: these become `*`, which is what a policy calls anything.
    """
    if value is None or value.__class__ is dict:
        return value
    text = (
        "".join("*" if isinstance(part, Pseudo) else str(part) for part in value.parts)
        if value.__class__ is Text
        else value
    )
    if text.__class__ is str:
        try:
            found = loads(text)
        except JSONDecodeError:
            found = None
        if found.__class__ is dict:
            return found
    raise thing.hidden(value, *path)
