"""A resource of a template: its properties with every reference followed."""

from __future__ import annotations

from constructs_lib.assembly.errors import InputError
from constructs_lib.assembly.resolve import FUNCTIONS
from constructs_lib.assembly.values import ABSENT, Reference, Text, Unknown
from constructs_lib.assembly.worlds import Undecided, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from constructs_lib.assembly.template import Template


_UNSETTLED = object()


class Resource:
    """A resource of a template. Whether it exists is decided by its condition, in each world anew.

    ``type``, ``properties``, ``metadata`` and ``condition`` are as written, not resolved. ``nested`` is the template of the nested stack that
    the resource is, where that is part of the input; ``declared`` what ``Metadata.SageMakerNetwork`` says on it.
    """

    __slots__ = (
        "_acknowledged", "_settled", "condition", "declared", "logical_id", "metadata", "nested", "properties", "ref", "template", "type",
    )  # fmt: skip

    def __init__(self, template: Template, logical_id: str, body: Mapping[str, Any]) -> None:
        """Keep the parts of a body that was found to be well-formed."""
        self.template = template
        self.logical_id = logical_id
        self.type: str = body["Type"]
        self.properties: Mapping[str, Any] = body.get("Properties") or {}
        metadata = body.get("Metadata")
        self.metadata: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
        self.condition: str | None = body.get("Condition")
        self.nested: Template | None = None
        self.ref = Reference(self)
        self.declared: Mapping[str, Any] = {}
        self._acknowledged: dict[str, str] | None = None
        self._settled: dict[tuple[str | int, ...], Any] = {}

    @property
    def construct_path(self) -> str | None:
        """The path of the CDK construct that made it, where the template or its assembly says so."""
        path = self.metadata.get("aws:cdk:path")
        if isinstance(path, str):
            return path
        constructs, parent = self.template.constructs, self.template.parent
        if constructs is None:
            return None
        return constructs.path(None if parent is None else parent.construct_path, self.logical_id)

    @property
    def acknowledged(self) -> Mapping[str, str]:
        """The rules that are acknowledged here, with the reasons: in its metadata, or through the CDK on its construct or one above."""
        if self._acknowledged is None:
            reasons: dict[str, str] = {}
            constructs = self.template.constructs
            if constructs is not None and constructs.acknowledged:
                reasons = constructs.acknowledged_at(self.construct_path or "")
            self._acknowledged = {**reasons, **self.declared.get("acknowledge", {})}
        return self._acknowledged

    def exists(self) -> bool:
        """Whether it is created in the current world: its condition holds, and so do those of the nested stacks around it."""
        try:
            if self.condition is not None and not self.template.condition(self.condition).holds:
                return False
        except RecursionError:
            raise self._too_deep("Condition") from None
        parent = self.template.parent
        return parent is None or parent.exists()

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Return the property at ``path`` with all references followed, or ``default`` where it is absent or ``AWS::NoValue``.

        The result must not be changed. Outside of :func:`explore`, a value that a condition decides is :class:`Unknown`.
        """
        value = self._settled.get(path, _UNSETTLED)
        if value is not _UNSETTLED:
            return default if value is ABSENT else value
        world = current()
        before = len(world.log)
        try:
            value = self._find(path)
        except Undecided as error:
            return Unknown(f"a value that depends on {error.what}", error.declare, kind="undecided")
        except RecursionError:
            raise self._too_deep("Properties") from None
        if len(world.log) == before:
            self._settled[path] = value
        return default if value is ABSENT else value

    def _too_deep(self, place: str) -> InputError:
        return InputError(
            self.template.path,
            f"Resources.{self.logical_id}.{place}",
            "leads through too many references to be followed",
        )

    def forget(self) -> None:
        """Drop the values that were resolved, as what they refer to has changed."""
        self._settled.clear()

    def _find(self, path: tuple[str | int, ...]) -> Any:
        """Walk the raw properties, resolving only what stands on the way."""
        node: Any = self.properties
        for index, step in enumerate(path):
            if node.__class__ is dict and not (_is_function(node) if len(node) == 1 else "Fn::Transform" in node):
                if step not in node:
                    return ABSENT
                node = node[step]
                continue
            value = self.template.resolve(node)
            for following in path[index:]:
                value = _step(value, following)
            return value
        return self.template.resolve(node)

    def __repr__(self) -> str:
        return f"<{self.type} {self.logical_id}>"


def _is_function(node: dict[str, Any]) -> bool:
    """Whether an object with one key is a function, so that what stands in it is only known once that is followed."""
    name = next(iter(node))
    return name in FUNCTIONS or name[:4] == "Fn::"


def _step(value: Any, step: str | int) -> Any:
    """Return what stands at ``step`` in a resolved value; whatever is part of an unknown value is unknown."""
    if isinstance(value, dict):
        return value.get(step, ABSENT)
    if isinstance(value, list) and isinstance(step, int):
        return value[step] if -len(value) <= step < len(value) else ABSENT
    if isinstance(value, Unknown):
        return Unknown(
            f"{step} of {value.what}", value.declare, kind="part", key=("part", step, value), mentions=value.mentions
        )
    if isinstance(value, (Reference, Text)):
        return Unknown(
            f"{step} of {value}",
            kind="part",
            key=("part", step, value),
            mentions=(value,) if isinstance(value, Reference) else (),
        )
    return ABSENT
