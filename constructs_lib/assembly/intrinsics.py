"""The intrinsic functions: one Python function each, from the template and the raw argument to a resolved value."""

from __future__ import annotations

import re

from constructs_lib.assembly.parameters import split
from constructs_lib.assembly.values import ABSENT, Pseudo, Reference, Text, Unknown, join, references, scalar_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from constructs_lib.assembly.template import Template

_SUB = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-isob-", "aws-iso-b"), ("us-iso-", "aws-iso"), ("eu-isoe-", "aws-iso-e"),
               ("us-isof-", "aws-iso-f"), ("eusc-", "aws-eusc"))
_SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov", "aws-iso-e": "cloud.adc-e.uk",
             "aws-iso-f": "csp.hci.ic.gov", "aws-eusc": "amazonaws.eu"}
#: Attributes that are a property of the same resource under another name: what the template says there is what they give.
_ECHOES = {
    ("AWS::EC2::VPC", "CidrBlock"): "CidrBlock",
    ("AWS::EC2::Subnet", "CidrBlock"): "CidrBlock",
    ("AWS::EC2::Subnet", "AvailabilityZone"): "AvailabilityZone",
    ("AWS::EC2::Subnet", "VpcId"): "VpcId",
    ("AWS::EC2::SecurityGroup", "VpcId"): "VpcId",
}


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def resolve(template: Template, value: Any) -> Any:
    """Return ``value`` with every intrinsic function in it followed; :data:`ABSENT` where nothing is left."""
    kind = value.__class__
    if kind is str:
        return value if "{{resolve:" not in value else _dynamic(value)
    if kind is dict:
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = FUNCTIONS.get(name)
            if function is not None:
                return function(template, argument)
            if name[:4] == "Fn::":
                return malformed(name, argument, "is not a function of CloudFormation")
        elif "Fn::Transform" in value:
            return _transform(template, value["Fn::Transform"])
        resolved = {}
        for key, item in value.items():
            result = resolve(template, item)
            if result is not ABSENT:
                resolved[key] = result
        return resolved
    if kind is list:
        return [result for item in value if (result := resolve(template, item)) is not ABSENT]
    return ABSENT if value is None else value


def malformed(name: str, argument: Any, reason: str) -> Unknown:
    """Return what a function gives that CloudFormation would refuse."""
    shown = str(argument)
    return Unknown(f"{name} of {shown if len(shown) <= 60 else shown[:57] + '...'}, which {reason}", kind="undefined")


def _dynamic(text: str) -> Any:
    parts: list[Any] = []
    position = 0
    for match in _DYNAMIC.finditer(text):
        reference = match.group()
        parts += [text[position : match.start()], Unknown(f"dynamic reference {reference}", kind="dynamic", name=reference)]
        position = match.end()
    return join([*parts, text[position:]])


def _ref(template: Template, name: Any) -> Any:
    if not isinstance(name, str):
        return malformed("Ref", name, "takes a name")
    resource = template.resources.get(name)
    if resource is not None:
        return resource.ref
    parameter = template.parameters.get(name)
    if parameter is not None:
        return parameter.value()
    if name[:5] == "AWS::":
        return pseudo(template, name)
    return Unknown(f"{name}, which the template does not define", kind="undefined", name=name)


def pseudo(template: Template, name: str) -> Any:
    """Return what ``Ref`` of a pseudo parameter gives: its value where the input tells it."""
    if name == "AWS::NoValue":
        return ABSENT
    value = {
        "AWS::Region": template.region,
        "AWS::AccountId": template.account,
        "AWS::StackName": template.stack_name,
        "AWS::Partition": template.partition,
        "AWS::URLSuffix": template.partition and _SUFFIXES.get(template.partition, "amazonaws.com"),
    }.get(name)
    return Pseudo(name) if value is None else value


def _get_att(template: Template, argument: Any) -> Any:
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    if not isinstance(argument, list) or len(argument) < 2 or not isinstance(argument[0], str):
        return malformed("Fn::GetAtt", argument, "takes a resource and an attribute")
    attribute = join(resolve(template, part) if index == 0 else join((".", resolve(template, part))) for index, part in enumerate(argument[1:]))
    if not isinstance(attribute, str):
        return malformed("Fn::GetAtt", argument, "has an attribute that is not known")
    return attribute_of(template, argument[0], attribute)


