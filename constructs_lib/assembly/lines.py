"""Line numbers, looked up in the file when a finding is shown: most templates have none, and reading must not pay for it."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from functools import lru_cache
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.read import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_value = JSONDecoder().raw_decode
_space = re.compile(r"[ \t\r\n]*").match


def find_line(file: str, path: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of what stands at ``path`` in a JSON or YAML file, or of the deepest part of the path that is there."""
    try:
        found = os.stat(file)
        lines = _lines(file, found.st_mtime_ns, found.st_size)
    except (OSError, InputError):
        return None
    return lines.find(path)


@lru_cache(maxsize=4)
def _lines(file: str, changed: int, size: int) -> _Lines:
    """Return what is known of a file's lines; it is read anew when it was written anew."""
    del changed, size
    return _Lines(read_text(file, file))


class _Lines:
    """The lines of one text, located as far as they were asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.start = _after_space(text, 0)
        self.is_json = text[self.start : self.start + 1] == "{"
        self.breaks: list[int] | None = None
        self.containers: dict[int, _Container] = {}

    def find(self, path: Sequence[str | int]) -> int | None:
        """Return the line of a path, or of the deepest part of it that is there."""
        if self.is_json:
            try:
                return self._json_line(path)
            except (ValueError, IndexError):
                self.is_json = False  # YAML may start with a brace, too
        return _yaml_line(self.text, path)

    def _json_line(self, path: Sequence[str | int]) -> int | None:
        found, position = None, self.start
        for step in path:
            container = self.containers.get(position)
            if container is None:
                container = self.containers[position] = _Container(self.text, position)
            place = container.find(step)
            if place is None:
                break
            found, position = place
        return None if found is None else self._line_at(found)

    def _line_at(self, position: int) -> int:
        if self.breaks is None:
            self.breaks = [match.start() for match in re.finditer("\n", self.text)]
        return bisect_left(self.breaks, position) + 1


class _Container:
    """An object or list in a JSON text; its members are located when one is asked for. Of a key that stands twice the last counts."""

    __slots__ = ("found", "rest")

    def __init__(self, text: str, start: int) -> None:
        self.found: dict[str | int, tuple[int, int]] = {}
        mark = text[start]
        self.rest = _members(text, start) if mark == "{" else _items(text, start) if mark == "[" else iter(())

    def find(self, wanted: str | int) -> tuple[int, int] | None:
        """Return where a key or item stands, and where its value starts; None where there is no such."""
        for name, start, value in self.rest:
            self.found[name] = start, value
        return self.found.get(wanted)


def _members(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield each key of an object with where it stands and where its value starts; values are passed over at the speed of the JSON reader."""
    position = _after_space(text, start + 1)
    while text[position] != "}":
        name, after = scanstring(text, position + 1)
        value = _after_space(text, _after_space(text, after) + 1)
        yield name, position, value
        position = _next(text, value)


def _items(text: str, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield each item of a list with where it stands."""
    position = _after_space(text, start + 1)
    index = 0
    while text[position] != "]":
        yield index, position, position
        position = _next(text, position)
        index += 1


def _next(text: str, value: int) -> int:
    """Return what follows a value and the comma after it."""
    position = _after_space(text, _value(text, value)[1])
    return _after_space(text, position + 1) if text[position] == "," else position


def _after_space(text: str, position: int) -> int:
    match = _space(text, position)
    assert match is not None
    return match.end()


def _yaml_line(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line of the path in YAML, from libyaml's events."""
    index = _yaml_index(text)
    found = None
    for length in range(1, len(path) + 1):
        line = index.get(tuple(path[:length]))
        if line is None or line < (found or 0):
            break  # what stands above the key that it is below belongs to an earlier one of the same name, which does not count
        found = line
    return found


@lru_cache(maxsize=4)
def _yaml_index(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line of every key and item in a YAML text, by path; functions in short form are part of the path as they are of the document."""
    import yaml

    from constructs_lib.assembly.read_yaml import events

    lines: dict[tuple[str | int, ...], int] = {}
    trail: list[str | int] = []
    frames: list[list[str | int | None]] = []
    for event in events(text):
        kind = event.__class__
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            frames.pop()
            _done(frames, trail)
            continue
        if kind not in (yaml.ScalarEvent, yaml.AliasEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent):
            continue
        line = event.start_mark.line + 1
        if frames and isinstance(frames[-1][0], int):
            trail.append(frames[-1][0])
            lines[tuple(trail)] = line
        elif frames and frames[-1][0] is None and kind is yaml.ScalarEvent:
            frames[-1][0] = event.value
            trail.append(event.value)
            lines[tuple(trail)] = line
            continue
        if kind is yaml.MappingStartEvent:
            frames.append([None])
        elif kind is yaml.SequenceStartEvent:
            frames.append([0])
        else:
            _done(frames, trail)
    return lines


def _done(frames: list[list[str | int | None]], trail: list[str | int]) -> None:
    """Go on to the next key or item of the innermost container."""
    if frames:
        step = frames[-1][0]
        trail.pop()
        frames[-1][0] = step + 1 if isinstance(step, int) else None
