"""What belongs together: the templates of one stage, account and region, and the whole input."""

from __future__ import annotations

from constructs_lib.assembly.values import Text, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from constructs_lib.assembly.errors import InputError
    from constructs_lib.assembly.parameters import Parameter
    from constructs_lib.assembly.template import Resource, Template
    from constructs_lib.assembly.worlds import Subject


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
        self._literals: dict[Any, list[str]] = {}
        self._exports: tuple[dict[str, list[tuple[Template, str]]], list[tuple[Template, str]]] | None = None

    def adopt(self, templates: Iterable[Template]) -> None:
        """Take these templates in place of those from before."""
        self.templates = tuple(templates)
        self._by_type = self._exports = None
        self._literals = {}

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
        """Return the lists, not known, of the ``Fn::ForEach`` loops that make resources of these types: there may be more than are visible."""
        wanted = frozenset(types)
        return [what for template in self.templates for what, made in template.unexpanded.values() if made & wanted]

    @property
    def parameters(self) -> dict[str, list[Parameter]]:
        """The parameters that whoever deploys decides, by name; those of nested stacks are decided by their parent."""
        found: dict[str, list[Parameter]] = {}
        for template in self.templates:
            if template.parent is None:
                for name, parameter in template.parameters.items():
                    found.setdefault(name, []).append(parameter)
        return found

    def literals(self, subject: Subject) -> list[str]:
        """Return what conditions compare a parameter to, over all templates that share it."""
        found = self._literals.get(subject.key)
        if found is None:
            _, name, allowed = subject.key  # type: ignore[misc]
            unique: dict[str, None] = {}
            for parameter in self.parameters.get(name, ()):
                if parameter.allowed == allowed:
                    unique.update(dict.fromkeys(parameter.template.compared.get(name, ())))
            found = self._literals[subject.key] = list(unique)
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
            return Unknown(f"the import of {name}, exported more than once: {homes}", "keep one of the exports", kind="import", name=name)
        return found[0][0].output(found[0][1]) if found else unknown

    def _exporting(self, name: str) -> list[tuple[Template, str]]:
        """Return the outputs that export ``name`` in the current world."""
        if self._exports is None:
            self._exports = _index_exports(self.templates)
        literal, open_names = self._exports
        found = [
            (template, output)
            for template, output in open_names
            if template.resolve(template.outputs[output]["Export"]["Name"]) == name and template.output_exists(output)
        ]
        return [home for home in literal.get(name, ()) if home[0].output_exists(home[1])] + found

    def stack_output(self, given: Mapping[str, Any]) -> Any:
        """Return what ``Fn::GetStackOutput`` gives."""
        stack, output = given["StackName"], given["OutputName"]
        for template in self.templates:
            if template.parent is None and template.stack_name is not None and template.stack_name == stack and output in template.outputs:
                if given.get("Region") in (None, template.region) or template.region is None:
                    return template.output(output)
        return Unknown(f"output {output} of stack {stack}", "check that stack along with this one", kind="output", name=f"{stack}.{output}")

    def __repr__(self) -> str:
        return f"<group {self.name}: {len(self.templates)} templates>"


def _declare(name: Text) -> str:
    return next((hole.declare for hole in name.holes if isinstance(hole, Unknown) and hole.declare), "")


def _index_exports(templates: Iterable[Template]) -> tuple[dict[str, list[tuple[Template, str]]], list[tuple[Template, str]]]:
    """Return the outputs by literal export name, and those whose name is made by a function."""
    literal: dict[str, list[tuple[Template, str]]] = {}
    made: list[tuple[Template, str]] = []
    for template in templates:
        for output, body in template.outputs.items():
            export = body.get("Export") if isinstance(body, dict) else None
            name = export.get("Name") if isinstance(export, dict) else None
            if isinstance(name, str):
                literal.setdefault(name, []).append((template, output))
            elif name is not None:
                made.append((template, output))
    return literal, made


class Input:
    """All that was given to be checked."""

    def __init__(self, groups: Sequence[Group], *, skipped: Sequence[str] = (), errors: Sequence[InputError] = ()) -> None:
        """Keep the groups, the names of the files that are no templates, and the errors of templates that could not be read."""
        self.groups = list(groups)
        self.skipped = list(skipped)
        self.errors = list(errors)

    @property
    def templates(self) -> list[Template]:
        """All templates, nested ones included."""
        return [template for group in self.groups for template in group.templates]
