"""What belongs together: the templates of one stage, account and region, and the whole input."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.values import Text, Unknown
from constructs_lib.assembly.worlds import Undecided, outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from constructs_lib.assembly.parameters import Parameter
    from constructs_lib.assembly.resource import Resource
    from constructs_lib.assembly.template import Template

#: Among the types of resources that something makes: any.
ANY_TYPE = frozenset({"*"})


class Group:
    """Templates among which exports, VPCs and names are shared."""

    def __init__(self, name: str, *, decided: Mapping[str, str] | None = None, defaults: bool = False) -> None:
        """Start without templates. ``decided`` are the values of parameters that were given; with ``defaults`` the others take their default."""
        self.name = name
        self.templates: Sequence[Template] = ()
        self.decided = dict(decided or {})
        self.defaults = defaults
        #: Facts of VPCs that the CDK looked up, by VPC id.
        self.context_vpcs: dict[str, dict[str, Any]] = {}
        self._by_type: dict[str, list[Resource]] | None = None
        self._unexpanded: list[tuple[Unknown, frozenset[str]]] | None = None
        self._followed: set[tuple[int, str]] = set()
        self._parameters: dict[str, list[Parameter]] | None = None
        self._literals: dict[tuple[str, tuple[str, ...] | None], list[str]] = {}
        self._exports: tuple[dict[str, list[tuple[Template, str]]], list[tuple[Template, str]]] | None = None

    def adopt(self, templates: Iterable[Template]) -> None:
        """Take these templates in place of those from before."""
        self.templates = tuple(templates)
        self._by_type = self._unexpanded = self._exports = self._parameters = None
        self._literals = {}

    def follow(self, template: Template, place: str, value: Any) -> Any:
        """Return a raw value that a reference led to, resolved; :class:`InputError` where following it leads back to the same place."""
        step = (id(template), place)
        if step in self._followed:
            raise InputError(template.path, place, "circular reference: its value needs itself")
        self._followed.add(step)
        try:
            return template.resolve(value)
        finally:
            self._followed.discard(step)

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of these types (all, where none is given), in the order of the templates; some may not exist in some worlds."""
        if not types:
            return [resource for template in self.templates for resource in template.resources.values()]
        if self._by_type is None:
            self._by_type = {}
            for resource in self.resources():
                self._by_type.setdefault(resource.type, []).append(resource)
        return [resource for kind in types for resource in self._by_type.get(kind, ())]

    def unexpanded(self, *types: str) -> list[Unknown]:
        """Return the lists, not known, of the ``Fn::ForEach`` loops that make resources of these types: there may be more than are visible.

        What ``Fn::Transform`` inserts may be of any type.
        """
        if self._unexpanded is None:
            self._unexpanded = [each for template in self.templates for each in template.unexpanded.values()]
        wanted = frozenset(types) | ANY_TYPE
        return [what for what, made in self._unexpanded if made & wanted]

    @property
    def parameters(self) -> dict[str, list[Parameter]]:
        """The parameters that whoever deploys decides, by name; those of nested stacks are decided by their parent."""
        if self._parameters is None:
            self._parameters = {}
            for template in self.templates:
                if template.parent is None:
                    for name, parameter in template.parameters.items():
                        self._parameters.setdefault(name, []).append(parameter)
        return self._parameters

    def literals(self, parameter: Parameter) -> list[str]:
        """Return what conditions compare a parameter to, over all templates that share it."""
        key = (parameter.name, parameter.allowed)
        found = self._literals.get(key)
        if found is None:
            unique: dict[str, None] = {}
            for other in self.parameters.get(parameter.name, ()):
                if other.allowed == parameter.allowed:
                    unique.update(dict.fromkeys(other.template.compared.get(other.name, ())))
            found = self._literals[key] = list(unique)
        return found

    def imported(self, name: Any) -> Any:
        """Return what ``Fn::ImportValue`` gives for a resolved export name."""
        if isinstance(name, Unknown):
            return Unknown(f"the import named by {name.what}", name.declare, kind="import", key=("import", name))
        if not isinstance(name, (str, Text)):
            return Unknown(f"the import of {name}, which is not a name", kind="undefined", key=("import", repr(name)))
        unknown = Unknown(
            f"the import of {name}",
            "check the stack that exports it along with this one" if isinstance(name, str) else _declare(name),
            kind="import",
            name=str(name),
        )
        if not isinstance(name, str):
            return unknown
        found = self._exporting(name)
        if len(found) > 1:
            homes = " and ".join(f"{template.path} ({output})" for template, output in found)
            return Unknown(
                f"the import of {name}, exported more than once: {homes}",
                "keep one of the exports",
                kind="import",
                name=name,
            )
        return found[0][0].output(found[0][1]) if found else unknown

    def _exporting(self, name: str) -> list[tuple[Template, str]]:
        """Return the outputs that export ``name`` in the current world."""
        if self._exports is None:
            self._exports = {}, []  # while names are made, those that import others lead nowhere
            self._exports = _index_exports(self.templates)
        settled, branching = self._exports
        homes = settled.get(name, []) + [home for home in branching if home[0].export_name(home[1]) == name]
        return [(template, output) for template, output in homes if template.output_exists(output)]

    def stack_output(self, given: Mapping[str, Any]) -> Any:
        """Return what ``Fn::GetStackOutput`` gives."""
        stack, output = given["StackName"], given["OutputName"]
        for template in self.templates:
            here = given.get("Region") in (None, template.region) or template.region is None
            if (
                here
                and template.parent is None
                and template.stack_name is not None
                and template.stack_name == stack
                and output in template.outputs
            ):
                return template.output(output)
        return Unknown(
            f"output {output} of stack {stack}",
            "check that stack along with this one",
            kind="output",
            name=f"{stack}.{output}",
        )

    def __repr__(self) -> str:
        return f"<group {self.name}: {len(self.templates)} templates>"


def _declare(name: Text) -> str:
    return next((hole.declare for hole in name.holes if isinstance(hole, Unknown) and hole.declare), "")


def _index_exports(
    templates: Iterable[Template],
) -> tuple[dict[str, list[tuple[Template, str]]], list[tuple[Template, str]]]:
    """Return the outputs by the name that they export, and those whose name differs from world to world."""
    settled: dict[str, list[tuple[Template, str]]] = {}
    branching: list[tuple[Template, str]] = []
    for template in templates:
        for output in template.outputs:
            try:
                name = outside(template.export_name, output)
            except Undecided:
                branching.append((template, output))
                continue
            if isinstance(name, str):
                settled.setdefault(name, []).append((template, output))
    return settled, branching


class Input:
    """All that was given to be checked."""

    def __init__(
        self, groups: Sequence[Group], *, skipped: Sequence[str] = (), errors: Sequence[InputError] = ()
    ) -> None:
        """Keep the groups, the names of the files that are no templates, and the errors of templates that could not be read."""
        self.groups = list(groups)
        self.skipped = list(skipped)
        self.errors = list(errors)

    @property
    def templates(self) -> list[Template]:
        """All templates, nested ones included."""
        return [template for group in self.groups for template in group.templates]
