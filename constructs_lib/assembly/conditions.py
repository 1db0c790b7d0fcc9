"""Conditions of a template: their truth in the current world."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.facts import fact
from constructs_lib.assembly.values import ABSENT, Reference, Text, Unknown, scalar_text
from constructs_lib.assembly.worlds import Question, Subject, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from constructs_lib.assembly.template import Template


class Condition:
    """A named condition; one that the template does not define is decided by whoever deploys."""

    def __init__(self, template: Template, name: str, definition: Any) -> None:
        """Keep the definition; it is judged when it is first asked for."""
        self.template = template
        self.name = name
        self.definition = definition

    @fact
    def _truth(self) -> bool:
        if self.definition is ABSENT:
            subject = Subject(("condition", self.name), f"condition {self.name}", ("true", "false"))
            return current().ask(Question(subject, "true")) is True
        return truth(self.template, self.definition)

    @property
    def holds(self) -> bool:
        """Whether the condition is true in the current world."""
        world = current()
        if world.asking is not None:
            return self._truth
        world.asking = self
        try:
            return self._truth
        finally:
            world.asking = None

    def assumption(self) -> str:
        """The condition and its truth in words."""
        return f"{self.name} is {scalar_text(self.holds)}"


def truth(template: Template, expression: Any) -> bool:
    """Return the truth of a condition function in the current world."""
    if isinstance(expression, dict) and len(expression) == 1:
        ((name, argument),) = expression.items()
        if name == "Condition":
            return template.condition(argument).holds
        if name == "Fn::Not":
            return not truth(template, argument[0])
        if name == "Fn::And":
            return all(truth(template, operand) for operand in argument)
        if name == "Fn::Or":
            return any(truth(template, operand) for operand in argument)
        if name == "Fn::Equals":
            left, right = (comparable(template.operand(side)) for side in argument)
            if not isinstance(left, str) and not isinstance(right, str):
                left, right = (template.resolve(side) for side in argument)
            return equal(left, right)
    return equal(template.resolve(expression), "true")


def equal(left: Any, right: Any) -> bool:
    """Whether two resolved values are equal as CloudFormation compares them; what is unknown is asked of the world."""
    left, right = comparable(left), comparable(right)
    if left == right:
        return True
    if isinstance(left, str) and isinstance(right, str):
        return False
    if isinstance(left, str):
        left, right = right, left
    if left.__class__ is Reference and isinstance(right, str) and not right:
        return False
    if isinstance(right, str):
        if left.__class__ is Text and not _may_be(left, right):
            return False
        return current().ask(Question(subject_of(left), right)) is True
    if not _is_open(left) and not _is_open(right):
        return False
    first, second = sorted((str(left), str(right)))
    subject = Subject(("equal", *sorted((repr(left), repr(right)))), f"{first} = {second}", ("true", "false"))
    return current().ask(Question(subject, "true")) is True


def comparable(value: Any) -> Any:
    """Return a value as conditions compare it: scalars as text, nothing as an empty string."""
    if value is ABSENT:
        return ""
    if value.__class__ in (bool, int, float):
        return scalar_text(value)
    if value.__class__ is list and not any(_is_open(item) for item in value):
        return ",".join(scalar_text(item) for item in value)
    return value


def _is_open(value: Any) -> bool:
    return isinstance(value, (Unknown, Text, Reference, list, dict))


def _may_be(text: Text, literal: str) -> bool:
    """Whether the holes of ``text`` could be filled so that it becomes ``literal``."""
    parts = [part if isinstance(part, str) else "" for part in text.parts]
    if not literal.startswith(parts[0]) or not literal.endswith(parts[-1]):
        return False
    position = 0
    for part in parts:
        position = literal.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def subject_of(value: Unknown | Text | Reference | list[Any] | dict[str, Any]) -> Subject:
    """Return what a question about a value that is not literal is about."""
    if isinstance(value, Unknown):
        return value.subject or Subject(value.key, value.what)
    return Subject(("value", repr(value)), str(value))


def compared_literals(expression: Any) -> Iterator[tuple[str, str]]:
    """Yield each parameter name with each literal that ``Fn::Equals`` anywhere in ``expression`` compares it to."""
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            sides = node.get("Fn::Equals")
            if isinstance(sides, list) and len(sides) == 2:
                for one, other in (sides, sides[::-1]):
                    if (
                        isinstance(one, dict)
                        and isinstance(one.get("Ref"), str)
                        and not isinstance(other, (dict, list))
                    ):
                        yield one["Ref"], scalar_text(other)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


_OPERANDS = {"Fn::Equals": (2, 2), "Fn::Not": (1, 1), "Fn::And": (1, 10), "Fn::Or": (1, 10)}


def check_conditions(path: str, conditions: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` where a condition is malformed, or needs itself."""
    for name, definition in conditions.items():
        pending = [definition]
        while pending:
            node = pending.pop()
            if not isinstance(node, dict):
                continue
            for key, value in node.items():
                if key in _OPERANDS:
                    least, most = _OPERANDS[key]
                    if not isinstance(value, list) or not least <= len(value) <= most:
                        wanted = f"a list of {least}" if least == most else f"a list of {least} to {most}"
                        raise InputError(path, f"Conditions.{name}", f"{key} takes {wanted}")
                    pending += value
                elif key == "Condition" and not isinstance(value, str):
                    raise InputError(path, f"Conditions.{name}", "Condition takes the name of a condition")
    _check_cycles(path, conditions)


def _check_cycles(path: str, conditions: Mapping[str, Any]) -> None:
    done: set[str] = set()
    for start in conditions:
        trail: list[str] = []
        pending: list[tuple[str, bool]] = [(start, False)]
        while pending:
            name, leaving = pending.pop()
            if leaving:
                trail.pop()
                done.add(name)
            elif name in trail:
                circle = " -> ".join([*trail[trail.index(name) :], name])
                raise InputError(path, "Conditions", f"circular reference: {circle}")
            elif name not in done and name in conditions:
                trail.append(name)
                pending.append((name, True))
                pending.extend((other, False) for other in _named(conditions[name]))


def _named(expression: Any) -> Iterator[str]:
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            name = node.get("Condition")
            if isinstance(name, str):
                yield name
            if isinstance(choice := node.get("Fn::If"), list) and choice and isinstance(choice[0], str):
                yield choice[0]
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