def attribute_of(template: Template, name: str, attribute: str) -> Any:
    """Return an attribute of a resource: followed into a nested stack's outputs, or read from the property that it echoes."""
    resource = template.resources.get(name)
    if resource is None:
        return Unknown(f"{name}.{attribute}, where the template does not define {name}", kind="undefined", name=f"{name}.{attribute}")
    if attribute[:8] == "Outputs." and resource.nested is not None:
        return resource.nested.output(attribute[8:])
    echo = _ECHOES.get((resource.type, attribute))
    if echo is not None:
        value = resource.get(echo)
        if value is not None:
            return value
    return Reference(resource, attribute)


def _sub(template: Template, argument: Any) -> Any:
    text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(given, dict):
        return malformed("Fn::Sub", argument, "takes a string, or a string and a map")
    parts: list[Any] = []
    position = 0
    for match in _SUB.finditer(text):
        parts.append(text[position : match.start()])
        position = match.end()
        escaped, name = match.groups()
        parts.append("${" + name + "}" if escaped else _substitute(template, name.strip(), given))
    result = join([*parts, text[position:]])
    return _dynamic(result) if isinstance(result, str) and "{{resolve:" in result else result


def _substitute(template: Template, name: str, given: dict[str, Any]) -> Any:
    if name in given:
        return resolve(template, given[name])
    if "." in name:
        return attribute_of(template, *name.split(".", 1))
    return _ref(template, name)


