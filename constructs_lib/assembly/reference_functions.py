"""The intrinsic functions that lead elsewhere: to resources, parameters, mappings, conditions and other stacks."""

from __future__ import annotations

from constructs_lib.assembly.resolve import dynamic, intrinsic, malformed, resolve
from constructs_lib.assembly.values import ABSENT, Pseudo, Reference, Text, Unknown, join, scalar_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.assembly.template import Template

_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
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


@intrinsic("Ref")
def _ref(template: Template, name: Any) -> Any:
    if isinstance(name, dict):  # as AWS::LanguageExtensions allows
        name = resolve(template, name)
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


@intrinsic("Fn::GetAtt")
def _get_att(template: Template, argument: Any) -> Any:
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    if not isinstance(argument, list) or len(argument) < 2:
        return malformed("Fn::GetAtt", argument, "takes a resource and an attribute")
    # Names may be made by functions, as AWS::LanguageExtensions allows.
    name, *attributes = (part if part.__class__ is str else resolve(template, part) for part in argument)
    if not isinstance(name, str) or not all(isinstance(attribute, str) for attribute in attributes):
        return malformed("Fn::GetAtt", argument, "has a part that is not known")
    return attribute_of(template, name, ".".join(attributes))


def attribute_of(template: Template, name: str, attribute: str) -> Any:
    """Return an attribute of a resource: followed into a nested stack's outputs, or read from the property that it echoes."""
    resource = template.resources.get(name)
    if resource is None:
        return Unknown(
            f"{name}.{attribute}, where the template does not define {name}",
            kind="undefined",
            name=f"{name}.{attribute}",
        )
    if attribute[:8] == "Outputs." and resource.nested is not None:
        return resource.nested.output(attribute[8:])
    echo = _ECHOES.get((resource.type, attribute))
    if echo is not None:
        value = template.group.follow(template, f"Resources.{name}.Properties.{echo}", resource.properties.get(echo))
        if value is not ABSENT:
            return value
    return Reference(resource, attribute)


@intrinsic("Fn::Sub")
def _sub(template: Template, argument: Any) -> Any:
    text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(given, dict):
        return malformed("Fn::Sub", argument, "takes a string, or a string and a map")
    first, *others = text.split("${")
    parts: list[Any] = [first]
    for other in others:
        name, closed, rest = other.partition("}")
        if not closed or name[:1] == "!":
            parts.append("${" + name[name[:1] == "!" :] + closed)
        else:
            parts.append(_substitute(template, name.strip(), given))
        parts.append(rest)
    result = join(parts)
    return dynamic(result) if isinstance(result, str) else result


def _substitute(template: Template, name: str, given: dict[str, Any]) -> Any:
    if name in given:
        return resolve(template, given[name])
    if "." in name:
        return attribute_of(template, *name.split(".", 1))
    return _ref(template, name)


@intrinsic("Fn::FindInMap")
def _find_in_map(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
        return malformed("Fn::FindInMap", argument, "takes a map and two keys")
    keys = [resolve(template, part) for part in argument[:3]]
    tables: Any = template.mappings
    found = list(
        _lookup(tables, [scalar_text(key) if key.__class__ in (str, int, float, bool) else None for key in keys])
    )
    fallback = (
        argument[3].get("DefaultValue", ABSENT) if len(argument) == 4 and isinstance(argument[3], dict) else ABSENT
    )
    if not found and fallback is not ABSENT:
        return resolve(template, fallback)
    if (
        found
        and all(value == found[0] for value in found)
        and (fallback is ABSENT or not any(isinstance(key, (Unknown, Text)) for key in keys))
    ):
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


def _judge(name: str) -> None:
    """Enter a condition function, which also gives a value where one is read."""

    def judged(template: Template, argument: Any) -> Any:
        from constructs_lib.assembly.conditions import truth

        return truth(template, {name: argument})

    intrinsic(name)(judged)


for _name in ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not"):
    _judge(_name)


@intrinsic("Fn::If")
def _if(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return malformed("Fn::If", argument, "takes a condition and two values")
    return resolve(template, argument[1] if template.condition(argument[0]).holds else argument[2])


@intrinsic("Fn::ImportValue")
def _import_value(template: Template, argument: Any) -> Any:
    name = resolve(template, argument)
    return template.group.imported(name)


@intrinsic("Fn::GetStackOutput")
def _get_stack_output(template: Template, argument: Any) -> Any:
    given = resolve(template, argument)
    if isinstance(given, list) and len(given) == 2:
        given = {"StackName": given[0], "OutputName": given[1]}
    if not isinstance(given, dict) or "StackName" not in given or "OutputName" not in given:
        return malformed("Fn::GetStackOutput", argument, "takes StackName and OutputName")
    return template.group.stack_output(given)


@intrinsic("Fn::Transform")
def _transform(template: Template, argument: Any) -> Any:
    name = argument.get("Name") if isinstance(argument, dict) else argument
    return Unknown(
        f"what the transform {name} puts here", kind="transform", key=("transform", template.path, id(argument))
    )


@intrinsic("Fn::ForEach")
def _for_each(template: Template, argument: Any) -> Any:
    """What is left of a loop over a list that is not known."""
    return Unknown(f"what {argument} makes", kind="transform", key=("loop", template.path, id(argument)))
