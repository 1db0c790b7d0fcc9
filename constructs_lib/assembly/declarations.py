"""What templates declare to the checks: facts about VPCs that they only import, and rules that a resource may break.

The format is public: ``declarations.schema.json`` beside this file. It is read here too, by an interpreter of the few keywords that it
uses, so that the two cannot drift apart and an unknown key is answered with the nearest valid one.
"""

from __future__ import annotations

import os
import re

from constructs_lib.assembly.errors import InputError, nearest
from constructs_lib.assembly.template import DECLARED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from constructs_lib.assembly.template import Template

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
}
_schema: dict[str, Any] = {}


def declarations_schema() -> str:
    """Return the JSON Schema of what templates may declare."""
    with open(os.path.join(os.path.dirname(__file__), "declarations.schema.json"), encoding="utf-8") as stream:
        return stream.read()


def declare(template: Template) -> None:
    """Give a template and its resources what their metadata declares; :class:`InputError` for what the schema does not allow."""
    if DECLARED in template.metadata:
        template.declarations = _checked(template.metadata[DECLARED], "template", template.path, f"Metadata.{DECLARED}")
    for logical_id, resource in template.resources.items():
        if DECLARED in resource.metadata:
            place = f"Resources.{logical_id}.Metadata.{DECLARED}"
            resource.declared = _checked(resource.metadata[DECLARED], "resource", template.path, place)


def _checked(value: Any, name: str, path: str, place: str) -> Mapping[str, Any]:
    if not _schema:
        import json

        _schema.update(json.loads(declarations_schema()))
    wrong = _wrong(value, {"$ref": f"#/$defs/{name}"}, place)
    if wrong is not None:
        raise InputError(path, *wrong)
    return value  # type: ignore[no-any-return]


def _wrong(value: Any, schema: Mapping[str, Any], place: str) -> tuple[str, str] | None:
    """Return the place and the reason of the first thing that ``schema`` does not allow in ``value``."""
    schema = _followed(schema)
    if "anyOf" in schema:
        return _wrong_in_all(value, schema["anyOf"], place)
    if "enum" in schema:
        if value in schema["enum"] and not isinstance(value, bool):
            return None
        return place, f"must be {_alternatives(schema['enum'])}, not {_shown(value)}{_hint(value, schema['enum'])}"
    if not _of_kind(value, schema):
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return place, f"must be {' or '.join(_article(kind) for kind in kinds)}, not {_shown(value)}"
    if isinstance(value, dict):
        return _wrong_object(value, schema, place)
    if isinstance(value, list):
        found = (_wrong(item, schema["items"], f"{place}[{index}]") for index, item in enumerate(value))
        return next((wrong for wrong in found if wrong is not None), None)
    return _wrong_scalar(value, schema, place)


def _wrong_in_all(value: Any, choices: list[Mapping[str, Any]], place: str) -> tuple[str, str] | None:
    """Return what is wrong where no choice fits: with the choice of the value's own kind, else with all of them."""
    found = [_wrong(value, choice, place) for choice in choices]
    if None in found:
        return None
    alike = [
        wrong for wrong, choice in zip(found, choices, strict=True) if wrong is not None and _of_kind(value, choice)
    ]
    if alike:
        return alike[0]
    reasons = [wrong[1].partition(", not ")[0].removeprefix("must be ") for wrong in found if wrong is not None]
    return place, f"must be {' or '.join(dict.fromkeys(reasons))}, not {_shown(value)}"


def _of_kind(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is of the type that a schema asks for."""
    schema = _followed(schema)
    kinds = schema.get("type", ())
    return any(
        isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        for kind in ([kinds] if isinstance(kinds, str) else kinds)
    )


def _followed(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return _schema["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _wrong_object(value: dict[str, Any], schema: Mapping[str, Any], place: str) -> tuple[str, str] | None:
    known: Mapping[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", {})
    pattern = schema.get("propertyNames", {}).get("pattern")
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return place, "must be an intrinsic function"
    for key, item in value.items():
        if pattern is not None and not re.search(pattern, key):
            return (
                place,
                "must be an intrinsic function"
                if "Ref" in pattern
                else f'"{key}" is not the id of a rule, such as SMN-NB-05',
            )
        if key not in known and others is False:
            hint = nearest(key, known) or f"; allowed are {', '.join(known)}"
            return place, f'unknown key "{key}"{hint}'
        inner = known.get(key, others)
        wrong = _wrong(item, inner, f"{place}.{key}") if inner else None
        if wrong is not None:
            return wrong
    missing = next((key for key in schema.get("required", ()) if key not in value), None)
    return None if missing is None else (place, f'needs "{missing}"')


def _wrong_scalar(value: Any, schema: Mapping[str, Any], place: str) -> tuple[str, str] | None:
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return place, "must not be empty"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return place, f"must be a range such as 10.0.0.0/16, not {_shown(value)}"
    elif not isinstance(value, bool) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        limits = f"at least {schema['minimum']}" + (f" and at most {schema['maximum']}" if "maximum" in schema else "")
        return place, f"must be {limits}, not {value}"
    return None


def _alternatives(values: list[str]) -> str:
    return f'"{values[0]}"' if len(values) == 1 else f"one of {', '.join(values)}"


def _hint(value: Any, values: list[str]) -> str:
    return nearest(value, values) if isinstance(value, str) else ""


def _article(kind: str) -> str:
    return {"object": "an object", "array": "a list", "integer": "a whole number"}.get(kind, f"a {kind}")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else str(value)
