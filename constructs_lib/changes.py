"""What the change from one state of the templates to another replaces, and which updates it makes fail.

A resource is replaced where one of its create-only properties differs, or refers to something that is itself replaced. Where the template
gives it a name that stays, CloudFormation cannot make the new one beside the old, and the update fails.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from constructs_lib.assembly import Reference, Text, Unknown, references
from constructs_lib.check import UNVERIFIED, VIOLATED, Result
from constructs_lib.rules import Finding, Severity, rule_by_id
from constructs_lib.rules.changes import CREATE_ONLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from constructs_lib.assembly import Input, Resource, Template

    Key = tuple[str, str]

_NETWORK = "SMN-CHG-05"


class _Change:
    """Why a resource is replaced: the properties that differ in themselves, and those that refer to something replaced."""

    __slots__ = ("changed", "following", "uncertain")

    def __init__(self) -> None:
        self.changed: dict[str, tuple[str, str]] = {}
        self.following: dict[str, Resource] = {}
        self.uncertain: dict[str, str] = {}


def replaced(
    given: Input, old: Input, names: Mapping[Template, str], old_names: Mapping[Template, str]
) -> list[Result]:
    """Return what the change from `old` to `given` replaces, of the types that `CREATE_ONLY` knows.

    Args:
        given: the new state.
        old: the earlier state.
        names: a name for each template of the new state; templates of the same name in both states are compared.
        old_names: the same for the earlier state.

    """
    before = {
        (old_names[template], resource.logical_id): resource
        for template in old.templates
        for resource in template.resources.values()
    }
    now = {
        (names[template], resource.logical_id): resource
        for template in given.templates
        for resource in template.resources.values()
    }
    kept = {
        key: resource
        for key, resource in now.items()
        if key in before and before[key].type == resource.type and resource.type in CREATE_ONLY
    }
    changes = {key: _compare(resource, before[key]) for key, resource in kept.items()}
    _follow(kept, changes)
    return [result for key, resource in kept.items() for result in _results(resource, before[key], changes[key])]


def _compare(new: Resource, old: Resource) -> _Change:
    change = _Change()
    for name in CREATE_ONLY[new.type].properties:
        value, earlier = new.get(name), old.get(name)
        if _canonical(value) == _canonical(earlier):
            continue
        if isinstance(value, Unknown) or isinstance(earlier, Unknown):
            change.uncertain[name] = next(side.what for side in (value, earlier) if isinstance(side, Unknown))
        else:
            change.changed[name] = (_shown(earlier), _shown(value))
    return change


def _follow(kept: Mapping[Key, Resource], changes: Mapping[Key, _Change]) -> None:
    """Carry replacements on to what refers to them, until nothing new is found."""
    gone = {id(resource): resource for key, resource in kept.items() if changes[key].changed}
    waiting = dict(gone)
    while waiting:
        found: dict[int, Resource] = {}
        for key, resource in kept.items():
            for name in CREATE_ONLY[resource.type].properties:
                for reference in references(resource.get(name)):
                    if id(reference.resource) in waiting and name not in changes[key].changed:
                        changes[key].following.setdefault(name, reference.resource)
            if changes[key].following and id(resource) not in gone:
                found[id(resource)] = resource
        gone.update(found)
        waiting = found


def _results(resource: Resource, old: Resource, change: _Change) -> list[Result]:
    facts = CREATE_ONLY[resource.type]
    rule = rule_by_id(facts.rule)
    assert rule is not None
    reasons = [f"{name} changes from {earlier} to {value}" for name, (earlier, value) in change.changed.items()]
    reasons += [f"{name} refers to {other.logical_id}, which is replaced" for name, other in change.following.items()]
    if not reasons:
        if not change.uncertain or facts.rule == _NETWORK:
            return []
        name, what = next(iter(change.uncertain.items()))
        return [
            Result(
                rule,
                UNVERIFIED,
                resource,
                Finding(f"may be replaced: {name} depends on {what}", at=name, severity=Severity.WARNING),
            )
        ]
    at = next(iter({**change.changed, **change.following}))
    fixed = _fixed_name(resource, old)
    if fixed is not None:
        message = f"the update fails: {'; '.join(reasons)}, which needs a new one, and its name stays {fixed}"
        return [Result(rule, VIOLATED, resource, Finding(message, at=at, severity=Severity.ERROR))]
    lost = f", and {facts.lost} with it" if facts.lost else ""
    return [
        Result(
            rule,
            VIOLATED,
            resource,
            Finding(f"is replaced{lost}: {'; '.join(reasons)}", at=at, severity=Severity.WARNING),
        )
    ]


def _fixed_name(resource: Resource, old: Resource) -> str | None:
    name = CREATE_ONLY[resource.type].name
    if name is None:
        return None
    value = resource.get(name)
    return _shown(value) if value is not None and _canonical(value) == _canonical(old.get(name)) else None


def _canonical(value: Any) -> Any:
    """Return a form that is equal in both states where the value is: references by name, scalars as CloudFormation compares them."""
    if isinstance(value, Reference):
        return ("reference", value.resource.logical_id, value.attribute)
    if isinstance(value, Text):
        return ("text", *(_canonical(part) for part in value.parts))
    if isinstance(value, Unknown):
        return ("unknown", value.what)
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        import json

        text = json.dumps(value, default=str)
        return text if len(text) < 80 else f"{text[:76]} ..."
    return str(value)
