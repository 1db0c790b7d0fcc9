"""What a property can be once its references are followed.

Plain values stay what they are in JSON (str, int, float, bool, list, dict). Besides, there are three kinds:
:class:`Reference` (a resource of the input), :class:`Text` (a string with holes) and :class:`Unknown` (the templates do not say).
All three are hashable and compare by meaning: two readings of one parameter are equal, two parameters are not.
"""

from __future__ import annotations

from constructs_lib.assembly.errors import NotVisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from typing import Any

    from constructs_lib.assembly.resource import Resource
    from constructs_lib.assembly.worlds import Subject


class Absent:
    """The type of :data:`ABSENT`: the property is not there, or is ``AWS::NoValue``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


class Reference:
    """An attribute of a resource of the input: ``attribute`` is ``"Ref"``, or the name given to ``Fn::GetAtt``."""

    __slots__ = ("attribute", "resource")

    def __init__(self, resource: Resource, attribute: str = "Ref") -> None:
        """Refer to ``attribute`` of ``resource``."""
        self.resource = resource
        self.attribute = attribute

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.resource is other.resource and self.attribute == other.attribute

    def __hash__(self) -> int:
        return hash((id(self.resource), self.attribute))

    def __str__(self) -> str:
        suffix = "" if self.attribute == "Ref" else f".{self.attribute}"
        return f"${{{self.resource.logical_id}{suffix}}}"

    __repr__ = __str__


class Unknown:
    """A value that the templates do not hold.

    ``what`` says in words which one ('parameter SubnetId (default "subnet-1")'), ``declare`` how to make it known. ``kind`` is one of
    parameter, import, output, dynamic, pseudo, zones, zone, part, joined, mapping, transform, undecided, undefined; ``name`` is the name within that kind.
    ``key`` is its identity: equal keys are surely the same value. ``mentions`` are the references that went into it. ``subject`` is what
    questions about it are about, where that is not the value itself.
    """

    __slots__ = ("declare", "key", "kind", "mentions", "name", "subject", "what")

    def __init__(
        self,
        what: str,
        declare: str = "",
        *,
        kind: str = "unknown",
        name: str = "",
        key: Hashable = None,
        mentions: tuple[Reference, ...] = (),
        subject: Subject | None = None,
    ) -> None:
        """Describe the unknown value; without ``key`` its kind and name (or else its words) are its identity."""
        self.what = what
        self.declare = declare
        self.kind = kind
        self.name = name
        self.key = key if key is not None else (kind, name or what)
        self.mentions = mentions
        self.subject = subject

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"${{{self.name or self.what}}}"

    def __repr__(self) -> str:
        return f"<unknown: {self.what}>"


class Pseudo(Unknown):
    """A pseudo parameter such as ``AWS::Region`` whose value is not known; rules treat it as a wildcard."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        """Name the pseudo parameter."""
        super().__init__(name, _PSEUDO_DECLARE.get(name, ""), kind="pseudo", name=name)


_PSEUDO_DECLARE = {
    "AWS::Region": "give the region with --region, or set env on the stack",
    "AWS::AccountId": "set env on the stack",
}


class Text:
    """A string with holes: ``parts`` are literal strings and, in between, references and unknown values (at least one of these)."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Reference | Unknown, ...]) -> None:
        """Keep the parts; use :func:`join` to build one, which merges neighbours and unwraps a lone part."""
        self.parts = parts

    @property
    def pattern(self) -> str:
        """The string with ``*`` in place of each hole."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def holes(self) -> tuple[Reference | Unknown, ...]:
        """The parts that are not literal, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    def __repr__(self) -> str:
        return f"<text: {self}>"


def scalar_text(value: object) -> str:
    """Return a scalar as CloudFormation writes it into a string: booleans in lower case, whole numbers without a fraction."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def join(parts: Iterable[Any]) -> str | Reference | Unknown | Text:
    """Return the concatenation of ``parts``: a string where all are literal, a lone part as itself, else a :class:`Text`."""
    merged: list[Any] = []
    for part in _flat(parts):
        if merged and part.__class__ is str and merged[-1].__class__ is str:
            merged[-1] += part
        elif part.__class__ is not str or part:
            merged.append(part)
    if not merged:
        return ""
    if len(merged) == 1:
        return merged[0]  # type: ignore[no-any-return]
    return Text(tuple(merged))


def _flat(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        if part.__class__ is Text:
            yield from part.parts
        elif part.__class__ is str or part.__class__ is Reference or isinstance(part, Unknown):
            yield part
        elif part is ABSENT or part is None:
            continue
        elif part.__class__ is list:
            for index, item in enumerate(part):
                if index:
                    yield ","
                yield from _flat((item,))
        elif part.__class__ is dict:
            yield Unknown(
                "an object where a string belongs", kind="undefined", key=id(part), mentions=tuple(references(part))
            )
        else:
            yield scalar_text(part)


def identity(value: Any) -> Hashable:
    """Return what a resolved value is recognized by, for the keys of values that are made from it."""
    return repr(value) if isinstance(value, (list, dict)) else value


def references(value: Any) -> Iterator[Reference]:
    """Yield every reference in a resolved value, those inside strings, lists, objects and unknown parts included."""
    if value.__class__ is Reference:
        yield value
    elif value.__class__ is Text:
        for part in value.parts:
            yield from references(part)
    elif isinstance(value, Unknown):
        yield from value.mentions
    elif value.__class__ is list:
        for item in value:
            yield from references(item)
    elif value.__class__ is dict:
        for item in value.values():
            yield from references(item)


def unknowns(value: Any) -> Iterator[Unknown]:
    """Yield everything in a resolved value that the templates do not hold, pseudo parameters left out."""
    if value.__class__ is Text:
        for part in value.parts:
            yield from unknowns(part)
    elif isinstance(value, Unknown):
        if not isinstance(value, Pseudo):
            yield value
    elif value.__class__ is list:
        for item in value:
            yield from unknowns(item)
    elif value.__class__ is dict:
        for item in value.values():
            yield from unknowns(item)


def known(value: Any) -> Any:
    """Return ``value``, or raise :class:`NotVisible` where it is an :class:`Unknown`."""
    if isinstance(value, Unknown):
        raise NotVisible(value.what, value.declare)
    return value
