"""Whether a value of one state of the templates is that of another, whichever way it is written."""

from __future__ import annotations

from constructs_lib.assembly import Reference, Text, Unknown, unknowns
from constructs_lib.network.names import same_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from typing import Any

    from constructs_lib.assembly import Resource, Template

    Identity = Callable[[Resource], Hashable]

_IDS = frozenset({"GroupId", "SubnetId", "VpcId", "RouteTableId", "InternetGatewayId", "NatGatewayId", "Id"})
"""Attributes of resources of EC2 that are what `Ref` gives."""
_DECIDING = ("Conditions", "Mappings", "Parameters")


def canonical(value: Any, identity: Identity) -> Hashable:
    """Return a form that is equal in both states where the value surely is: scalars as CloudFormation compares them.

    Args:
        value: A resolved value.
        identity: What a resource is known by in both states.
    """
    if isinstance(value, Reference):
        plain = value.attribute in _IDS and value.resource.type.startswith("AWS::EC2::")
        return "reference", identity(value.resource), "Ref" if plain else value.attribute
    if isinstance(value, Text):
        return "text", *(canonical(part, identity) for part in value.parts)
    if isinstance(value, Unknown):
        return "unknown", value.what
    if isinstance(value, dict):
        return "object", frozenset((key, canonical(inner, identity)) for key, inner in value.items())
    if isinstance(value, list):
        return "list", *(canonical(inner, identity) for inner in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def may_be_same(value: Any, other: Any, identity: Identity, other_identity: Identity) -> bool:
    """Are two values equal, or may they be, as parameters and alike in them may stand for what the other has?"""
    if isinstance(value, Unknown) or isinstance(other, Unknown):
        return not (value is None or other is None)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(
            may_be_same(one, another, identity, other_identity) for one, another in zip(value, other, strict=True)
        )
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(
            may_be_same(value[key], other[key], identity, other_identity) for key in value
        )
    if isinstance(value, Text) or isinstance(other, Text):
        shown, others = _pattern(value), _pattern(other)
        if next(unknowns([value, other]), None) is not None:
            return None not in (shown, others) and same_name(str(shown), str(others))
    return canonical(value, identity) == canonical(other, other_identity)


def _pattern(value: Any) -> str | None:
    if isinstance(value, Text):
        return value.pattern
    return None if isinstance(value, (list, dict, Reference)) or value is None else str(value)


def written_alike(value: Any, template: Template, other: Any, other_template: Template) -> bool:
    """Is a value written in both templates in the same way, and so are the conditions, mappings and parameters that decide about it?"""
    return bool(value == other) and _deciding(value, template) == _deciding(other, other_template)


def _deciding(value: Any, template: Template) -> dict[tuple[str, str], Any]:
    """The definitions that a value mentions, directly or through others."""
    sections: Mapping[str, Mapping[str, Any]] = {name: template.document.get(name) or {} for name in _DECIDING}
    found: dict[tuple[str, str], Any] = {}
    waiting = [value]
    while waiting:
        for text in _texts(waiting.pop()):
            for name, section in sections.items():
                if text in section and (name, text) not in found:
                    found[name, text] = section[text]
                    waiting.append(section[text])
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
