"""Text to documents: JSON or YAML, and the errors of both as one line."""

from __future__ import annotations

import json
import os
from stat import S_ISREG

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.limits import check_depth, check_size, too_deep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_file(file: str, shown: str) -> Any:
    """Return the document in a JSON or YAML file, or raise :class:`InputError`; ``shown`` is what the error calls it."""
    return parse(read_text(file, shown), shown)


def read_text(file: str, shown: str) -> str:
    """Return the text of a file, or raise :class:`InputError`."""
    try:
        found = os.stat(file)
        if not S_ISREG(found.st_mode):
            raise InputError(shown, "", "cannot be read: not a regular file")
        check_size(shown, found.st_size)
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise InputError(shown, "", f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(shown, f"line {line}", "not a text file in UTF-8") from None


def parse(text: str, shown: str) -> Any:
    """Return the document that ``text`` holds: JSON where it starts with a brace, else YAML."""
    start = text.lstrip()[:1]
    if start == "{":
        try:
            return parse_json(text, shown)
        except _NotJson as error:
            return _parse_flow(text, shown, error)
    if not start:
        raise InputError(shown, "", "is empty")
    from constructs_lib.assembly.read_yaml import parse_yaml

    return parse_yaml(text, shown)


class _NotJson(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def _parse_flow(text: str, shown: str, error: _NotJson) -> Any:
    """Return a document that starts with a brace but is no JSON: YAML may be written that way too."""
    from constructs_lib.assembly.read_yaml import parse_yaml

    try:
        return parse_yaml(text, shown)
    except InputError as second:
        if "nested more than" in second.reason:
            raise
        raise InputError(shown, f"line {error.line}", f"not valid JSON: {error.reason}") from None


def parse_json(text: str, shown: str) -> Any:
    """Return a JSON document; of a key that is given twice the last counts, as it does for CloudFormation."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _NotJson(error.lineno, _lower(error.msg)) from None
    except RecursionError:
        raise too_deep(shown) from None
    except ValueError as error:
        raise InputError(shown, "", f"not valid JSON: {_lower(str(error))}") from None
    check_depth(shown, document)
    return document


def _lower(message: str) -> str:
    """Return a message of the JSON reader in the style of ours."""
    return message[:1].lower() + message[1:].rstrip(".")
