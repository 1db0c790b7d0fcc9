"""Paths for people: one question, or a matrix of all workloads and the destinations that matter to them."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, explore
from constructs_lib.network.path import BLOCKED, REACHABLE, UNVERIFIED, Path, Trail, worst
from constructs_lib.network.questions import EFS, INTERNET, SELF, find_resource, source_thing, target
from constructs_lib.network.routes import RouteTable
from constructs_lib.network.storage import MountTarget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from constructs_lib.assembly import Branch
    from constructs_lib.network.model import Network

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
        from_: A workload's logical id, or `SUBNET+GROUP[+GROUP]` for an imagined job there. Default: every workload.
        to: Destinations, as `questions.target` takes them. Default: those that matter to the workload.

    Returns:
        One path for each pair, with the assumptions that it rests on.

    Raises:
        QuestionError: A name stands for nothing in the templates.

    """
    found = []
    for source in [from_] if from_ is not None else _workloads(network):
        for destination in to or destinations(network, source):
            target(network, destination)  # a name that means nothing is an error, whatever the world
            found.append(explain_path(network, source, destination))
    return found


def explain_path(network: Network, source: str, destination: str) -> Path:
    """Answer one question in all worlds that it depends on, and combine the answers: where they differ it is unverified."""
    resource = find_resource(network, source.split("+", 1)[0])
    branches = explore(network.group, lambda: _created(source, resource) or network.reach(source, destination))
    path = _combined(source, destination, branches)
    path.template = "" if resource is None else resource.template.path
    return path


def _created(source: str, resource: Any) -> Path | None:
    """The answer for a workload that conditions leave out."""
    if resource is None or resource.exists():
        return None
    trail = Trail(source, "")
    trail.hide(NotVisible(f"{resource.logical_id}, which is not created: its condition {resource.condition} is false", "decide the condition with --parameter"))
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


def _workloads(network: Network) -> list[str]:
    """The ids of the workloads that exist in some world, each once."""
    found: dict[str, None] = {}
    for branch in explore(network.group, lambda: [thing.id for thing in network.workloads]):
        found.update(dict.fromkeys(branch.value or ()))
    return list(found)


def destinations(network: Network, source: str) -> list[str]:
    """The destinations that matter to a workload: what it always dials, what its kind needs, what its VPC offers, and where its routes lead."""
    kind = ""
    if "+" not in source:
        kind = type(source_thing(network, source)).__name__
    found = dict.fromkeys([*_ALWAYS, *_ALSO.get(kind, ())])
    if "+" in source:
        found[SELF] = None
    for branch in explore(network.group, lambda: [*_offered(network), *_routed(network)]):
        found.update(dict.fromkeys(branch.value or ()))
    return list(found)


def _offered(network: Network) -> Iterable[str]:
    """The services that have an endpoint in the templates, and file systems that are mounted."""
    for endpoint in network.endpoints:
        service = endpoint.service
        if service is not None:
            yield service.name
    if network.things(MountTarget.__name__):
        yield EFS


def _routed(network: Network) -> Iterable[str]:
    """The private ranges that routes of the templates name."""
    for table in network.things(RouteTable.__name__):
        if not table.exists:
            continue
        for route in table.routes:
            try:
                yield from (str(block) for block in route.destinations if block.private)
            except NotVisible:
                continue
