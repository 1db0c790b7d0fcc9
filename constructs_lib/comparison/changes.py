"""What the change from one state of the templates to another replaces, and which updates it makes fail.

A resource is replaced where one of its create-only properties differs, or refers to something that is itself replaced. Where the template
gives it a name that stays, CloudFormation cannot make the new one beside the old, and the update fails.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from constructs_lib.assembly import Reference, references, unknowns
from constructs_lib.check import UNVERIFIED, VIOLATED, Result
from constructs_lib.comparison.renames import given_name, renames
from constructs_lib.comparison.sameness import canonical, may_be_same, written_alike
from constructs_lib.rules import Finding, Severity, rule_by_id
from constructs_lib.rules._groups import listed
from constructs_lib.rules.changes import CREATE_ONLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from typing import Any

    from constructs_lib.assembly import Input, Resource, Template
    from constructs_lib.rules import Rule
    from constructs_lib.rules.changes import CreateOnly

    Pairs = Mapping[Template, Template]

_SHOWN = 80
"""The most characters of a value that a message shows."""


def replaced(given: Input, pairs: Pairs, old: Input | None = None) -> list[Result]:
    """Return what the change from the earlier state to `given` replaces, of the types that `CREATE_ONLY` knows.

    Args:
        given: The new state.
        pairs: Which template of the new state is which of the earlier one; others are new.
        old: The earlier state, for what moves from templates that are gone. Default: there are none.

    """
    changes = {resource: _Change(resource, before, pairs) for resource, before in _kept(given, pairs)}
    _follow(changes)
    renamed = all_renames(given, pairs, old)
    found: list[Result] = []
    for template in given.templates:
        for resource in template.resources.values():
            if resource in changes:
                found += changes[resource].results()
            elif resource in renamed and resource.type in CREATE_ONLY:
                before = renamed[resource]
                moves = pairs.get(template) is not before.template
                found.append(_moves(resource, before) if moves else _anew(resource, before))
            found += _retyped(resource, pairs)
    return found


def all_renames(given: Input, pairs: Pairs, old: Input | None) -> dict[Resource, Resource]:
    """What `renames` returns for all templates of both states."""
    taken = set(pairs.values())
    added = [template for template in given.templates if template not in pairs]
    return renames(pairs, added, [template for template in (old.templates if old else ()) if template not in taken])


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
        moved: How the stack that it is in changes its name or place, so that everything in it is made anew; else empty.
        uncertain: The properties of which it cannot be told, with why.
    """

    __slots__ = ("_before", "_facts", "_pairs", "_resource", "changed", "following", "moved", "uncertain")

    def __init__(self, resource: Resource, before: Resource, pairs: Pairs) -> None:
        self._resource = resource
        self._before = before
        self._pairs = pairs
        self._facts: CreateOnly = CREATE_ONLY[resource.type]
        self.changed: dict[str, tuple[str, str]] = {}
        self.following: dict[str, Resource] = {}
        self.uncertain: dict[str, str] = {}
        self.moved = _moved(resource.template, before.template)
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
        return bool(self.changed or self.following or self.moved)

    def _compare(self, name: str) -> None:
        path = name.split(".")
        value, earlier = self._resource.get(*path), self._before.get(*path)
        hidden = next(unknowns([value, earlier]), None)
        if hidden is not None and hidden.kind == "undecided":
            new, old = self._resource, self._before
            raw, before = (one.properties.get(path[0]) for one in (new, old))
            if not written_alike(raw, new.template, before, old.template):
                self.uncertain[name] = f"{name} is {hidden.what}"
        elif self._same(value, earlier):
            return
        elif hidden is not None and may_be_same(value, earlier, self._identity, _own_identity):
            self.uncertain[name] = f"{name} is {hidden.what}"
        else:
            self.changed[name] = (_shown(earlier), _shown(value))

    def _same(self, value: Any, earlier: Any) -> bool:
        return canonical(value, self._identity) == canonical(earlier, _own_identity)

    def _identity(self, resource: Resource) -> Hashable:
        """The earlier template that a resource of the new state stands in, and its logical id."""
        return self._pairs.get(resource.template, resource.template), resource.logical_id

    def follow(self, gone: set[Resource], *, surely: bool) -> None:
        """Note what refers to something that is replaced, or may be."""
        for name in (*self._facts.properties, *self._facts.conditional):
            target = next((each.resource for each in self._references(name) if each.resource in gone), None)
            if target is None or name in self.changed or self.moved:
                continue
            if surely and name in self._facts.properties:
                self.following.setdefault(name, target)
            else:
                replaced = "is replaced" if surely else "may be replaced"
                self.uncertain.setdefault(name, f"{name} refers to {target.logical_id}, which {replaced}")

    def _references(self, name: str) -> Iterator[Reference]:
        return references(self._resource.get(*name.split(".")))

    def results(self) -> list[Result]:
        """What there is to say about it: nothing, or that it is replaced, may be, or cannot be."""
        rule = rule_by_id(self._facts.rule)
        assert rule is not None
        reasons = [f"{name} changes from {earlier} to {value}" for name, (earlier, value) in self.changed.items()]
        reasons += [f"{name} refers to {each.logical_id}, which is replaced" for name, each in self.following.items()]
        reasons += [self.moved] if self.moved else []
        stays, surely = self._staying_name()
        if not self.certain:
            if not self.uncertain:
                return []
            at, why = next(iter(self.uncertain.items()))
            fails = f"; {'as' if surely else 'where'} {stays}, the update would fail" if stays else ""
            message = f"may be replaced: {why}{fails}"
            return [
                _result(
                    rule, self._resource, message, Severity.WARNING, at, fix=_plan(f"{at} as it is"), verdict=UNVERIFIED
                )
            ]
        names = [*self.changed, *self.following]
        kept = f"{listed(names)} as {'it is' if len(names) == 1 else 'they are'}" if names else "the stack where it is"
        place = next(iter({**self.changed, **self.following}), None)
        if stays and surely:
            message = f"the update fails: {'; '.join(reasons)}, which needs a new one, and {stays}"
            fix = f"Change {self._facts.name} together with it, or keep {kept}."
            return [_result(rule, self._resource, message, Severity.ERROR, place, fix=fix)]
        message = f"is replaced{_lost(self._before, 'UpdateReplacePolicy')}: {'; '.join(reasons)}"
        if stays:
            message += f"; where {stays}, the update fails"
        return [_result(rule, self._resource, message, Severity.WARNING, place, fix=_plan(kept))]

    def _staying_name(self) -> tuple[str, bool]:
        """Say which name the template gives it before and now, which the new one cannot have beside the old; and whether it surely stays."""
        facts = self._facts
        if facts.name is None or facts.within in self.changed or facts.within in self.following:
            return "", False
        if self.moved and (facts.within is not None or _elsewhere(self._resource.template, self._before.template)):
            return "", False
        value, earlier = self._resource.get(facts.name), self._before.get(facts.name)
        if value in (None, "") or earlier in (None, ""):
            return "", False
        hidden = next(unknowns([value, earlier]), None)
        if hidden is None:
            return (f"its name stays {_shown(value)}", True) if self._same(value, earlier) else ("", False)
        if may_be_same(value, earlier, self._identity, _own_identity):
            return f"its name, {hidden.what}, stays", False
        return "", False


