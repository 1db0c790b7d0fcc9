"""What things are called in a picture: the short end of the construct path, or the logical id."""

from __future__ import annotations

import unicodedata

from constructs_lib.network import TrainingNetwork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network import Thing

#: A longer name loses its middle.
LONGEST = 30
_NOTHING = ("Resource", "Default")


def clean(text: object) -> str:
    """Return text without the characters that no XML may hold or that turn the reading direction: names in templates are anybody's."""
    return "".join(
        " " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else char for char in str(text)
    )


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return text with at most so many characters."""
    text = clean(text)
    if len(text) <= longest:
        return text
    head = (longest - 1) * 3 // 5
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


def place(thing: Thing) -> list[str]:
    """The construct path of a thing below its stack, without the last parts that say nothing; empty where there is none."""
    path = "" if thing.imported else thing.resource.construct_path or ""
    parts = path.split("/")[1:]
    while len(parts) > 1 and (parts[-1] in _NOTHING or parts[-1] in parts[-2]):
        parts.pop()
    return parts


def name(thing: Thing, within: Thing | None = None) -> str:
    """What a thing is called; within a VPC without what its path has in common with the VPC's."""
    parts = place(thing)
    if not parts:
        return shortened(thing.id)
    if within is not None and within is not thing:
        shared = place(within)
        while shared and len(parts) > 1 and parts[0] == shared[0]:
            parts, shared = parts[1:], shared[1:]
    return shortened("/".join(parts))


def workload_name(workload: Thing) -> str:
    """What a workload is called; a training network stands on a security group, whose own name says nothing."""
    parts = place(workload)
    if isinstance(workload, TrainingNetwork) and len(parts) > 1:
        return shortened("/".join(parts[:-1]))
    return name(workload)


def stack(thing: Thing) -> str:
    """The stack, or the template's file name, that a thing stands in; empty for what is not in the templates."""
    if thing.imported:
        return ""
    template = thing.resource.template
    return clean(template.stack_name or template.path.replace("\\", "/").rsplit("/", 1)[-1])


def full(thing: Thing) -> str:
    """The long form: logical id and construct path."""
    if thing.imported:
        return clean(thing.label)
    path = thing.resource.construct_path
    return clean(f"{thing.id} ({path})" if path else thing.id)
