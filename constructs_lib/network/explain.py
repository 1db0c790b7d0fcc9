"""Paths for people: one question, or a matrix of all workloads and the destinations that matter to them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, explore
from constructs_lib.network.called import is_called
from constructs_lib.network.path import BLOCKED, REACHABLE, UNVERIFIED, Path, Trail, worst
from constructs_lib.network.questions import EFS, INTERNET, SELF, find_resource, target
from constructs_lib.network.sources import source_thing
from constructs_lib.network.storage import STORES, Placed
from constructs_lib.network.vantage import vpc_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from constructs_lib.assembly import Branch
    from constructs_lib.network.model import Network
    from constructs_lib.network.subnets import Subnet
    from constructs_lib.network.things import Thing
    from constructs_lib.network.vpc import Vpc

#: What every workload is asked about, and what some are asked about besides.
_ALWAYS = (INTERNET, "s3", "sagemaker.api", "sagemaker.runtime", "sts", "logs")
_ALSO = {
    "Domain": ("studio", EFS, SELF),
    "Cluster": ("ecr.dkr", SELF),
    "TrainingNetwork": (SELF,),
    "ProcessingJob": (SELF,),
    "JobDefinition": ("monitoring",),
    "MonitoringSchedule": ("monitoring",),
}


def explain_paths(network: Network, from_: str | None = None, to: Sequence[str] = ()) -> list[Path]:
    """Answer one question, or many: from one place or from every workload, to the destinations named or to those that matter.

    Args:
        network: The network of a group of templates. Load them with `defaults=True` for parameters to take their defaults.
        from_: A workload's logical id, its construct's path or the last parts of that, or `SUBNET+GROUP[+GROUP]` for an imagined job there.
            Default: every workload.
        to: Destinations, as `questions.target` takes them. Default: those that matter to the workload.

    Returns:
        One path for each pair, with the assumptions that it rests on.

    Raises:
        QuestionError: A name stands for nothing in the templates.

    """
    found: list[Path] = []
    for source in _sources(network, from_):
        found += [explain_path(network, source, destination) for destination in to or destinations(network, source)]
    return found


def explain_path(network: Network, source: str | Thing, destination: str) -> Path:
    """Answer one question in all worlds that it depends on, and combine the answers: where they differ it is unverified.

    Args:
        network: The network of a group of templates.
        source: A workload, or what `explain_paths` takes as `from_`. Several templates may have a workload of the same logical id.
        destination: As `questions.target` takes it.

    Raises:
        QuestionError: A name stands for nothing in the templates.

    """
    target(network, destination)  # a name that means nothing is an error, whatever the world
    name, resource = (
        (source, find_resource(network, source.split("+", 1)[0]))
        if isinstance(source, str)
        else (source.id, source.resource)
    )
    branches = explore(network.group, lambda: _created(name, resource) or network.reach(source, destination))
    path = _combined(name, destination, branches)
    path.template = "" if resource is None else resource.template.path
    return path


def _created(source: str, resource: Any) -> Path | None:
    """The answer for a workload that conditions leave out."""
    if resource is None or resource.exists():
        return None
    trail = Trail(source, "")
    trail.hide(
        NotVisible(
            f"{resource.logical_id}, which is not created: its condition {resource.condition} is false",
            "decide the condition with --parameter",
        )
    )
    return trail.path()


def _combined(source: str, destination: str, branches: Sequence[Branch]) -> Path:
    paths = [(_answer(source, destination, branch), branch.assumptions) for branch in branches]
    verdicts = {path.verdict for path, _ in paths}
    chosen = worst([path for path, _ in paths])
    if len(verdicts) == 1:
        assumptions = next(texts for path, texts in paths if path is chosen) if len(paths) == 1 else ()
        return chosen.replaced(source=source, destination=destination).assuming(assumptions)
    told = []
    for verdict in (BLOCKED, UNVERIFIED, REACHABLE):
        cases = [" and ".join(texts) for path, texts in paths if path.verdict == verdict]
        if cases:
            told.append(f"{verdict} when {' or when '.join(dict.fromkeys(cases))}")
    declare = "decide it with --parameter"
    return Path(source, destination, UNVERIFIED, "unknown", why="; ".join(told), declare=declare, hops=chosen.hops)


def _answer(source: str, destination: str, branch: Branch) -> Path:
    if isinstance(branch.error, NotVisible):
        trail = Trail(source, destination)
        trail.hide(branch.error)
        return trail.path()
    assert isinstance(branch.value, Path)
    return branch.value


def _sources(network: Network, from_: str | None) -> list[Any]:
    """The workloads that are asked about; an imagined job, and whatever else can only be asked for by its name, as its text."""
    if from_ is None:
        return workloads(network)
    return [thing for thing in workloads(network) if is_called(thing, from_)] or [from_]


def workloads(network: Network) -> list[Any]:
    """The workloads that exist in some world, each once."""
    found: dict[Any, None] = {}
    for branch in explore(network.group, lambda: network.workloads):
        found.update(dict.fromkeys(branch.value or ()))
    return list(found)


def destinations(network: Network, source: str | Thing) -> list[str]:
    """The destinations that matter to a workload: what it always dials, what its kind needs, what its VPC offers, and where its routes lead."""
    imagined = isinstance(source, str) and "+" in source
    thing: Any = source_thing(network, source) if isinstance(source, str) and not imagined else source
    found = dict.fromkeys([*_ALWAYS, *((SELF,) if imagined else _ALSO.get(type(thing).__name__, ()))])
    for branch in explore(network.group, lambda: list(_nearby(network, thing))):
        found.update(dict.fromkeys(branch.value or ()))
    return list(found)


def _nearby(network: Network, source: Any) -> Iterable[str]:
    """What the VPCs of a workload offer it, and the private ranges that its routes and scripts name."""
    try:
        places = (network.vantage(source),) if isinstance(source, str) else source.vantages
    except NotVisible:
        return
    for place in places:
        yield from (str(block) for block in place.routes if block.private)
        for subnet in place.subnets:
            try:
                yield from _offered(network, place.at(subnet).surroundings)
                yield from _routed(subnet)
            except NotVisible:
                continue


def _offered(network: Network, vpc: Vpc) -> Iterable[str]:
    """The services that have an endpoint in the VPC, and file systems that are mounted in it."""
    for endpoint in vpc.endpoints:
        try:
            name = endpoint.dialled
        except NotVisible:
            continue
        if name is not None:
            yield name
    for mount in network.mount_targets:
        try:
            inside = mount.subnet.vpc is vpc
        except NotVisible:
            inside = True
        if inside:
            yield EFS
    yield from _standing_in(network, vpc)


def _standing_in(network: Network, vpc: Vpc) -> Iterable[str]:
    """The clusters, databases and file systems in the VPC, by their logical ids, as far as these are unique."""
    resources = network.group.resources(*STORES)
    ids = [resource.logical_id for resource in resources]
    for resource in resources:
        thing = network.of(Placed, resource)
        if ids.count(thing.id) > 1 or not thing.exists:
            continue
        try:
            inside = any(vpc_around(subnet, *thing.security_groups) is vpc for subnet in thing.subnets)
        except NotVisible:
            continue
        if inside:
            yield thing.id


def _routed(subnet: Subnet) -> Iterable[str]:
    """The private ranges that routes of a subnet name."""
    for route in subnet.route_table.routes:
        try:
            yield from (str(block) for block in route.destinations if block.private)
        except NotVisible:
            continue
