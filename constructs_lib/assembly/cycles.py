"""Resources that need each other: CloudFormation refuses them, and so do we, before anything follows the circle."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def check_resource_cycles(path: str, resources: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` where resources refer to each other in a circle, by properties or ``DependsOn``.

    What stands in ``Fn::If`` is left out, as only one branch of it is there.
    """
    needs = {name: found for name, body in resources.items() if (found := _needed(body, resources))}
    waiting = {name: len(others) for name, others in needs.items()}
    needed_by: dict[str, list[str]] = {}
    for name, others in needs.items():
        for other in others:
            needed_by.setdefault(other, []).append(name)
    # Take away what needs nothing that is left, again and again; what then remains needs itself.
    free = [name for name in needed_by if name not in waiting]
    while free:
        for name in needed_by.get(free.pop(), ()):
            waiting[name] -= 1
            if not waiting[name]:
                del waiting[name]
                free.append(name)
    if waiting:
        circle = _circle({name: [other for other in needs[name] if other in waiting] for name in waiting})
        raise InputError(path, f"Resources.{circle[0]}", f"circular reference: {' -> '.join(circle)}")


def _needed(body: Any, resources: Mapping[str, Any]) -> list[str]:
    """Return the resources that the body of one refers to."""
    if body.__class__ is not dict:
        return []
    depends = body.get("DependsOn") or ()
    found = {depends} if depends.__class__ is str else {item for item in depends if item.__class__ is str}
    pending = [body.get("Properties")]
    while pending:
        node = pending.pop()
        if node.__class__ is list:
            pending += [item for item in node if item.__class__ is dict or item.__class__ is list]
        elif node.__class__ is dict:
            for key, value in node.items():
                if key in _REFERRING:
                    _add(key, value, found, pending)
                elif value.__class__ is dict or value.__class__ is list:
                    pending.append(value)
    return [other for other in found if other in resources]


_REFERRING = frozenset({"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If"})


def _add(key: str, value: Any, found: set[str], pending: list[Any]) -> None:
    """Add the resources that a function names, and leave what stands inside it for later."""
    if key == "Fn::If":
        return
    if key == "Fn::Sub":
        if value.__class__ is list:
            pending.append(value)
            value = value[0] if value else ""
        if value.__class__ is str:
            found.update(_substituted(value))
        return
    if key == "Fn::GetAtt":
        value = (
            value.partition(".")[0]
            if value.__class__ is str
            else value[0]
            if value.__class__ is list and value
            else None
        )
    if value.__class__ is str:
        found.add(value)


def _substituted(text: str) -> list[str]:
    """Return the names that ``Fn::Sub`` puts in, without their attributes."""
    return [part.partition("}")[0].partition(".")[0].strip() for part in text.split("${")[1:]]


def _circle(needs: Mapping[str, list[str]]) -> list[str]:
    """Return one circle among names that each need another one of them, from its first name to itself again."""
    trail = [next(iter(needs))]
    while trail[-1] not in trail[:-1]:
        trail.append(min(needs[trail[-1]]))
    circle = trail[trail.index(trail[-1]) : -1]
    start = circle.index(min(circle))
    return [*circle[start:], *circle[:start], circle[start]]
