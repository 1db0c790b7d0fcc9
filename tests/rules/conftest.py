"""What the tests of the rules share: a template, often an example changed in one place, and what one rule says about it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from constructs_lib.assembly import from_documents
from constructs_lib.assembly.read import parse
from constructs_lib.check import check
from constructs_lib.rules import rule_by_id

Document = dict[str, Any]
#: Verdict, severity, logical id, property and message of a result.
Said = tuple[str, str, str, str | None, str]


def _example(rule_id: str, which: str) -> Document:
    file = files("constructs_lib.rules") / "examples" / rule_id / f"{which}.yaml"
    document: Document = parse(file.read_text(), f"{rule_id}/{which}.yaml")
    return document


def _judge(rule_id: str, document: Document | str, **options: Any) -> list[Said]:
    rule = rule_by_id(rule_id)
    assert rule is not None
    template = parse(document, "template.yaml") if isinstance(document, str) else document
    results = check(from_documents({"template.yaml": template}, **options), [rule])
    return [
        (each.verdict, each.severity.value, each.resource.logical_id, each.property, each.message) for each in results
    ]


def _changed(rule_id: str, which: str, changes: dict[str, Any], add: str = "") -> Document:
    document = _example(rule_id, which)
    document["Resources"].update(parse(add, "added") if add else {})
    document.setdefault("Parameters", {})["Hidden"] = {"Type": "String"}
    for path, value in changes.items():
        logical_id, *steps = path.split(".")
        if not steps:
            del document["Resources"][logical_id]
            continue
        place = document["Resources"][logical_id]
        *way, last = steps if steps[0] == "Metadata" else ("Properties", *steps)
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if value is None:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return document


@pytest.fixture
def changed() -> Callable[..., Document]:
    """Read an example, add YAML resources, and change it: a value per `LogicalId.Property.path`, where None takes it away.

    A parameter named Hidden is there for what the templates are not to say.
    """
    return _changed


@pytest.fixture
def example() -> Callable[[str, str], Document]:
    """Read an example of a rule, `breaks` or `keeps`, as a document that a test may change."""
    return _example


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """Judge a template by one rule: each result as `verdict severity LogicalId.Property: message`."""

    def say(rule_id: str, document: Document | str, **options: Any) -> list[str]:
        return [
            f"{verdict} {severity} {name}{f'.{path}' if path else ''}{f': {message}' if message else ''}"
            for verdict, severity, name, path, message in _judge(rule_id, document, **options)
        ]

    return say


@pytest.fixture
def judge() -> Callable[..., list[Said]]:
    """Judge a template (YAML text or a document) by one rule: what it says about each resource, in order."""
    return _judge
