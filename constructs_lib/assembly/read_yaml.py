"""YAML to documents, from the events of libyaml: no recursion, short forms of functions written out, aliases counted.

Loaded only when a YAML file is read. Building from events takes half the time of PyYAML's own nodes.
"""

from __future__ import annotations

import re

import yaml

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.limits import DEEPEST, MOST_VALUES, too_deep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONDITION_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
#: Decimal numbers without leading zeros (account ids keep theirs), and simple fractions. Dates, octals and base 60 stay text, as AWS reads them.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})\Z")
_FRACTION = re.compile(r"[-+]?(?:[0-9]{1,30}\.[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?\Z")
_MAYBE_PLAIN = frozenset("0123456789+-.~tTfFyYnNoO")

_SHORT = {
    name: f"Fn::{name}"
    for name in (
        "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "ForEach", "GetAtt", "GetAZs",
        "GetStackOutput", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform",
        "ValueOf", "ValueOfAll", "Rain::Embed",
    )
}  # fmt: skip
_SHORT.update({"Ref": "Ref", "Condition": "Condition"})
#: A slip of letter case (``!if``) leaves the template readable; the function stays unknown, and so is its value.
_FOLDED = {name.lower() for name in _SHORT}
_PLAIN_TAGS = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": None,
    "tag:yaml.org,2002:null": None,
    "tag:yaml.org,2002:map": None,
    "tag:yaml.org,2002:seq": None,
    "!": str,
}
_NO_KEY = object()
_MERGE = "<<"


def plain_scalar(text: str) -> Any:
    """Return the value of an unquoted scalar."""
    if text and text[0] not in _MAYBE_PLAIN:
        return text
    if text in _CONDITION_WORDS:
        return _CONDITION_WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FRACTION.match(text) else text


