"""Line numbers, looked up in the file when a finding is shown: most templates have none, and reading must not pay for it."""

from __future__ import annotations

import re
from functools import lru_cache

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.read import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def find_line(file: str, path: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of what stands at ``path`` in a JSON or YAML file, or of the deepest part of the path that is there."""
    try:
        text = _text(file)
    except InputError:
        return None
    if text.lstrip()[:1] == "{":
        line = _json_line(text, path)
        if line is not None:
            return line
    return _yaml_line(text, path)


@lru_cache(maxsize=4)
def _text(file: str) -> str:
    return read_text(file, file)


def _json_line(text: str, path: Sequence[str | int]) -> int | None:
    """Walk down the path; the first two keys are found by search where they are written only once in the text."""
    position = text.find("{")
    found: int | None = None
    steps = list(path)
    if len(steps) >= 2 and isinstance(steps[1], str) and (direct := _only_key(text, steps[1])) is not None:
        found, position = direct
        steps = steps[2:]
    for step in steps:
        nexts = _child(text, position, step)
        if nexts is None:
            break
        found, position = nexts
    return None if found is None else text.count("\n", 0, found) + 1


def _only_key(text: str, key: str) -> tuple[int, int] | None:
    """Return where a key and its value stand, if the text has it as a key just once and an object follows."""
    quoted = f'"{key}"'
    start = text.find(quoted)
    found: tuple[int, int] | None = None
    while start >= 0:
        after = start + len(quoted)
        while after < len(text) and text[after] in " \t\r\n":
            after += 1
        if text[after : after + 1] == ":":
            if found is not None:
                return None
            found = start, after + 1
        start = text.find(quoted, start + 1)
    if found is None:
        return None
    return found if text[found[1] : found[1] + 100].lstrip()[:1] == "{" else None


def _child(text: str, position: int, step: str | int) -> tuple[int, int] | None:
    """Return where the key or item ``step`` of the value at ``position`` stands, and where its value starts."""
    wanted = f'"{step}"' if isinstance(step, str) else None
    depth = 0
    index = 0
    found = _MARKS.finditer(text, position)
    opened = next(found, None)
    if opened is None or opened.group() != ("{" if wanted else "["):
        return None
    expecting_key = True
    if wanted is None and step == 0:
        return _item(text, opened.end())
    for match in found:
        mark = match.group()
        if depth == 0:
            if mark in "}]":
                return None
            if wanted is None and mark == ",":
                index += 1
                if index == step:
                    return _item(text, match.end())
            elif wanted is not None and expecting_key and mark[0] == '"':
                if mark == wanted:
                    return match.start(), text.index(":", match.end()) + 1
                expecting_key = False
            elif mark == ",":
                expecting_key = True
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
    return None


def _item(text: str, position: int) -> tuple[int, int]:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position, position


def _yaml_line(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line of the path in YAML, from libyaml's events."""
    index = _yaml_index(text)
    for length in range(len(path), 0, -1):
        line = index.get(tuple(path[:length]))
        if line is not None:
            return line
    return None


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
            lines.setdefault(tuple(trail), line)
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
