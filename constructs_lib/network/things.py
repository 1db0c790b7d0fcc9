"""What every thing of the network model has in common: identity, existence and typed reading of its properties."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, Unknown, fact
from constructs_lib.network.documents import as_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from typing import Any, ClassVar

    from constructs_lib.assembly import Resource
    from constructs_lib.network.model import Network

    Kind = type[Any]

#: Attributes of a resource that are another thing than the resource itself.
OTHER_THINGS = frozenset({"DefaultSecurityGroup", "DefaultNetworkAcl"})
#: The attributes of these name the resource itself; those of custom resources and alike are different things each.
_ONE_THING = (
    "AWS::EC2::",
    "AWS::SageMaker::",
    "AWS::IAM::",
    "AWS::EFS::",
    "AWS::FSx::",
    "AWS::NetworkFirewall::",
    "AWS::Route53::",
    "AWS::EMR::",
)


class Imported:
    """Where a thing comes from that the templates mention and do not define: a literal id, a parameter, an import.

    Attributes:
        value: The value that stands in the template.
        name: The literal id, or the name of the parameter or export.
    """

    __slots__ = ("name", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.name = name_of(value)

    @property
    def what(self) -> str:
        """The thing in words: `subnet-0ab`, `parameter SubnetId`."""
        return self.value.what if isinstance(self.value, Unknown) else str(self.value)

    @property
    def is_parameter(self) -> bool:
        """Is it the value of a parameter?"""
        return isinstance(self.value, Unknown) and self.value.kind == "parameter"

    @property
    def declare(self) -> str:
        """How to make the value itself known, or an empty text where it is known."""
        return self.value.declare if isinstance(self.value, Unknown) else ""


def name_of(value: Any) -> str:
    """The name under which a value that is not a resource of the templates is declared and shown."""
    if isinstance(value, Unknown):
        return value.name or value.what
    return str(value)


def key_of(value: Any) -> Hashable:
    """The identity of the thing that a resolved value refers to: equal keys are surely one thing.

    `Ref` and `Fn::GetAtt` of the same resource (its id, its ARN) are one thing; a VPC's default security group is another.
    """
    if value.__class__ is Reference:
        distinct = value.attribute in OTHER_THINGS or not value.resource.type.startswith(_ONE_THING)
        return value.resource, value.attribute if distinct else ""
    if isinstance(value, Unknown):
        return "unknown", value.key
    if value.__class__ is dict or value.__class__ is list:
        return "undefined", id(value)
    return value  # type: ignore[no-any-return]


def is_open(key: Hashable) -> bool:
    """Is a key (see `key_of`) that of a value which may mean anything: a parameter, an import, an output of what is not in the templates?"""
    if key.__class__ is not tuple:
        return False
    first, second = key
    return first == "unknown" or (bool(second) and second not in OTHER_THINGS)


class Thing:
    """A resource of the templates, or something that they mention and do not define (`imported`).

    Reading a property that the templates do not hold raises `NotVisible`.
    """

    #: The CloudFormation types that are this thing.
    types: ClassVar[tuple[str, ...]] = ()
    #: How messages call it: "subnet subnet-0ab is not in the templates".
    noun: ClassVar[str] = "resource"
    #: May its facts be declared where it is imported?
    declarable: ClassVar[bool] = False

    def __init__(self, network: Network, resource: Resource | None, source: Imported | None = None) -> None:
        self.network = network
        self._resource = resource
        self.source = source

    @property
    def resource(self) -> Resource:
        """The resource in the template.

        Raises:
            NotVisible: The thing is imported.
        """
        if self._resource is None:
            raise self.unseen()
        return self._resource

    @property
    def imported(self) -> bool:
        """Is it mentioned in the templates, but not defined there?"""
        return self._resource is None

    @property
    def id(self) -> str:
        """The logical id; of something imported its id, or the name of the parameter or export that holds it."""
        if self._resource is not None:
            return self._resource.logical_id
        assert self.source is not None
        return self.source.name

    @property
    def label(self) -> str:
        """The id, and that it is not in the templates where it is not."""
        return f"{self.id} (not in the templates)" if self.imported else self.id

    @property
    def exists(self) -> bool:
        """Is it created, as far as conditions decide?"""
        return self._resource is None or self._resource.exists()

    @property
    def type(self) -> str:
        """The CloudFormation type, or an empty text for something imported."""
        return "" if self._resource is None else self._resource.type

    def unseen(self, what: str = "") -> NotVisible:
        """Return the exception that says that this thing's facts are not in the templates."""
        assert self.source is not None
        subject = self.source.what
        named = subject if subject.startswith(self.noun) else f"{self.noun} {subject}"
        text = f"{what} of {named}" if what else f"{named} is not defined in the templates"
        return NotVisible(text, self.declaring())

    def declaring(self) -> str:
        """How to make the facts of something imported known."""
        assert self.source is not None
        # A value given for a parameter would only be the id of something that is not in the templates either.
        if self.declarable and (self.source.is_parameter or not self.source.declare):
            return f"declare {self.id} in Metadata.SageMakerNetwork"
        return self.source.declare or "import it from the stack that defines it, and check both together"

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The resolved value of a property; it may be an `Unknown`, a `Reference` or a `Text` with holes."""
        if self._resource is None:
            raise self.unseen(".".join(str(part) for part in path))
        return self._resource.get(*path, default=default)

    def given(self, *path: str | int) -> bool:
        """Is the property set? A reference to a parameter counts as set; NoValue and empty texts, lists and objects do not."""
        value = self.get(*path)
        return value is not None and value not in ("", [], {})

    def known(self, *path: str | int, default: Any = None) -> Any:
        """The property, or `NotVisible` where it is unknown."""
        value = self.get(*path, default=default)
        if isinstance(value, Unknown):
            raise self.hidden(value, *path)
        return value

    def hidden(self, value: Any, *path: str | int) -> NotVisible:
        """Return the exception that says that a property has a value which the templates do not hold."""
        where = ".".join(str(part) for part in path)
        if isinstance(value, Unknown):
            return NotVisible(f"{self.id}.{where} is {value.what}", value.declare)
        return NotVisible(f"{self.id}.{where} is {value}", "write it out")

    def text(self, *path: str | int, default: str | None = None) -> str | None:
        """A property that is text."""
        value = self.known(*path, default=default)
        if value is None or value.__class__ is str:
            return value
        if value.__class__ in (int, float, bool):
            return str(value).lower() if value.__class__ is bool else str(value)
        raise self.hidden(value, *path)

    def one_of(self, *path: str | int, words: Sequence[str]) -> str:
        """A property that is one of these words: the first where it is not set, `NotVisible` where it is another one, which AWS refuses."""
        value = str(self.text(*path) or words[0])
        if value not in words:
            raise NotVisible(
                f"{self.hidden(value, *path).what}, which AWS refuses", f"write {', '.join(words[:-1])} or {words[-1]}"
            )
        return value

    def flag(self, *path: str | int, default: bool = False) -> bool:
        """A property that is true or false, also where it is written as text."""
        value = self.known(*path, default=default)
        if value.__class__ is bool:
            return value
        if value.__class__ is str and value.lower() in ("true", "false"):
            return bool(value.lower() == "true")
        raise self.hidden(value, *path)

    def number(self, *path: str | int, default: int | None = None) -> int | None:
        """A property that is a whole number, also where it is written as text."""
        value = self.known(*path, default=default)
        if value is None:
            return None
        number = whole(value)
        if number is None:
            raise self.hidden(value, *path)
        return number

    def entries(self, *path: str | int) -> list[Any]:
        """A property that is a list (a lone value counts as a list of one); its elements may be unknown, the list may not."""
        value = self.known(*path)
        if value is None:
            return []
        return value if value.__class__ is list else [value]

    def count(self, *path: str | int) -> int:
        """How many elements a list has."""
        value = self.known(*path)
        if value is not None and value.__class__ is not list:
            raise self.hidden(value, *path)
        return len(value or ())

    def document(self, *path: str | int) -> dict[str, Any] | None:
        """A policy document, be it written as an object or as JSON text."""
        return as_document(self, self.known(*path), *path)

    def things(self, kind: Kind, *path: str | int) -> tuple[Any, ...]:
        """The things of one kind that a list property names; a parameter that is the whole list is one imported thing."""
        value = self.get(*path)
        if value is None:
            return ()
        values = value if value.__class__ is list else [value]
        return tuple(dict.fromkeys(self.network.thing(kind, one) for one in values if one not in (None, "")))

    def thing(self, kind: Kind, *path: str | int) -> Any:
        """The thing of one kind that a property names, or None where it is not set."""
        value = self.get(*path)
        return None if value in (None, "") else self.network.thing(kind, value)

    def same_as(self, other: Thing) -> bool:
        """Are both surely the same thing, or surely not?

        Raises:
            NotVisible: One of them is a parameter, an import or alike, and may be the other.
        """
        if self is other:
            return True
        if self.source is None or other.source is None:
            # What the templates create is new: nothing that exists before can be it, except through its own output.
            return False
        mine, theirs = self.source.value, other.source.value
        if mine.__class__ is str and theirs.__class__ is str:
            return bool(mine == theirs)
        raise NotVisible(f"whether {self.noun} {self.id} is {other.id}", self.source.declare or other.source.declare)

    def names(self, other: Thing) -> bool:
        """Does what stands here, in a rule or a list, surely mean the other thing, or surely not?

        As `same_as`, but a parameter, an import or alike may mean what the templates create: another template may hand it on.

        Raises:
            NotVisible: It is a parameter, an import or alike, and may mean the other.
        """
        if self.source is not None and other.source is None and is_open(key_of(self.source.value)):
            raise NotVisible(f"whether {self.noun} {self.id} is {other.id}", self.source.declare)
        return self.same_as(other)

    def is_surely(self, other: Thing) -> bool:
        """Are both surely the same thing, or surely not? As `same_as`, but what is a parameter, an import or alike compares with nothing.

        Raises:
            NotVisible: One of them is not in the templates, and not a literal id.
        """
        for one, another in ((self, other), (other, self)):
            if one.source is not None and another.source is None and is_open(key_of(one.source.value)):
                raise NotVisible(f"whether {one.noun} {one.id} is {another.id}", one.declaring())
        return self.same_as(other)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class DeclaredThing(Thing):
    """A thing whose facts may be declared where the templates only mention it."""

    #: Among which declarations they stand.
    declared_among: ClassVar[str]

    @fact
    def declared(self) -> dict[str, Any] | None:
        """The facts that the template's metadata or the CDK's context declare of it."""
        return self.network.declared_facts(self.declared_among, self)

    def declared_fact(self, key: str, what: str) -> Any:
        """One declared fact.

        Raises:
            NotVisible: It is not declared.
        """
        facts = self.declared
        if not facts or key not in facts:
            raise self.unseen(what)
        return facts[key]


def whole(value: Any) -> int | None:
    """A whole number, also where it is written as text or as 1.0; None for anything else."""
    if value.__class__ is int:
        return value
    if value.__class__ is float and value.is_integer():
        return int(value)
    if value.__class__ is str:
        text = value.strip()
        if text.lstrip("-").isdecimal():
            return int(text)
    return None
