"""What people call a resource: its logical id, the path of its construct, or the last parts of that path."""

from __future__ import annotations

from constructs_lib.network.training import TrainingNetwork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.assembly import Resource
    from constructs_lib.network.model import Network
    from constructs_lib.network.things import Thing

#: What the CDK calls the main child of a construct, which people call by the construct's own name.
_MAIN = ("Resource", "Default")


def is_called(thing: Thing, name: str) -> bool:
    """Tell whether a name stands for a thing; a training network is called by its construct, and not by the group that declares it only."""
    path = _path(thing.resource)
    paths = [path, path.rpartition("/")[0]] if isinstance(thing, TrainingNetwork) else [path]
    return name == thing.resource.logical_id or any(_ends(one, name) for one in paths)


def label(thing: Thing) -> str:
    """The name that tells a thing from all others: its logical id, and the path of its construct where it has one."""
    path = construct(thing)
    return f"{thing.resource.logical_id} ({path})" if path else thing.resource.logical_id


def construct(thing: Thing) -> str:
    """The path of the construct that a thing is called by; empty where there is none."""
    path = _path(thing.resource)
    return path.rpartition("/")[0] if isinstance(thing, TrainingNetwork) else path


def by_construct(network: Network, name: str) -> Sequence[Resource]:
    """Return the resources whose construct's path is the name, or ends with it."""
    ending = name.rpartition("/")[2]
    return [one for one in network.remembered(_by_ending).get(ending, ()) if _ends(_path(one), name)]


def _by_ending(network: Network) -> dict[str, list[Resource]]:
    """The resources by the last part of their construct's path."""
    found: dict[str, list[Resource]] = {}
    for resource in network.group.resources():
        path = _path(resource)
        if path:
            found.setdefault(path.rpartition("/")[2], []).append(resource)
    return found


def _ends(path: str, name: str) -> bool:
    return bool(path) and (path == name or path.endswith(f"/{name}"))


def _path(resource: Resource) -> str:
    """The path of the construct that made a resource, as people write it; empty where no construct did."""
    path = resource.construct_path or ""
    above, _, last = path.rpartition("/")
    return above if last in _MAIN and above else path
