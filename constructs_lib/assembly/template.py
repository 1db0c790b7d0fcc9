"""A template and its resources, with every reference followed."""

from __future__ import annotations

from constructs_lib.assembly.conditions import Condition, check_conditions, compared_literals
from constructs_lib.assembly.cycles import check_resource_cycles
from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.facts import fact
from constructs_lib.assembly.group import ANY_TYPE
from constructs_lib.assembly.parameters import Parameter
from constructs_lib.assembly.reference_functions import partition_of
from constructs_lib.assembly.resolve import resolve
from constructs_lib.assembly.resource import Resource
from constructs_lib.assembly.values import ABSENT, Unknown
from constructs_lib.assembly.worlds import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from constructs_lib.assembly.cloud import Constructs
    from constructs_lib.assembly.group import Group


#: The key under ``Metadata``, of the template and of its resources, for what is declared to the checks.
DECLARED = "SageMakerNetwork"
_TRANSFORM = "Fn::Transform"


class Template:
    """A CloudFormation template in its context: its stack, region and account where known, and the stack that nests it."""

    def __init__(
        self,
        path: str,
        document: Mapping[str, Any],
        group: Group,
        *,
        file: str | None = None,
        stack_name: str | None = None,
        region: str | None = None,
        account: str | None = None,
        parent: Resource | None = None,
        constructs: Constructs | None = None,
    ) -> None:
        """Keep the sections of ``document``; ``path`` is what messages call it, ``file`` where line numbers are looked up."""
        self.path = path
        self.file = file
        self.document = document
        self.stack_name = stack_name
        self.region = region
        self.account = account
        self.parent = parent
        self.constructs = constructs
        self.group = group
        #: Loops over lists that are not known, and macros: by name, what the list is and which types of resources they make.
        self.unexpanded: Mapping[str, tuple[Unknown, frozenset[str]]] = {}
        self.metadata: Mapping[str, Any] = self._section("Metadata")
        self.mappings = self._section("Mappings")
        self.parameters = {
            name: Parameter(self, name, self._body("Parameters", name, body))
            for name, body in self._section("Parameters").items()
        }
        self.conditions: dict[str, Condition] = {}
        self.resources: dict[str, Resource] = {}
        sections = [self._section(name) for name in ("Conditions", "Outputs", "Resources")]
        written: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] | None = None
        if _may_have_loops(document, sections):
            from constructs_lib.assembly.loops import Loops

            loops = Loops(path, self._settled_list)
            self.unexpanded = loops.unknown
            written = loops.section
        definitions = sections[0] if written is None else written("Conditions", sections[0])
        if definitions:
            check_conditions(path, definitions)
            self.conditions = {name: Condition(self, name, definition) for name, definition in definitions.items()}
        self.outputs = sections[1] if written is None else written("Outputs", sections[1])
        resources = sections[2] if written is None else written("Resources", sections[2])
        if _TRANSFORM in resources:
            inserted = Unknown(
                f"what {_TRANSFORM} inserts into Resources", "give the template as it is after the macros"
            )
            self.unexpanded = {**self.unexpanded, _TRANSFORM: (inserted, ANY_TYPE)}
            resources = {name: body for name, body in resources.items() if name != _TRANSFORM}
        self.resources = {name: self._resource(name, body) for name, body in resources.items()}
        check_resource_cycles(path, resources)
        self.declarations: Mapping[str, Any] = {}
        if DECLARED in self.metadata or any(DECLARED in resource.metadata for resource in self.resources.values()):
            from constructs_lib.assembly.declarations import declare

            declare(self)

    def _settled_list(self, value: Any) -> Any:
        """Return the list that a loop goes over, where it is the same in every world."""
        try:
            return self.resolve(value)
        except Undecided as error:
            return Unknown(f"a list that depends on {error.what}", error.declare)

    def _section(self, name: str) -> Mapping[str, Any]:
        section = self.document.get(name)
        if section is None and (name != "Resources" or name not in self.document):
            return {}  # CloudFormation refuses an empty section, but it hides nothing
        if not isinstance(section, dict):
            raise InputError(self.path, name, f"must be an object, not {kind_of(section)}")
        return section

    def _body(self, section: str, name: str, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise InputError(self.path, f"{section}.{name}", f"must be an object, not {kind_of(body)}")
        return body

    def _resource(self, name: str, body: Any) -> Resource:
        if not isinstance(body, dict):
            raise InputError(self.path, f"Resources.{name}", f"must be an object, not {kind_of(body)}")
        if not isinstance(body.get("Type"), str):
            raise InputError(self.path, f"Resources.{name}", "needs a Type")
        properties = body.get("Properties")
        if properties is not None and not isinstance(properties, dict):
            raise InputError(self.path, f"Resources.{name}.Properties", f"must be an object, not {kind_of(properties)}")
        condition = body.get("Condition")
        if condition is not None and not isinstance(condition, str):
            raise InputError(self.path, f"Resources.{name}.Condition", "must be the name of a condition")
        return Resource(self, name, body)

    @property
    def partition(self) -> str | None:
        """The partition, where the region is known."""
        return None if self.region is None else partition_of(self.region)

    def resolve(self, value: Any) -> Any:
        """Return a raw value of this template with its references followed, :data:`ABSENT` where nothing is left."""
        return resolve(self, value)

    def operand(self, value: Any) -> Any:
        """Return a raw value as a condition sees it: a parameter that could branch stays itself, so that only the comparison branches."""
        if (
            isinstance(value, dict)
            and len(value) == 1
            and isinstance(value.get("Ref"), str)
            and value["Ref"] in self.parameters
        ):
            return self.parameters[value["Ref"]].value(choose=False)
        return resolve(self, value)

    def condition(self, name: str) -> Condition:
        """Return a condition by name; one that is not defined is decided by whoever deploys."""
        condition = self.conditions.get(name)
        if condition is None:
            condition = self.conditions[name] = Condition(self, name, ABSENT)
        return condition

    def passed(self, name: str, *, choose: bool = True) -> Any:
        """Return what the parent stack passes for a parameter of this nested one, :data:`ABSENT` where it passes nothing."""
        assert self.parent is not None
        raw = self.parent.properties.get("Parameters")
        if isinstance(raw, dict) and name in raw and not choose:
            return self.parent.template.operand(raw[name])
        return self.parent.get("Parameters", name, default=ABSENT)

    @fact
    def compared(self) -> dict[str, list[str]]:
        """The literals that conditions compare each parameter to."""
        literals: dict[str, dict[str, None]] = {}
        for condition in list(self.conditions.values()):
            for name, literal in compared_literals(condition.definition):
                literals.setdefault(name, {})[literal] = None
        return {name: list(found) for name, found in literals.items()}

    def output(self, name: str) -> Any:
        """Return the value of an output, with its references followed."""
        body = self.outputs.get(name)
        if not isinstance(body, dict) or "Value" not in body:
            return Unknown(
                f"output {name} of {self.path}, which that template does not define",
                kind="output",
                key=("output", self.path, name),
            )
        return self.group.follow(self, f"Outputs.{name}", body["Value"])

    def export_name(self, name: str) -> Any:
        """Return the name under which an output is exported, :data:`ABSENT` where it is not."""
        body = self.outputs[name]
        export = body.get("Export") if isinstance(body, dict) else None
        return resolve(self, export.get("Name")) if isinstance(export, dict) else ABSENT

    def output_exists(self, name: str) -> bool:
        """Whether an output's condition holds in the current world."""
        condition = self.outputs[name].get("Condition")
        if isinstance(condition, str) and not self.condition(condition).holds:
            return False
        return self.parent is None or self.parent.exists()

    def line(self, logical_id: str, *path: str | int) -> int | None:
        """Return the line (from 1) of a resource, or of the property at ``path`` in it, or of the nearest thing around that is written there."""
        if self.file is None:
            return None
        from constructs_lib.assembly.lines import find_line

        return find_line(self.file, ("Resources", logical_id, *(("Properties", *path) if path else ())))

    def __repr__(self) -> str:
        return f"<template {self.path}>"


def _may_have_loops(document: Mapping[str, Any], sections: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a template may hold ``Fn::ForEach``: it names the transform, or has a loop where resources, outputs or conditions stand."""
    transform = document.get("Transform")
    if transform is not None and (
        transform == "AWS::LanguageExtensions"
        or (isinstance(transform, list) and "AWS::LanguageExtensions" in transform)
    ):
        return True
    return any(key[:11] == "Fn::ForEach" for section in sections for key in section)


def kind_of(value: Any) -> str:
    """Return the name of a JSON value's type, for messages."""
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return "null" if value is None else names.get(type(value), type(value).__name__)
