"""Follows the references in a raw value: the table of intrinsic functions, and the walk that applies them."""

from __future__ import annotations

from constructs_lib.assembly.values import ABSENT, Unknown, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from constructs_lib.assembly.template import Template

    Function = Callable[[Template, Any], Any]

#: The intrinsic functions by name: each takes the template and its raw argument, and gives a resolved value.
FUNCTIONS: dict[str, Function] = {}
_DYNAMIC = "{{resolve:"


def intrinsic(name: str) -> Callable[[Function], Function]:
    """Enter a Python function in the table under the name of the intrinsic function that it is."""

    def enter(function: Function) -> Function:
        FUNCTIONS[name] = function
        return function

    return enter


def resolve(template: Template, value: Any) -> Any:
    """Return ``value`` with every intrinsic function in it followed; :data:`ABSENT` where nothing is left."""
    kind = value.__class__
    if kind is str:
        return value if _DYNAMIC not in value else dynamic(value)
    if kind is dict:
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = FUNCTIONS.get(name)
            if function is not None:
                return function(template, argument)
            if name[:4] == "Fn::":
                plain = name[4:].lower()
                meant = next(
                    (f"write {known}" for known in FUNCTIONS if known.removeprefix("Fn::").lower() == plain), ""
                )
                return malformed(name, argument, "is not a function of CloudFormation", meant)
        elif "Fn::Transform" in value:
            return FUNCTIONS["Fn::Transform"](template, value["Fn::Transform"])
        resolved = {}
        for key, item in value.items():
            result = resolve(template, item)
            if result is not ABSENT:
                resolved[key] = result
        return resolved
    if kind is list:
        return [result for item in value if (result := resolve(template, item)) is not ABSENT]
    return ABSENT if value is None else value


def malformed(name: str, argument: Any, reason: str, hint: str = "") -> Unknown:
    """Return what a function gives that CloudFormation would refuse; ``hint`` says how to correct it."""
    shown = str(argument)
    what = f"{name} of {shown if len(shown) <= 60 else shown[:57] + '...'}, which {reason}"
    return Unknown(what, hint or "correct the template", kind="undefined")


def dynamic(text: str) -> Any:
    """Return a text with the dynamic references as unknown parts."""
    first, *others = text.split(_DYNAMIC)
    parts: list[Any] = [first]
    for other in others:
        inner, closed, rest = other.partition("}}")
        reference = f"{_DYNAMIC}{inner}{closed}"
        parts += [
            Unknown(f"dynamic reference {reference}", kind="dynamic", name=reference) if closed else reference,
            rest,
        ]
    return join(parts)
