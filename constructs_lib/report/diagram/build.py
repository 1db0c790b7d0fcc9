"""From the templates to the pictures, their paths, and what they cost."""

from __future__ import annotations

from itertools import count

from constructs_lib.assembly import explore
from constructs_lib.network import network_of
from constructs_lib.network.explain import destinations, explain_path, workloads
from constructs_lib.report.diagram.picture import Answer, Picture
from constructs_lib.report.diagram.scene import Scene
from constructs_lib.report.diagram.subnets import Lots
from constructs_lib.report.diagram.survey import sites
from constructs_lib.report.diagram.trails import draw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.assembly import Group, Input
    from constructs_lib.network import Network


def pictures(given: Input) -> list[Picture]:
    """Return the pictures of all networks in the templates, with the answers of all their workloads.

    Each group of templates is drawn in one world: where a condition is not decided by defaults, its first branch. The answers combine all worlds.
    A workload whose first place is in one picture has its answers there.
    """
    found: list[Picture] = []
    numbers = count()
    for group in given.groups:
        found += _of_group(group, len(found), numbers)
    return found or [Picture("p0", "Nothing to draw: the templates hold no workload and no VPC with anything in it")]


def _of_group(group: Group, before: int, numbers: Iterator[int]) -> list[Picture]:
    network = network_of(group)
    answers = _answers(network, numbers)
    drawn: list[Picture] = []

    def draw_once() -> None:
        # A picture can show one world only. Once drawn, nothing is asked any more, so there is no second world.
        if not drawn:
            drawn.extend(_drawn(network, answers, before))

    branch = explore(group, draw_once)[0]
    if branch.error is not None:
        raise branch.error
    for picture in drawn:
        picture.assumptions = branch.assumptions
    shown = {answer.number for picture in drawn for answer in picture.answers}
    left = [answer for answer in answers.values() if answer.number not in shown]
    if left:
        drawn.append(
            Picture(
                f"p{before + len(drawn)}", "Workloads that are not drawn", answers=left, assumptions=branch.assumptions
            )
        )
    return drawn


def _answers(network: Network, numbers: Iterator[int]) -> dict[tuple[object, str], Answer]:
    """The answers of all workloads, in all worlds, numbered."""
    found: dict[tuple[object, str], Answer] = {}
    for workload in workloads(network):
        for destination in destinations(network, workload):
            path = explain_path(network, workload, destination)
            found[workload, destination] = Answer(next(numbers), workload, path)
    return found


def _drawn(network: Network, answers: dict[tuple[object, str], Answer], before: int) -> list[Picture]:
    found: list[Picture] = []
    told: set[object] = set()
    for site in sites(network):
        scene = Scene(network, site, f"p{before + len(found)}")
        outcomes = list(site.outcomes(network))
        lots = Lots(scene, outcomes)
        scene.homes.update(lots.box)
        scene.stands()
        draw(scene, lots, outcomes, answers)
        picture = scene.finished()
        here = [member for station in site.places for member in station.members if member not in told]
        told.update(here)
        picture.answers = [answer for (workload, _), answer in answers.items() if workload in here]
        if picture.answers or any(picture.all_nodes()):
            found.append(picture)
    return found
