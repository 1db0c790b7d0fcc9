"""Resources that need each other: CloudFormation refuses them, and so do we, before anything follows the circle."""

from __future__ import annotations

import re

from constructs_lib.assembly.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_NAMES = re.compile(r"\$\{([A-Za-z0-9]+)")


def check_resource_cycles(path: str, resources: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` where resources refer to each other in a circle, by properties or ``DependsOn``.

    What stands in ``Fn::If`` is left out, as only one branch of it is there.
    """
    needs = {name: found for name, body in resources.items() if (found := _needed(name, body, resources))}
    # Take away what needs nothing that is left, again and again; what then remains needs itself.
    while True:
        left = {name: [other for other in others if other in needs] for name, others in needs.items()}
        left = {name: others for name, others in left.items() if others}
        if len(left) == len(needs):
            break
        needs = left
    if needs:
        circle = _circle(needs)
        raise InputError(path, f"Resources.{circle[0]}", f"circular reference: {' -> '.join(circle)}")


def _needed(name: str, body: Any, resources: Mapping[str, Any]) -> list[str]:
    """Return the resources that one refers to; itself only counts where CloudFormation would refuse that too."""
    if body.__class__ is not dict:
        return []
    depends = body.get("DependsOn") or ()
    found = {depends} if depends.__class__ is str else {item for item in depends if item.__class__ is str}
    pending = [body.get("Properties")]
    while pending:
        node = pending.pop()
        if node.__class__ is dict:
            for key, value in node.items():
                kind = value.__class__
                if kind is dict:
                    pending.append(value)
                elif kind is list:
                    if key == "Fn::GetAtt":
                        if value and value[0].__class__ is str:
                            found.add(value[0])
                    elif key != "Fn::If":
                        pending.append(value)
                        if key == "Fn::Sub" and value and value[0].__class__ is str:
                            found.update(_NAMES.findall(value[0]))
                elif kind is str:
                    if key == "Ref":
                        found.add(value)
                    elif key == "Fn::GetAtt":
                        found.add(value.partition(".")[0])
                    elif key == "Fn::Sub":
                        found.update(_NAMES.findall(value))
        elif node.__class__ is list:
            pending += [item for item in node if item.__class__ is dict or item.__class__ is list]
    return [other for other in found if other in resources]


def _circle(needs: Mapping[str, list[str]]) -> list[str]:
    """Return one circle among names that each need another one of them, from its first name to itself again."""
    trail = [next(iter(needs))]
    while trail[-1] not in trail[:-1]:
        trail.append(min(needs[trail[-1]]))
    circle = trail[trail.index(trail[-1]) : -1]
    start = circle.index(min(circle))
    return [*circle[start:], *circle[:start], circle[start]]
