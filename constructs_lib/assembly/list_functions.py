"""The intrinsic functions that make strings and lists out of what they are given."""

from __future__ import annotations

from constructs_lib.assembly.resolve import intrinsic, malformed, resolve
from constructs_lib.assembly.values import (
    ABSENT,
    Pseudo,
    Reference,
    Text,
    Unknown,
    identity,
    join,
    references,
    scalar_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.assembly.template import Template


@intrinsic("Fn::Join")
def _join(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return malformed("Fn::Join", argument, "takes a delimiter and a list")
    delimiter = argument[0]
    items = resolve(template, argument[1])
    if isinstance(items, (Unknown, Reference, Text)):
        return Unknown(
            f"the items of {_say(items)}, joined",
            getattr(items, "declare", ""),
            kind="joined",
            key=("joined", delimiter, items),
            mentions=tuple(references(items)),
        )
    if not isinstance(items, list):
        return malformed("Fn::Join", argument, "takes a delimiter and a list")
    parts: list[Any] = []
    for index, item in enumerate(items):
        if index:
            parts.append(delimiter)
        parts.append(_joined(item, delimiter))
    return join(parts)


def _joined(item: Any, delimiter: str) -> Any:
    """Return a list within a joined list as CloudFormation flattens it."""
    if isinstance(item, list):
        return join([part for index, each in enumerate(item) for part in ((delimiter, each) if index else (each,))])
    return item


@intrinsic("Fn::Select")
def _select(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        return malformed("Fn::Select", argument, "takes an index and a list")
    index = resolve(template, argument[0])
    items = resolve(template, argument[1])
    if isinstance(items, str):
        items = split(items, ",")
    try:
        number = int(index)
    except (TypeError, ValueError):
        return Unknown(
            f"an item of {_say(items)}",
            kind="part",
            key=("part", identity(index), identity(items)),
            mentions=tuple(references(items)),
        )
    if isinstance(items, list):
        if 0 <= number < len(items):
            return items[number]
        return malformed("Fn::Select", argument, f"has no item {number}")
    if isinstance(items, Unknown) and items.kind == "zones":
        return Unknown(f"Availability Zone {number} of {items.name}", kind="zone", name=f"{items.name}/{number}")
    return Unknown(
        f"item {number} of {_say(items)}",
        getattr(items, "declare", ""),
        kind="part",
        name=position_in(items, number),
        key=("part", number, identity(items)),
        mentions=tuple(references(items)),
    )


def position_in(items: Any, number: int) -> str:
    """Return the name of an item of a list that has one: ``Subnets[0]`` of the parameter, or of the text that is split, ``Subnets``."""
    if isinstance(items, Unknown) and isinstance(items.key, tuple) and items.key[0] == "split":
        items = items.key[2]
    named = isinstance(items, Unknown) and items.kind in ("parameter", "import") and items.name
    return f"{items.name}[{number}]" if named else ""


def _say(value: Any) -> str:
    return value.what if isinstance(value, Unknown) else str(value)


@intrinsic("Fn::Split")
def _split(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str) or not argument[0]:
        return malformed("Fn::Split", argument, "takes a delimiter and a string")
    value = resolve(template, argument[1])
    if isinstance(value, (list, dict)):
        return malformed("Fn::Split", argument, "takes a delimiter and a string")
    if isinstance(value, Unknown) and isinstance(value.key, tuple) and value.key[:2] == ("joined", argument[0]):
        return value.key[2]
    return split(value if isinstance(value, (Text, Unknown, Reference)) else scalar_text(value), argument[0])


def split(value: Any, delimiter: str) -> Any:
    """Return the pieces of a text, as ``Fn::Split`` gives them.

    A text with a hole that may itself hold the delimiter cannot be split: the result is :class:`Unknown`.
    """
    parts = value.parts if isinstance(value, Text) else (value,)
    pieces: list[list[Any]] = [[]]
    for part in parts:
        if isinstance(part, str):
            first, *rest = part.split(delimiter)
            pieces[-1].append(first)
            pieces.extend([piece] for piece in rest)
        elif _whole(part, delimiter):
            pieces[-1].append(part)
        else:
            return Unknown(
                f'pieces of "{value}" between "{delimiter}"',
                getattr(part, "declare", ""),
                kind="part",
                key=("split", delimiter, identity(value)),
                mentions=tuple(_mentions(parts)),
            )
    return [join(piece) for piece in pieces]


def _whole(part: Any, delimiter: str) -> bool:
    """Whether a hole surely does not contain the delimiter."""
    if isinstance(part, Unknown):
        return part.kind == "pseudo" and part.name in _PLAIN_PSEUDO and delimiter not in ("-", ".")
    return delimiter in _NEVER_IN_IDS and part.attribute not in _LISTS and not _free_text(part)


def _free_text(part: Reference) -> bool:
    """Whether the attribute is whatever its author writes: a nested stack's output, a custom resource's, a parameter's value."""
    kind = part.resource.type
    if kind == "AWS::CloudFormation::Stack":
        return part.attribute.startswith("Outputs.")
    return kind == "AWS::SSM::Parameter" or kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))


def _mentions(parts: tuple[Any, ...]) -> list[Reference]:
    return [reference for part in parts for reference in references(part)]


_PLAIN_PSEUDO = frozenset({"AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix", "AWS::StackName"})
_NEVER_IN_IDS = frozenset({",", ", ", "|", "||", ";", " "})
_LISTS = frozenset(
    {"DnsEntries", "NetworkInterfaceIds", "Ipv6CidrBlocks", "CidrBlockAssociations", "SubnetIds", "NameServers"}
)


@intrinsic("Fn::Cidr")
def _cidr(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 3:
        return malformed("Fn::Cidr", argument, "takes a block, a count and the size of the blocks")
    block, count, *rest = (resolve(template, part) for part in argument)
    bits = rest[0] if rest and rest[0] is not ABSENT else None
    if isinstance(block, list) and len(block) == 1:
        block = block[0]
    try:
        return cidr_blocks(block, int(count), None if bits is None else int(bits))
    except (TypeError, ValueError, AttributeError):
        return Unknown(
            f"blocks of {_say(block)}",
            getattr(block, "declare", ""),
            kind="blocks",
            key=("cidr", identity(block), str(count), str(bits)),
            mentions=tuple(references(block)),
        )


def cidr_blocks(block: str, count: int, bits: int | None) -> list[str]:
    """Return the first ``count`` blocks of ``block`` that have ``bits`` host bits each (``Fn::Cidr``); ValueError where they do not fit."""
    import ipaddress

    if not isinstance(block, str):
        raise TypeError(f"{block} is not a block")
    network = ipaddress.ip_network(block, strict=False)
    if bits is None:
        bits = 8 if network.version == 4 else 64
    if not 1 <= count <= 256 or not 0 < bits <= network.max_prefixlen or count << bits > network.num_addresses:
        raise ValueError(f"{count} blocks of {bits} host bits do not fit into {block}")
    start = int(network.network_address)
    kind = type(network.network_address)
    return [f"{kind(start + (index << bits))}/{network.max_prefixlen - bits}" for index in range(count)]


@intrinsic("Fn::GetAZs")
def _get_azs(template: Template, argument: Any) -> Any:
    region = resolve(template, argument)
    if region is ABSENT or region == "" or (isinstance(region, Pseudo) and region.name == "AWS::Region"):
        region = template.region or "the region"
    name = str(region)
    return Unknown(f"the Availability Zones of {name}", kind="zones", name=name)


@intrinsic("Fn::Base64")
def _base64(template: Template, argument: Any) -> Any:
    value = resolve(template, argument)
    if isinstance(value, str):
        from base64 import b64encode

        return b64encode(value.encode()).decode()
    return Unknown(
        f"the Base64 form of {_say(value)}",
        kind="base64",
        key=("base64", identity(value)),
        mentions=tuple(references(value)),
    )


@intrinsic("Fn::Length")
def _length(template: Template, argument: Any) -> Any:
    value = resolve(template, argument)
    if isinstance(value, list):
        return len(value)
    return Unknown(
        f"the length of {_say(value)}", getattr(value, "declare", ""), kind="length", key=("length", identity(value))
    )


@intrinsic("Fn::ToJsonString")
def _to_json_string(template: Template, argument: Any) -> Any:
    value = resolve(template, argument)
    pieces: list[Any] = []
    try:
        _write_json(value, pieces)
    except TypeError:
        return malformed("Fn::ToJsonString", argument, "has a part that is not known")
    return join(pieces)


def _write_json(value: Any, pieces: list[Any]) -> None:
    from json import dumps

    if isinstance(value, dict):
        opened = "{"
        for key, item in value.items():
            pieces.append(f"{opened}{dumps(key)}:")
            _write_json(item, pieces)
            opened = ","
        pieces.append("}" if value else "{}")
    elif isinstance(value, list):
        opened = "["
        for item in value:
            pieces.append(opened)
            _write_json(item, pieces)
            opened = ","
        pieces.append("]" if value else "[]")
    elif isinstance(value, (Text, Unknown, Reference)):
        pieces += ['"', value, '"']
    else:
        pieces.append(dumps(value))