class _Builder:
    """Puts a document together from events."""

    __slots__ = ("anchors", "containers", "keys", "root", "shown", "sizes", "started", "tags", "total")

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root: Any = None
        #: The containers that are open, with the key that waits for its value, the tag, and the anchor and size at their start.
        self.containers: list[Any] = []
        self.keys: list[Any] = []
        self.tags: list[str | None] = []
        self.started: list[tuple[str | None, int]] = []
        self.anchors: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.total = 0

    def error(self, event: Any, reason: str) -> InputError:
        return InputError(self.shown, f"line {event.start_mark.line + 1}", reason)

    def open(self, event: Any, container: Any) -> None:
        if len(self.containers) >= DEEPEST:
            raise too_deep(self.shown, f"line {event.start_mark.line + 1}")
        tag = event.tag
        tag = None if tag is None or tag in _PLAIN_TAGS else self.function(event, tag)
        self.containers.append(container)
        self.keys.append(_NO_KEY)
        self.tags.append(tag)
        self.started.append((event.anchor, self.total))

    def close(self, event: Any) -> None:
        value = self.containers.pop()
        self.keys.pop()
        tag = self.tags.pop()
        anchor, before = self.started.pop()
        if value.__class__ is dict and _MERGE in value:
            value = self.merged(event, value)
        if tag is not None:
            value = {tag: value}
        if anchor is not None:
            self.anchors[anchor] = value
            self.sizes[anchor] = self.total - before + 1
        self.add(event, value)

    def scalar(self, event: Any) -> None:
        tag, text = event.tag, event.value
        value: Any
        if tag is None:
            if (
                event.anchor is None
                and self.keys
                and self.keys[-1] is _NO_KEY
                and (container := self.containers[-1]).__class__ is dict
            ):
                # The most frequent event by far: a plain key.
                self.keys[-1] = self.key(event, text, container)
                self.total += 1
                return
            value = plain_scalar(text) if event.implicit[0] else text
        elif tag in _PLAIN_TAGS:
            value = text if _PLAIN_TAGS[tag] is str else plain_scalar(text)
        else:
            value = {self.function(event, tag): text}
        if event.anchor is not None:
            self.anchors[event.anchor] = value
            self.sizes[event.anchor] = 1
        self.add(event, value)

    def alias(self, event: Any) -> None:
        name = event.anchor
        if name not in self.anchors:
            raise self.error(event, f'alias "{name}" stands inside its own anchor, or before it')
        self.total += self.sizes[name]
        if self.total > MOST_VALUES:
            raise self.error(event, f"aliases make more than {MOST_VALUES:,} values out of it")
        self.add(event, self.anchors[name])

    def add(self, event: Any, value: Any) -> None:
        self.total += 1
        if not self.containers:
            self.root = value
            return
        container = self.containers[-1]
        if container.__class__ is list:
            container.append(value)
            return
        key = self.keys[-1]
        if key is _NO_KEY:
            self.keys[-1] = self.key(event, value, container)
            return
        container[key] = value
        self.keys[-1] = _NO_KEY

    def key(self, event: Any, value: Any, container: dict[str, Any]) -> str:
        """Return a mapping key as the string that CloudFormation sees; account ids and the like are written without quotes.

        Of a key that stands twice the last value counts, as it does for CloudFormation.
        """
        if value.__class__ is dict or value.__class__ is list:
            raise self.error(event, "a key must be a string")
        key = value if value.__class__ is str else event.value
        if key == _MERGE and key in container:
            raise self.error(event, f"{_MERGE} stands twice in one mapping; merge a list instead")
        return str(key)

    def merged(self, event: Any, mapping: dict[str, Any]) -> dict[str, Any]:
        """Return a mapping with what its ``<<`` key merges in."""
        own = dict(mapping)
        given = own.pop(_MERGE)
        result: dict[str, Any] = {}
        for source in reversed(given if given.__class__ is list else [given]):
            if source.__class__ is not dict:
                raise self.error(event, "<< can only merge in a mapping")
            result.update(source)
        return {**result, **own}

    def function(self, event: Any, tag: str) -> str:
        name = _SHORT.get(tag[1:])
        if name is None and tag[0] == "!" and tag[1:].lower() in _FOLDED:
            return f"Fn::{tag[1:]}"
        if name is None:
            from constructs_lib.assembly.errors import nearest

            shown = tag if tag.startswith("!") and not tag.startswith("tag:") else f"!<{tag}>"
            hint = nearest(tag.lstrip("!"), _SHORT).replace('"', '"!', 1) if tag.startswith("!") else ""
            raise self.error(event, f"unknown tag {shown}{hint}")
        return name


def events(text: str) -> Iterator[Any]:
    """Yield libyaml's events of a text that was read without errors before."""
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    except yaml.YAMLError:
        return
    finally:
        loader.dispose()


def parse_yaml(text: str, shown: str) -> Any:
    """Return the document in ``text``; :class:`InputError` where it is no YAML, or none that CloudFormation takes."""
    builder = _Builder(shown)
    scalar, opened, close, alias = builder.scalar, builder.open, builder.close, builder.alias
    documents = 0
    loader = None
    try:
        loader = _Loader(text)
        get = loader.get_event
        while True:
            event = get()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                scalar(event)
            elif kind is yaml.MappingStartEvent:
                opened(event, {})
            elif kind is yaml.SequenceStartEvent:
                opened(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                close(event)
            elif kind is yaml.AliasEvent:
                alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise builder.error(event, "more than one document in the file")
            elif kind is yaml.StreamEndEvent:
                return builder.root
    except yaml.YAMLError as error:
        raise _yaml_error(error, shown) from None
    except RecursionError:
        raise too_deep(shown) from None
    finally:
        if loader is not None:
            loader.dispose()


def _yaml_error(error: yaml.YAMLError, shown: str) -> InputError:
    if isinstance(error, yaml.reader.ReaderError):
        return InputError(shown, "", "not a text file: it has control characters")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    place = f"line {mark.line + 1}" if mark is not None else ""
    return InputError(shown, place, f"not valid YAML: {problem[:1].lower()}{problem[1:]}")
