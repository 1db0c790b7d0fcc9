"""Parameters of a template: what ``Ref`` gives for them in the current world."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.list_functions import split
from constructs_lib.assembly.values import ABSENT, Unknown, join, scalar_text
from constructs_lib.assembly.worlds import Question, Subject, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.assembly.template import Template


class Parameter:
    """A parameter: unknown even where it has a default, unless it was decided or every allowed value agrees."""

    def __init__(self, template: Template, name: str, definition: dict[str, Any]) -> None:
        """Read type, default and allowed values."""
        self.template = template
        self.name: str = name
        self.type = str(definition.get("Type", "String"))
        self.default = definition.get("Default", ABSENT)
        allowed = definition.get("AllowedValues")
        if allowed is not None and not isinstance(allowed, list):
            raise InputError(template.path, f"Parameters.{name}", "AllowedValues must be a list")
        self.allowed: tuple[str, ...] | None = None
        if allowed and not self.is_list:
            self.allowed = tuple(dict.fromkeys(scalar_text(value) for value in allowed))

    @property
    def is_list(self) -> bool:
        """Whether its value is a list."""
        return self.type == "CommaDelimitedList" or "List<" in self.type

    @property
    def is_ssm(self) -> bool:
        """Whether what is given for it is the name of an SSM parameter, whose value is only read at deployment."""
        return self.type.startswith("AWS::SSM::Parameter::Value<")

    def value(self, *, choose: bool = True) -> Any:
        """What ``Ref`` gives: from the parent stack, from the command line, from a choice of the world, or unknown.

        Without ``choose`` nothing branches here: a condition then asks only about the literal that it compares to.
        """
        template = self.template
        if template.parent is not None:
            given = template.passed(self.name, choose=choose)
            return self._typed(self.default if given is ABSENT else given)
        given = template.group.decided.get(self.name)
        if given is not None:
            return self._typed(given)
        if template.group.defaults and self.default is not ABSENT:
            default = scalar_text(self.default)
            current().ask(
                Question(
                    Subject(("default", self.name, default), f"parameter {self.name}", (default,), " (its default)")
                )
            )
            return self._typed(default)
        return self._chosen() if choose and not self.is_ssm and not self.is_list else self.unknown

    def _chosen(self) -> Any:
        """Branch over the allowed values, or over the literals that conditions compare the parameter to."""
        subject = self.subject
        world = current()
        if subject.allowed is not None:
            return world.ask(Question(subject))
        literals = self.template.group.literals(self)
        if literals != [""]:
            for literal in literals:
                if world.ask(Question(subject, literal)):
                    return literal
        return self.unknown

    @property
    def subject(self) -> Subject:
        """What questions about the parameter are about: parameters of one name with the same allowed values go together."""
        return Subject(("parameter", self.name, self.allowed), f"parameter {self.name}", self.allowed)

    @property
    def unknown(self) -> Unknown:
        """The parameter as an unknown value."""
        default = "" if self.default is ABSENT else f' (default "{scalar_text(self.default)}")'
        kind = "SSM parameter given by parameter" if self.is_ssm else "parameter"
        return Unknown(
            f"{kind} {self.name}{default}",
            f"give its value with --parameter {self.name}=VALUE",
            kind="parameter",
            name=self.name,
            key=("parameter", self.template.path, self.name),
            subject=self.subject,
        )

    def _typed(self, value: Any) -> Any:
        """Return a given value as the parameter's type makes it: lists are cut at commas, without blanks around, scalars are text."""
        if value is ABSENT or isinstance(value, Unknown):
            return self.unknown if value is ABSENT else value
        if self.is_ssm:
            return self.unknown
        if self.is_list:
            items = value if isinstance(value, list) else split(value, ",")
            return (
                [item.strip() if isinstance(item, str) else item for item in items]
                if isinstance(items, list)
                else items
            )
        return join((value,)) if not isinstance(value, dict) else value