def _join(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return malformed("Fn::Join", argument, "takes a delimiter and a list")
    delimiter = argument[0]
    items = resolve(template, argument[1])
    if isinstance(items, (Unknown, Reference, Text)):
        return Unknown(f"the items of {_say(items)}, joined", getattr(items, "declare", ""), kind="joined",
                       key=("joined", delimiter, items), mentions=tuple(references(items)))
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
        return Unknown(f"an item of {_say(items)}", kind="part", key=("part", str(index), repr(items)), mentions=tuple(references(items)))
    if isinstance(items, list):
        if 0 <= number < len(items):
            return items[number]
        return malformed("Fn::Select", argument, f"has no item {number}")
    if isinstance(items, Unknown) and items.kind == "zones":
        return Unknown(f"availability zone {number} of {items.name}", kind="zone", name=f"{items.name}/{number}")
    return Unknown(f"item {number} of {_say(items)}", getattr(items, "declare", ""), kind="part", key=("part", number, items),
                   mentions=tuple(references(items)))


def _say(value: Any) -> str:
    return value.what if isinstance(value, Unknown) else str(value)


def _split(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str) or not argument[0]:
        return malformed("Fn::Split", argument, "takes a delimiter and a string")
    value = resolve(template, argument[1])
    if isinstance(value, (list, dict)):
        return malformed("Fn::Split", argument, "takes a delimiter and a string")
    if isinstance(value, Unknown) and isinstance(value.key, tuple) and value.key[:2] == ("joined", argument[0]):
        return value.key[2]
    return split(value if isinstance(value, (Text, Unknown, Reference)) else scalar_text(value), argument[0])


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
        return Unknown(f"blocks of {_say(block)}", getattr(block, "declare", ""), kind="blocks", key=("cidr", block if not isinstance(block, list) else repr(block), str(count), str(bits)),
                       mentions=tuple(references(block)))


def cidr_blocks(block: str, count: int, bits: int | None) -> list[str]:
    """Return the first ``count`` blocks of ``block`` that have ``bits`` host bits each (``Fn::Cidr``); ValueError where they do not fit."""
    import ipaddress

    network = ipaddress.ip_network(block, strict=False)
    if bits is None:
        bits = 8 if network.version == 4 else 64
    if not 1 <= count <= 256 or not 0 < bits <= network.max_prefixlen or count << bits > network.num_addresses:
        raise ValueError(f"{count} blocks of {bits} host bits do not fit into {block}")
    start = int(network.network_address)
    kind = type(network.network_address)
    return [f"{kind(start + (index << bits))}/{network.max_prefixlen - bits}" for index in range(count)]


def _get_azs(template: Template, argument: Any) -> Any:
    region = resolve(template, argument)
    if region is ABSENT or region == "" or (isinstance(region, Pseudo) and region.name == "AWS::Region"):
        region = template.region or "the region"
    name = str(region)
    return Unknown(f"the availability zones of {name}", kind="zones", name=name)


def _find_in_map(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
        return malformed("Fn::FindInMap", argument, "takes a map and two keys")
    keys = [resolve(template, part) for part in argument[:3]]
    tables: Any = template.mappings
    found = list(_lookup(tables, [scalar_text(key) if key.__class__ in (str, int, float, bool) else None for key in keys]))
    fallback = argument[3].get("DefaultValue", ABSENT) if len(argument) == 4 and isinstance(argument[3], dict) else ABSENT
    if not found and fallback is not ABSENT:
        return resolve(template, fallback)
    if found and all(value == found[0] for value in found) and (fallback is ABSENT or not any(isinstance(key, (Unknown, Text)) for key in keys)):
        return resolve(template, found[0])
    path = ", ".join(str(key) for key in keys)
    if not found:
        return Unknown(f"mapping value [{path}], which the template does not define", kind="undefined", name=path)
    declare = next((key.declare for key in keys if isinstance(key, Unknown)), "")
    return Unknown(f"mapping value [{path}]", declare, kind="mapping", name=path, key=("mapping", template.path, path))


def _lookup(table: Any, keys: list[str | None]) -> list[Any]:
    """Return every value that the keys can lead to; a key that is not known leads everywhere."""
    if not keys:
        return [table]
    if not isinstance(table, dict):
        return []
    nexts = table.values() if keys[0] is None else [table[keys[0]]] if keys[0] in table else []
    return [value for following in nexts for value in _lookup(following, keys[1:])]


def _if(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return malformed("Fn::If", argument, "takes a condition and two values")
    return resolve(template, argument[1] if template.condition(argument[0]).holds else argument[2])


def _condition(name: str) -> Callable[[Template, Any], Any]:
    def judged(template: Template, argument: Any) -> Any:
        from constructs_lib.assembly.conditions import truth

        return truth(template, {name: argument})

    return judged


def _import_value(template: Template, argument: Any) -> Any:
    name = resolve(template, argument)
    return template.group.imported(name)


def _get_stack_output(template: Template, argument: Any) -> Any:
    given = resolve(template, argument)
    if isinstance(given, list) and len(given) == 2:
        given = {"StackName": given[0], "OutputName": given[1]}
    if not isinstance(given, dict) or "StackName" not in given or "OutputName" not in given:
        return malformed("Fn::GetStackOutput", argument, "takes StackName and OutputName")
    return template.group.stack_output(given)


def _base64(template: Template, argument: Any) -> Any:
    value = resolve(template, argument)
    if isinstance(value, str):
        from base64 import b64encode

        return b64encode(value.encode()).decode()
    return Unknown(f"the Base64 form of {_say(value)}", kind="base64", key=("base64", repr(value)), mentions=tuple(references(value)))


def _length(template: Template, argument: Any) -> Any:
    value = resolve(template, argument)
    if isinstance(value, list):
        return len(value)
    return Unknown(f"the length of {_say(value)}", getattr(value, "declare", ""), kind="length", key=("length", repr(value)))


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


def _transform(template: Template, argument: Any) -> Any:
    name = argument.get("Name") if isinstance(argument, dict) else argument
    return Unknown(f"what the transform {name} puts here", kind="transform", key=("transform", template.path, id(argument)))


def _for_each(template: Template, argument: Any) -> Any:
    """What is left of a loop over a list that is not known."""
    return Unknown(f"what {argument} makes", kind="transform", key=("loop", template.path, id(argument)))


FUNCTIONS: dict[str, Callable[[Template, Any], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _get_azs,
    "Fn::Base64": _base64,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Transform": _transform,
    "Fn::ForEach": _for_each,
    **{name: _condition(name) for name in ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not")},
}