def _follow(changes: Mapping[Resource, _Change]) -> None:
    """Carry replacements on to what refers to them, and then those that may be, until nothing new is found."""
    gone: set[Resource] = set()
    for surely in (True, False):
        while (
            waiting := {
                resource for resource, change in changes.items() if change.certain or (change.uncertain and not surely)
            }
            - gone
        ):
            for change in changes.values():
                change.follow(waiting, surely=surely)
            gone |= waiting


def _anew(resource: Resource, before: Resource) -> Result:
    """What there is to say about a resource whose logical id changes: it is made anew, and the one that it was goes."""
    facts = CREATE_ONLY[resource.type]
    rule = rule_by_id(facts.rule)
    assert rule is not None
    name = given_name(resource)
    moved = _elsewhere(resource.template, before.template)
    if name is not None and name == given_name(before) and not moved and not _new_within(resource, before):
        message = f"the update fails: its name {name} is still that of {before.logical_id}, which is deleted only after this one is made"
        fix = f"Keep the logical id {before.logical_id}, or give {resource.logical_id} another {facts.name}."
        return _result(rule, resource, message, Severity.ERROR, facts.name, fix=fix)
    message = f"is replaced{_lost(before, 'DeletionPolicy')}: its logical id changes from {before.logical_id} to {resource.logical_id}"
    return _result(rule, resource, message, Severity.WARNING, fix=_plan(f"the logical id {before.logical_id}"))


