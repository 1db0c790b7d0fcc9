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
    from collections.abc import Iterator, Mapping
    from typing import Any

    from constructs_lib.assembly import Input, Resource, Template
    from constructs_lib.rules import Rule
    from constructs_lib.rules.changes import CreateOnly

    Pairs = Mapping[Template, Template]

_SHOWN = 80
"""The most characters of a value that a message shows."""


def replaced(given: Input, pairs: Pairs) -> list[Result]:
    """Return what the change from the earlier state to `given` replaces, of the types that `CREATE_ONLY` knows.

    Args:
        given: The new state.
        pairs: Which template of the new state is which of the earlier one; others are new.

    """
    kept = dict(_kept(given, pairs))
    changes = {resource: _Change(resource, before, pairs) for resource, before in kept.items()}
    _follow(changes)
    gone = {now: _gone(template, now) for now, template in pairs.items()}
    found: list[Result] = []
    for template in given.templates:
        for resource in template.resources.values():
            if resource in changes:
                found += changes[resource].results()
            elif template in pairs and resource.type in CREATE_ONLY:
                found += _new(resource, gone[template])
            found += _retyped(resource, pairs)
    return found


def _kept(given: Input, pairs: Pairs) -> Iterator[tuple[Resource, Resource]]:
    """The resources of known types that both states have under one logical id, with what they were."""
    for template in given.templates:
        if template in pairs:
            for name, resource in template.resources.items():
                before = pairs[template].resources.get(name)
                if before is not None and before.type == resource.type in CREATE_ONLY:
                    yield resource, before


class _Change:
    """Why a resource is replaced.

    Attributes:
        changed: The properties that differ in themselves, with the values before and now.
        following: The properties that refer to something replaced.
        uncertain: The properties of which it cannot be told, with why.
    """

    __slots__ = ("_before", "_facts", "_pairs", "_resource", "changed", "following", "uncertain")

    def __init__(self, resource: Resource, before: Resource, pairs: Pairs) -> None:
        self._resource = resource
        self._before = before
        self._pairs = pairs
        self._facts: CreateOnly = CREATE_ONLY[resource.type]
        self.changed: dict[str, tuple[str, str]] = {}
        self.following: dict[str, Resource] = {}
        self.uncertain: dict[str, str] = {}
        for name in self._facts.properties:
            self._compare(name)
        for name in self._facts.conditional:
            self._compare(name)
            if name in self.changed:
                earlier, value = self.changed.pop(name)
                self.uncertain[name] = f"{name} changes from {earlier} to {value}, which only sometimes replaces it"

    @property
    def certain(self) -> bool:
        """Is the resource surely replaced?"""
        return bool(self.changed or self.following)

    def _compare(self, name: str) -> None:
        path = name.split(".")
        value, earlier = self._resource.get(*path), self._before.get(*path)
        hidden = next((each for each in (value, earlier) if isinstance(each, Unknown)), None)
        if hidden is not None and hidden.kind == "undecided":
            if not self._written_alike(path[0]):
                self.uncertain[name] = f"{name} is {hidden.what}"
        elif _canonical(value, self._pairs) == _canonical(earlier, {}):
            return
        elif hidden is not None:
            self.uncertain[name] = f"{name} is {hidden.what}"
        else:
            self.changed[name] = (_shown(earlier), _shown(value))

    def _written_alike(self, name: str) -> bool:
        """Is a property written as before, and so is all that decides about it?"""
        resources = self._resource, self._before
        raw, earlier = (resource.properties.get(name) for resource in resources)
        deciding, before = (
            [resource.template.document.get(section) for section in ("Conditions", "Mappings", "Parameters")]
            for resource in resources
        )
        return bool(raw == earlier and deciding == before)

    def follow(self, gone: set[Resource]) -> None:
        """Note what refers to something that is replaced."""
        for names, found in ((self._facts.properties, self.following), (self._facts.conditional, None)):
            for name in names:
                target = next((each.resource for each in self._references(name) if each.resource in gone), None)
                if target is None or name in self.changed:
                    continue
                if found is None:
                    self.uncertain.setdefault(name, f"{name} refers to {target.logical_id}, which is replaced")
                else:
                    found.setdefault(name, target)

    def _references(self, name: str) -> Iterator[Reference]:
        return references(self._resource.get(*name.split(".")))

    def results(self) -> list[Result]:
        """What there is to say about it: nothing, or that it is replaced, may be, or cannot be."""
        rule = rule_by_id(self._facts.rule)
        assert rule is not None
        reasons = [f"{name} changes from {earlier} to {value}" for name, (earlier, value) in self.changed.items()]
        reasons += [f"{name} refers to {each.logical_id}, which is replaced" for name, each in self.following.items()]
        fixed = self._fixed_name()
        if not self.certain:
            if not self.uncertain:
                return []
            at, why = next(iter(self.uncertain.items()))
            fails = "" if fixed is None else f"; as its name stays {fixed}, the update would fail"
            finding = Finding(f"may be replaced: {why}{fails}", at=at, severity=Severity.WARNING)
            return [Result(rule, UNVERIFIED, self._resource, finding)]
        at = next(iter({**self.changed, **self.following}))
        if fixed is not None:
            message = f"the update fails: {'; '.join(reasons)}, which needs a new one, and its name stays {fixed}"
            return [Result(rule, VIOLATED, self._resource, Finding(message, at=at, severity=Severity.ERROR))]
        message = f"is replaced{_lost(self._before)}: {'; '.join(reasons)}"
        return [Result(rule, VIOLATED, self._resource, Finding(message, at=at, severity=Severity.WARNING))]

    def _fixed_name(self) -> str | None:
        """The name that the template gives it before and now, which the new one cannot have beside the old."""
        facts = self._facts
        if facts.name is None or facts.within in self.changed or facts.within in self.following:
            return None
        value, earlier = self._resource.get(facts.name), self._before.get(facts.name)
        same = value is not None and _canonical(value, self._pairs) == _canonical(earlier, {})
        return _shown(value) if same else None


