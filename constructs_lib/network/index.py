"""The things of a group of templates: made once, and found by what refers to them."""

from __future__ import annotations

import re

from constructs_lib.assembly import DIVIDED, NotVisible, Reference, Unknown, explore, undivided, unknowns
from constructs_lib.network.acl import NetworkAcl
from constructs_lib.network.addresses import Range
from constructs_lib.network.declared import Declarations, Facts
from constructs_lib.network.groups import SecurityGroup
from constructs_lib.network.kinds import CLASSES
from constructs_lib.network.things import Imported, Thing, is_open, key_of
from constructs_lib.network.training import TrainingNetwork
from constructs_lib.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from typing import Any, TypeVar

    from constructs_lib.assembly import Group, Resource

    T = TypeVar("T", bound=Thing)


#: The name of an item of a list: `Subnets[0]`.
_POSITION = re.compile(r"(.+)\[(\d+)\]")


class Index:
    """Makes the things of a group of templates, and finds them."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.declarations = Declarations(group)
        self._of: dict[tuple[type[Thing], Resource], Any] = {}
        self._mentioned: dict[tuple[type[Thing], Hashable], Any] = {}
        self._special: dict[tuple[str, Vpc], Any] = {}
        self._things: dict[str, tuple[Any, ...]] = {}
        self._indexes: dict[tuple[Any, tuple[str | int, ...]], dict[Hashable, list[tuple[Thing, bool]]]] = {}
        self._open: dict[tuple[Any, tuple[str | int, ...]], dict[Thing, set[Hashable]]] = {}
        self._aliases: dict[str, str] | None = None

    def things(self, name: str) -> tuple[Any, ...]:
        """The things of one class, by its name, in the order of the templates; whether they exist is not decided."""
        found = self._things.get(name)
        if found is None:
            kind = CLASSES[name]
            resources = _training_networks(self.group) if kind is TrainingNetwork else self.group.resources(*kind.types)
            found = self._things[name] = tuple(self.of(kind, resource) for resource in resources)
        return found

    def raw(self, kind: str) -> tuple[Thing, ...]:
        """The resources of one CloudFormation type that has no class of its own."""
        found = self._things.get(kind)
        if found is None:
            found = self._things[kind] = tuple(self.of(Thing, resource) for resource in self.group.resources(kind))
        return found

    @staticmethod
    def existing(things: Iterable[T]) -> list[T]:
        """Those that exist in the current world."""
        return [thing for thing in things if thing.exists]

    def of(self, kind: type[T], resource: Resource) -> T:
        """The thing of one class that a resource is."""
        key = (kind, resource)
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = kind(self, resource)  # type: ignore[arg-type]  # always a Network
        return found

    def thing(self, kind: type[T], value: Any) -> T:
        """The thing of one class that a resolved value means: a resource of the templates, or something imported."""
        if value.__class__ is Reference:
            if value.attribute == "DefaultSecurityGroup" and kind is SecurityGroup:
                return self.default_group(self.of(Vpc, value.resource))  # type: ignore[return-value]
            if value.attribute == "DefaultNetworkAcl" and kind is NetworkAcl:
                return self.default_acl(self.of(Vpc, value.resource))  # type: ignore[return-value]
            if value.resource.type in kind.types:
                return self.of(kind, value.resource)
        value = self._canonical(value)
        key = (kind, value if value.__class__ is Reference else key_of(value))
        found = self._mentioned.get(key)
        if found is None:
            found = self._mentioned[key] = kind(self, None, Imported(value))  # type: ignore[arg-type]  # always a Network
        return found

    def named(self, kind: type[T], value: Any, name: str) -> T | None:
        """The thing of one class that a name means: a reference to its resource, or the text that its property `name` holds."""
        if value in (None, ""):
            return None
        if value.__class__ is str:
            for thing, _ in self._index(kind, (name,)).get(value, ()):
                if thing.exists and thing.get(name) == value:
                    return thing  # type: ignore[return-value]
        return self.thing(kind, value)

    def pointing(self, kind: type[Any] | str, target: Thing, *path: str | int) -> list[Any]:
        """The things of one class or CloudFormation type that exist, and whose property at `path` names `target`."""
        identity = self.identity(target)
        found = []
        for thing, settled in self._index(kind, path).get(identity, ()):
            if thing.exists and (settled or identity in self._keys(thing.get(*path))):
                found.append(thing)
        return found

    def not_created(self, kind: type[Any] | str, target: Thing, *path: str | int) -> list[Any]:
        """The things whose property at `path` names `target`, and which conditions leave out; asked for only where defaults decide the conditions."""
        if not self.group.defaults:
            return []
        return [thing for thing, _ in self._index(kind, path).get(self.identity(target), ()) if not thing.exists]

    def at_most_pointing(self, kind: type[Any] | str, target: Thing, *path: str | int) -> int:
        """How many things name `target` in some world, without asking which world it is."""
        return len(self._index(kind, path).get(self.identity(target), ()))

    def perhaps_pointing(
        self, kind: type[Any] | str, target: Thing, *path: str | int
    ) -> Iterator[tuple[Any, NotVisible]]:
        """Yield the things that exist and may name `target` at `path`, as a parameter, an output or alike stands there; and why it is not known.

        They are asked for only where what surely names it lacks something: what is missing then is not known to be missing.

        Raises:
            NotVisible: A loop or a macro that the templates do not write out makes things of this kind, or any.
        """
        if target.source is not None:
            return
        types = (kind,) if isinstance(kind, str) else kind.types
        for made in self.group.unexpanded(*types):
            raise NotVisible(f"whether {made.what} has anything to do with {target.noun} {target.id}", made.declare)
        for thing in self._open_ends(kind, path):
            if thing.exists and not self._keys(thing.get(*path)).isdisjoint(self._open[kind, path][thing]):
                where = ".".join(str(part) for part in path)
                shown = thing.get(*path)
                hidden = next(unknowns(shown), None)
                what, declare = (str(shown), "") if hidden is None else (hidden.what, hidden.declare)
                yield (
                    thing,
                    NotVisible(f"whether {what}, the {where} of {thing.id}, is {target.noun} {target.id}", declare),
                )

    def _open_ends(self, kind: type[Any] | str, path: tuple[str | int, ...]) -> Iterable[Thing]:
        """The things of a kind whose property names, in whatever world, what the templates do not hold."""
        found = self._open.get((kind, path))
        if found is None:
            found = self._open[kind, path] = {}
            for key, entries in self._index(kind, path).items():
                if is_open(key):
                    for thing, _ in entries:
                        found.setdefault(thing, set()).add(key)
        return found

    def identity(self, thing: Thing) -> Hashable:
        """The key under which others refer to a thing."""
        default_of = getattr(thing, "default_of", None)
        if default_of is not None:
            special = "DefaultSecurityGroup" if isinstance(thing, SecurityGroup) else "DefaultNetworkAcl"
            return (default_of.resource if not default_of.imported else default_of, special)
        if thing.source is not None:
            return key_of(thing.source.value)
        return thing.resource, ""

    def _index(self, kind: type[Any] | str, path: tuple[str | int, ...]) -> dict[Hashable, list[tuple[Thing, bool]]]:
        """Everything of a kind by what its property names, in whatever world; and whether that is the same in all worlds."""
        index = self._indexes.get((kind, path))
        if index is None:
            index = self._indexes[kind, path] = {}
            things = self.raw(kind) if isinstance(kind, str) else self.things(kind.__name__)
            for thing in things:
                keys = undivided(self._named_by, thing, path)
                settled = keys is not DIVIDED
                if not settled:
                    branches = explore(self.group, lambda thing=thing: self._named_by(thing, path))  # type: ignore[misc]
                    keys, settled = {key for branch in branches for key in branch.value or ()}, len(branches) == 1
                for key in keys:
                    index.setdefault(key, []).append((thing, settled))
        return index

    def _named_by(self, thing: Thing, path: tuple[str | int, ...]) -> set[Hashable]:
        return self._keys(thing.get(*path))

    def _keys(self, value: Any) -> set[Hashable]:
        """The keys of all things that a value names; lists and objects are looked into."""
        if value is None:
            return set()
        if value.__class__ is list:
            return {key for one in value for key in self._keys(one)}
        if value.__class__ is dict:
            return {key for one in value.values() for key in self._keys(one)}
        return {key_of(self._canonical(value))}

    def _canonical(self, value: Any) -> Any:
        """Return a value under the one name by which it is declared, be it a parameter, an import, or a literal id."""
        if not self.declarations:
            return value
        if self._aliases is None:
            self._aliases = _aliases(self.group, self.declarations)
        if isinstance(value, Unknown) and value.kind in ("parameter", "import", "part"):
            return value.name if self._aliases.get(value.name) is not None else value
        return self._aliases.get(value, value) if value.__class__ is str else value

    def known_names(self, thing: Thing) -> frozenset[str]:
        """The names under which something may be declared: its id, and the parameter or export that holds it."""
        return frozenset({thing.id}) if thing.source is not None else frozenset()

    def declared_names(self, thing: Thing) -> frozenset[str]:
        """The same."""
        return self.known_names(thing)

    def declared_facts(self, section: str, thing: Thing) -> dict[str, Any] | None:
        """The declared facts of something imported, or None."""
        if thing.source is None:
            return None
        facts: dict[str, dict[str, Any]] = getattr(self.declarations, section)
        return Facts(thing.id, facts[thing.id]) if thing.id in facts else None

    def range(self, thing: Thing, *path: str | int) -> Range:
        """A property that is a CIDR block."""
        value = thing.get(*path)
        try:
            return self.range_of(value)
        except NotVisible as reason:
            where = ".".join(str(part) for part in path)
            raise NotVisible(f"{where} of {thing.id} is {reason.what}", reason.declare) from None

    @staticmethod
    def range_of(value: Any) -> Range:
        """A resolved value as a CIDR block."""
        if value.__class__ is str:
            try:
                return Range.parse(value)
            except ValueError as error:
                raise NotVisible(str(error)) from None
        if isinstance(value, Unknown):
            raise NotVisible(value.what, value.declare)
        raise NotVisible(str(value), "write it out")

    def prefix_list(self, thing: Thing, *path: str | int) -> tuple[Range, ...]:
        """The ranges of the prefix list that a property names."""
        value = thing.get(*path)
        found = self.prefixes_of(value)
        if not found:
            what = value.what if isinstance(value, Unknown) else f"prefix list {value}"
            raise NotVisible(f"what {what} of {thing.id} holds", "write its ranges out as routes or rules of their own")
        return found

    def prefixes_of(self, value: Any) -> tuple[Range, ...]:
        """The ranges of a prefix list of the templates; none for one that they do not define."""
        if value.__class__ is not Reference or value.resource.type != "AWS::EC2::PrefixList":
            return ()
        listed = self.of(Thing, value.resource)
        return tuple(self.range_of(entry.get("Cidr")) for entry in listed.entries("Entries") if entry.__class__ is dict)

    def default_group(self, vpc: Vpc) -> SecurityGroup:
        """The group that a VPC is created with: it admits its own members, and lets everything out."""
        key = ("group", vpc)
        if key not in self._special:
            self._special[key] = SecurityGroup(self, None, Imported(f"default group of {vpc.id}"), default_of=vpc)
        return self._special[key]  # type: ignore[no-any-return]

    def default_acl(self, vpc: Vpc) -> NetworkAcl:
        """The network ACL that a VPC is created with: it allows everything, unless entries were added."""
        key = ("acl", vpc)
        if key not in self._special:
            self._special[key] = NetworkAcl(self, None, Imported(f"default network ACL of {vpc.id}"), default_of=vpc)
        return self._special[key]  # type: ignore[no-any-return]


def _training_networks(group: Group) -> list[Resource]:
    """The security groups whose metadata declares a training network."""
    found = []
    for resource in group.resources("AWS::EC2::SecurityGroup"):
        declared = resource.metadata.get("SageMakerNetwork") if resource.metadata else None
        if isinstance(declared, dict) and isinstance(declared.get("trainingNetwork"), dict):
            found.append(resource)
    return found


def _aliases(group: Group, declarations: Declarations) -> dict[str, str]:
    """The declared names by every literal that means them: themselves, and the values that parameters of that name were given."""
    names = declarations.names
    found = {name: name for name in names}
    for name in names:
        listed = _POSITION.fullmatch(name)
        for parameter in group.parameters.get(listed[1] if listed else name, ()):
            value = group.decided.get(parameter.name)
            if value is None and group.defaults and isinstance(parameter.default, str):
                value = parameter.default
            if value and listed:
                value = dict(enumerate(value.split(","))).get(int(listed[2]), "").strip()
            if value:
                found.setdefault(value, name)
    return found
