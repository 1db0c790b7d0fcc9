"""Which resources of one state of the templates are those of another under other logical ids, or in other templates."""

from __future__ import annotations

from constructs_lib.assembly import Pseudo, Text, Unknown
from constructs_lib.comparison.sameness import canonical
from constructs_lib.rules.changes import CREATE_ONLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from constructs_lib.assembly import Resource, Template

    Pairs = Mapping[Template, Template]


def renames(pairs: Pairs, added: Iterable[Template] = (), removed: Iterable[Template] = ()) -> dict[Resource, Resource]:
    """Return for each resource that has a new logical id what it was: the one of its type that has its name, or else its properties.

    What the same template had comes first, then what others had. References count as the same where they lead to what has a new logical id
    too, and tags, which often hold the id, do not count.

    Args:
        pairs: Which template of the new state is which of the earlier one.
        added: The other templates of the new state.
        removed: The other templates of the earlier state.
    """
    found: dict[Resource, Resource] = {}
    new = [one for template in added for one in template.resources.values()]
    gone = [one for template in removed for one in template.resources.values()]
    for template, before in pairs.items():
        own = [one for name, one in template.resources.items() if name not in before.resources]
        lost = [one for name, one in before.resources.items() if name not in template.resources]
        _Matching(own, lost, pairs, found).run()
        new += own
        gone += lost
    matched = set(found.values())
    _Matching([one for one in new if one not in found], [one for one in gone if one not in matched], pairs, found).run()
    return found


class _Matching:
    """New and gone resources of one template that are waiting for each other."""

    def __init__(
        self, new: list[Resource], gone: list[Resource], pairs: Pairs, found: dict[Resource, Resource]
    ) -> None:
        self._new = dict.fromkeys(new if gone else ())
        self._gone = {one: _form(one, lambda each: (each.template, each.logical_id)) for one in (gone if new else ())}
        self._pairs = pairs
        self._found = found

    def run(self) -> None:
        """Take names first, then what only one can be, and at last what several can."""
        for one in list(self._new):
            name = given_name(one)
            like = name is not None and next(
                (each for each in self._gone if each.type == one.type and given_name(each) == name), None
            )
            if like:
                self._take(one, like)
        while self._step(unique=True) or self._step(unique=False):
            pass

    def _step(self, *, unique: bool) -> bool:
        """Match what only one can be, or else what several can, in their order; say whether there was anything to match."""
        waiting: dict[Hashable, list[Resource]] = {}
        for each, form in self._gone.items():
            waiting.setdefault(form, []).append(each)
        taken = False
        for one in list(self._new):
            likes = waiting.get(_form(one, self._identity), [])
            if likes and (not unique or len(likes) == 1):
                self._take(one, likes.pop(0))
                taken = True
        return taken

    def _take(self, one: Resource, like: Resource) -> None:
        self._found[one] = like
        del self._new[one]
        del self._gone[like]

    def _identity(self, resource: Resource) -> Hashable:
        """What a resource of the new state was in the earlier one."""
        before = self._found.get(resource)
        if before is not None:
            return before.template, before.logical_id
        return self._pairs.get(resource.template, resource.template), resource.logical_id


def _form(resource: Resource, identity: object) -> Hashable:
    properties = resource.get()
    if isinstance(properties, Unknown):
        properties = resource.properties  # conditions decide about them: as they are written
    listed = {name: value for name, value in properties.items() if name != "Tags"}
    return resource.type, canonical(listed, identity)  # type: ignore[arg-type]


def given_name(resource: Resource) -> str | None:
    """The name that the template gives a resource, where it is one that others of its kind cannot have at the same time."""
    facts = CREATE_ONLY.get(resource.type)
    name = resource.get(facts.name) if facts is not None and facts.name is not None else None
    if isinstance(name, Text) and all(isinstance(hole, Pseudo) for hole in name.holes):
        return str(name)
    return name if isinstance(name, str) and name else None