def _follow(changes: Mapping[Resource, _Change]) -> None:
    """Carry replacements on to what refers to them, until nothing new is found."""
    gone = {resource for resource, change in changes.items() if change.certain}
    waiting = gone
    while waiting:
        for change in changes.values():
            change.follow(waiting)
        waiting = {resource for resource, change in changes.items() if change.certain} - gone
        gone = gone | waiting


def _gone(template: Template, now: Template) -> list[Resource]:
    """What a template had and has no more."""
    return [resource for name, resource in template.resources.items() if name not in now.resources]


def _new(resource: Resource, gone: list[Resource]) -> list[Result]:
    """What there is to say about a new resource that takes the place of one that goes."""
    facts = CREATE_ONLY[resource.type]
    rule = rule_by_id(facts.rule)
    assert rule is not None
    likes = [each for each in gone if each.type == resource.type]
    name = resource.get(facts.name) if facts.name is not None else None
    if isinstance(name, str):
        for each in likes:
            if facts.name is not None and each.get(facts.name) == name:
                message = f"the update fails: its name {name} is still that of {each.logical_id}, which is deleted only after this one is made"
                return [Result(rule, VIOLATED, resource, Finding(message, at=facts.name, severity=Severity.ERROR))]
    same = [each for each in likes if each.properties == resource.properties]
    if len(same) != 1:
        return []
    message = f"is replaced{_lost(same[0])}: its logical id changes from {same[0].logical_id} to {resource.logical_id}"
    return [_of_the_whole(rule, resource, message, Severity.WARNING)]


def _retyped(resource: Resource, pairs: Pairs) -> list[Result]:
    """CloudFormation refuses another type under the same logical id."""
    template = pairs.get(resource.template)
    before = template.resources.get(resource.logical_id) if template is not None else None
    if before is None or before.type == resource.type:
        return []
    facts = CREATE_ONLY.get(before.type) or CREATE_ONLY.get(resource.type)
    rule = rule_by_id(facts.rule) if facts is not None else None
    if rule is None:
        return []
    message = f"the update fails: a resource cannot change its type, from {before.type} to {resource.type}"
    return [_of_the_whole(rule, resource, message, Severity.ERROR)]


def _of_the_whole(rule: Rule, resource: Resource, message: str, severity: Severity) -> Result:
    """A result about the resource as such, whatever property the rule is otherwise about."""
    result = Result(rule, VIOLATED, resource, Finding(message, severity=severity))
    result.property = None
    return result


def _lost(before: Resource) -> str:
    """What goes with a resource that is replaced."""
    body = (before.template.document.get("Resources") or {}).get(before.logical_id)
    if isinstance(body, dict) and str(body.get("UpdateReplacePolicy", "")).startswith("Retain"):
        return " (its UpdateReplacePolicy keeps the old one, outside of the stack)"
    lost = CREATE_ONLY[before.type].lost
    return f", and {lost} with it" if lost else ""


def _canonical(value: Any, pairs: Pairs) -> Any:
    """Return a form that is equal in both states where the value is: references by name, scalars as CloudFormation compares them."""
    if isinstance(value, Reference):
        template = value.resource.template
        return ("reference", pairs.get(template, template), value.resource.logical_id, value.attribute)
    if isinstance(value, Text):
        return ("text", *(_canonical(part, pairs) for part in value.parts))
    if isinstance(value, Unknown):
        return ("unknown", value.what)
    if isinstance(value, dict):
        return {key: _canonical(inner, pairs) for key, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner, pairs) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        import json

        text = json.dumps(value, default=str)
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} ..."
    return str(value)