def _moves(resource: Resource, before: Resource) -> Result:
    """What there is to say about a resource that moves to another stack: the name that it has there is taken until the other stack is updated."""
    rule = rule_by_id(CREATE_ONLY[resource.type].rule)
    assert rule is not None
    source, target = (one.template.stack_name or one.template.path for one in (before, resource))
    fix = _plan(f"it in {source}")
    name = given_name(resource)
    if name is not None and name == given_name(before) and not _elsewhere(resource.template, before.template):
        message = f"moves from {source} to {target}: the update fails unless {source}, where {before.logical_id} still has its name {name}, is updated first"
        at = CREATE_ONLY[resource.type].name
        return _result(rule, resource, message, Severity.ERROR, at, fix=fix, verdict=UNVERIFIED)
    message = f"is replaced{_lost(before, 'DeletionPolicy')}: it moves from {source} to {target}"
    return _result(rule, resource, message, Severity.WARNING, fix=fix)


def _new_within(resource: Resource, before: Resource) -> bool:
    """Is what the name must be unique in another thing than before, such as a domain that has a new logical id, too?"""
    within = CREATE_ONLY[resource.type].within
    if within is None:
        return False
    now, then = resource.get(within), before.get(within)
    both = isinstance(now, Reference) and isinstance(then, Reference)
    return both and now.resource.logical_id != then.resource.logical_id


def _retyped(resource: Resource, pairs: Pairs) -> list[Result]:
    """CloudFormation refuses another type under the same logical id."""
    template = pairs.get(resource.template)
    before = template.resources.get(resource.logical_id) if template is not None else None
    if before is None or before.type == resource.type or _moved(resource.template, before.template):
        return []
    facts = CREATE_ONLY.get(before.type) or CREATE_ONLY.get(resource.type)
    rule = rule_by_id(facts.rule) if facts is not None else None
    if rule is None:
        return []
    message = f"the update fails: a resource cannot change its type, from {before.type} to {resource.type}"
    fix = f"Give the {resource.type} another logical id than {resource.logical_id}."
    return [_result(rule, resource, message, Severity.ERROR, fix=fix)]


def _result(
    rule: Rule,
    resource: Resource,
    message: str,
    severity: Severity,
    at: str | None = None,
    *,
    fix: str,
    verdict: str = VIOLATED,
) -> Result:
    """A result at a property, or about the resource as such, whatever the rule otherwise is about and advises."""
    result = Result(rule, verdict, resource, Finding(message, at=at, severity=severity))
    result.property = at
    result.fix = fix
    return result


def _plan(kept: str) -> str:
    return f"Keep {kept}, or plan the replacement: copy what must be kept first."


def _lost(before: Resource, policy: str) -> str:
    """What goes with a resource that is replaced, or that one of another logical id stands in for; the policy that decides about it."""
    body = (before.template.document.get("Resources") or {}).get(before.logical_id)
    if isinstance(body, dict) and str(body.get(policy, "")).startswith("Retain"):
        return f" (its {policy} keeps the old one, outside of the stack)"
    lost = CREATE_ONLY[before.type].lost
    return f", and {lost} with it" if lost else ""


def _moved(template: Template, before: Template) -> str:
    """How the stack that a template is for changes its name or place; empty where it does not, or where that is not known."""
    while template.parent is not None and before.parent is not None:
        template, before = template.parent.template, before.parent.template
    if None in (template.stack_name, before.stack_name):
        return ""
    if template.stack_name != before.stack_name:
        return f"its stack changes from {before.stack_name} to {template.stack_name}"
    if _elsewhere(template, before):
        old, new = (" ".join(filter(None, (one.account, one.region))) for one in (before, template))
        return f"its stack moves from {old} to {new}"
    return ""


def _elsewhere(template: Template, before: Template) -> bool:
    """Are both surely in different accounts or regions, where the same name may be used again?"""
    places = ((template.account, before.account), (template.region, before.region))
    return any(now and then and now != then for now, then in places)


def _own_identity(resource: Resource) -> Hashable:
    return resource.template, resource.logical_id


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        import json

        text = json.dumps(value, default=str)
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} ..."
    return str(value)
