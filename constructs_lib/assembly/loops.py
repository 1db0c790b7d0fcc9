"""``Fn::ForEach`` of ``AWS::LanguageExtensions``: loops over a list, written out before anything else is read.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.limits import MOST_LOOPED
from constructs_lib.assembly.values import Unknown, scalar_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_LOOP = "Fn::ForEach"


class Loops:
    """Writes the loops of one template out."""

    def __init__(self, path: str, resolve: Callable[[Any], Any]) -> None:
        """``resolve`` follows the references of a list that is looped over."""
        self.path = path
        #: Loops whose list is not known, with what it is and the types of the resources that they make.
        self.unknown: dict[str, tuple[Unknown, frozenset[str]]] = {}
        self._resolve = resolve
        self._made = 0

    def section(self, name: str, section: Mapping[str, Any]) -> dict[str, Any]:
        """Return a section of the template with its loops written out; a loop over an unknown list is left out and remembered."""
        result: dict[str, Any] = {}
        for key, value in section.items():
            if key.startswith(_LOOP):
                self._merge(result, self._loop(key, value, {}, name, remember=True) or {}, name)
            else:
                result[key] = self._written(value, {}, f"{name}.{key}")
        return result

    def _merge(self, into: dict[str, Any], made: Mapping[str, Any], place: str) -> None:
        for key, value in made.items():
            if key in into:
                raise InputError(self.path, place, f'{_LOOP} makes "{key}" twice')
            into[key] = value

    def _loop(
        self, name: str, argument: Any, given: Mapping[str, str], place: str, *, remember: bool
    ) -> dict[str, Any] | None:
        """Return what a loop makes, or None where its list is not known."""
        if not (
            isinstance(argument, list)
            and len(argument) == 3
            and isinstance(argument[0], str)
            and isinstance(argument[2], dict)
        ):
            raise InputError(self.path, f"{place}.{name}", f"{_LOOP} takes an identifier, a list and what to repeat")
        identifier, collection, body = argument
        items = self._resolve(self._written(collection, given, place))
        if not isinstance(items, list) or any(isinstance(item, (dict, list)) or not _is_plain(item) for item in items):
            if remember:
                what = items if isinstance(items, Unknown) else Unknown(f"the list of {name}")
                self.unknown[name] = (what, frozenset(_types(body)))
            return None
        result: dict[str, Any] = {}
        for item in items:
            inner = {**given, identifier: scalar_text(item)}
            for key, value in body.items():
                if key.startswith(_LOOP):
                    made = self._loop(_substituted(key, inner), value, inner, place, remember=remember)
                    if made is None and not remember:
                        return None
                    self._merge(result, made or {}, place)
                else:
                    self._merge(result, {_substituted(key, inner): self._written(value, inner, place)}, place)
        return result

    def _written(self, value: Any, given: Mapping[str, str], place: str) -> Any:
        """Return a copy of ``value`` with identifiers replaced and the loops in it written out."""
        self._made += 1
        if self._made > MOST_LOOPED:
            raise InputError(self.path, place, f"{_LOOP} makes more than {MOST_LOOPED:,} values out of it")
        if isinstance(value, str):
            return _substituted(value, given) if given else value
        if isinstance(value, list):
            return [self._written(item, given, place) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(reference := value.get("Ref"), str) and reference in given:
            return given[reference]
        result: dict[str, Any] = {}
        for key, item in value.items():
            if key.startswith(_LOOP):
                made = self._loop(key, item, given, place, remember=False)
                if made is None:
                    return {_LOOP: key}
                self._merge(result, made, place)
            else:
                result[_substituted(key, given) if given else key] = self._written(item, given, place)
        return result


def _is_plain(item: Any) -> bool:
    return isinstance(item, (str, int, float))


_IDENTIFIER = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")


def _substituted(text: str, given: Mapping[str, str]) -> str:
    """Replace ``${Identifier}``, and ``&{Identifier}`` without what a logical id cannot hold."""

    def value(match: re.Match[str]) -> str:
        kind, name = match.groups()
        if name not in given:
            return match.group()
        return given[name] if kind == "$" else re.sub(r"[^A-Za-z0-9]", "", given[name])

    return _IDENTIFIER.sub(value, text) if "{" in text else text


def _types(body: Any) -> list[str]:
    """Return the resource types that a loop's body names."""
    found = []
    pending = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("Type"), str):
                found.append(node["Type"])
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return found
