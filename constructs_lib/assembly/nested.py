"""Nested stacks: which template of the input a stack resource stands for."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.template import Template
from constructs_lib.assembly.values import Text
from constructs_lib.assembly.worlds import explore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from constructs_lib.assembly.cloud import Constructs
    from constructs_lib.assembly.group import Group
    from constructs_lib.assembly.resource import Resource

#: The types that are stacks of their own, with the property that names their template.
STACKS = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_DEEPEST_NEST = 20


class Source:
    """A document that was read, with what is known about where it is deployed."""

    __slots__ = ("account", "assets", "constructs", "document", "file", "path", "region", "stack_name")

    def __init__(
        self,
        path: str,
        document: Mapping[str, Any],
        *,
        file: str | None = None,
        stack_name: str | None = None,
        region: str | None = None,
        account: str | None = None,
        assets: Callable[[str, Resource], Source | None] | None = None,
        constructs: Constructs | None = None,
    ) -> None:
        """Keep the document; ``assets`` finds the template of a nested stack that is not among the other sources, from its URL.

        ``constructs`` is what an assembly says of the constructs behind the resources.
        """
        self.path = path
        self.document = document
        self.file = file
        self.stack_name = stack_name
        self.region = region
        self.account = account
        self.assets = assets
        self.constructs = constructs

    def template(self, group: Group, parent: Resource | None = None) -> Template:
        """Return the template that stands by itself, or is nested as ``parent``."""
        return Template(
            self.path,
            self.document,
            group,
            file=self.file,
            stack_name=self.stack_name if parent is None else None,
            region=self.region if parent is None else parent.template.region,
            account=self.account if parent is None else parent.template.account,
            parent=parent,
            constructs=self.constructs if parent is None else parent.template.constructs,
        )


def link(group: Group, sources: Sequence[Source], errors: list[InputError] | None = None) -> None:
    """Give ``group`` the templates of ``sources``; those that a stack resource nests stand in that resource's context, once for each.

    Templates that are not valid are left for ``errors``, or raised where there is none.
    """
    candidates = [(source, template) for source in sources if (template := _made(source, group, errors)) is not None]
    group.adopt([template for _, template in candidates])
    targets = [(source, template, _targets(source, template, sources)) for source, template in candidates]
    if not any(found for _, _, found in targets):
        return
    inner = {id(target) for _, _, found in targets for target in found.values()}
    nest = _Nest(group, sources)
    for source, template, _ in targets:
        if id(source) not in inner:
            nest.add((source,), template)
    for source, template, _ in targets:
        if id(source) not in nest.reached:
            raise _circular(source, _stacks(template)[0])
    group.adopt(nest.templates)


def _made(source: Source, group: Group, errors: list[InputError] | None) -> Template | None:
    try:
        return source.template(group)
    except InputError as error:
        if errors is None:
            raise
        errors.append(error)
        return None


class _Nest:
    """Puts nested stacks in the context of the resources that nest them."""

    def __init__(self, group: Group, sources: Sequence[Source]) -> None:
        self.group = group
        self.sources = sources
        self.templates: list[Template] = []
        self.reached: set[int] = set()

    def add(self, chain: tuple[Source, ...], template: Template) -> None:
        """Add a template, and those that it nests; ``chain`` are the sources from the outermost stack to this one."""
        source = chain[-1]
        self.templates.append(template)
        self.reached.add(id(source))
        for logical_id, target in _targets(source, template, self.sources).items():
            resource = template.resources[logical_id]
            if target in chain or len(chain) > _DEEPEST_NEST:
                raise _circular(source, resource)
            resource.nested = target.template(self.group, resource)
            self.add((*chain, target), resource.nested)


def _circular(source: Source, resource: Resource) -> InputError:
    return InputError(
        source.path, f"Resources.{resource.logical_id}", "circular reference: the nested stack contains itself"
    )


def _stacks(template: Template) -> list[Resource]:
    return [resource for resource in template.resources.values() if resource.type in STACKS]


def _targets(source: Source, template: Template, sources: Sequence[Source]) -> dict[str, Source]:
    """Return the sources that the stack resources of ``template`` nest, by logical id."""
    found = {}
    for resource in _stacks(template):
        targets = {_target(url, source, resource, sources) for url in _urls(resource)}
        # A stack whose template differs from world to world is not followed.
        if len(targets) == 1 and (target := targets.pop()) is not None:
            found[resource.logical_id] = target
        resource.forget()
    return found


def _urls(resource: Resource) -> list[Any]:
    return [branch.value for branch in explore(resource.template.group, lambda: resource.get(STACKS[resource.type]))]


def _target(url: Any, source: Source, resource: Resource, sources: Sequence[Source]) -> Source | None:
    return _by_url(url, source, sources) or (source.assets(str(url), resource) if source.assets is not None else None)


def _by_url(url: Any, source: Source, sources: Sequence[Source]) -> Source | None:
    """Return the one source whose path ends like the literal end of ``url``; None where none does, or several do equally well."""
    if isinstance(url, Text):
        url = url.parts[-1]
    if not isinstance(url, str):
        return None
    wanted = [part for part in url.partition("?")[0].replace("\\", "/").split("/") if part not in ("", ".")]
    best: list[Source] = []
    longest = 0
    for other in sources:
        if other is source:
            continue
        length = _common_tail(wanted, other.path.replace("\\", "/").split("/"))
        if length > longest:
            best, longest = [other], length
        elif length and length == longest:
            best.append(other)
    return best[0] if len(best) == 1 else None


def _common_tail(one: list[str], other: list[str]) -> int:
    length = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        length += 1
    return length
