"""One network of the page: its picture, its paths, and what the chosen path does."""

from __future__ import annotations

from constructs_lib.report.diagram.markup import element, text
from constructs_lib.report.diagram.paths import article, matrix
from constructs_lib.report.diagram.svg import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from constructs_lib.report.diagram.picture import Picture


#: How wide a picture may be for the table to have room beside it, by the number of workloads; more of them have none.
_WIDEST = {1: 1060, 2: 860}
#: More assumptions than this are shown on demand.
MOST_ASSUMPTIONS = 3
#: With more workloads than this, the table takes the whole width.
_FEW_COLUMNS = 4


def section(picture: Picture, figure: Element) -> str:
    """Return the part of the page that shows one network."""
    parts = [element("h2", text(picture.title))]
    if picture.assumptions:
        parts.append(_assumptions(picture))
    shown = ""
    if any(picture.all_nodes()):
        image = element(
            "div",
            as_text(figure),
            cls="scroll",
            tabindex="0",
            role="group",
            aria_label=f"Picture of {picture.title}, scrollable",
        )
        shown = element("figure", image)
    columns = len({answer.workload for answer in picture.answers})
    beside = shown and int(figure.get("width", "0")) <= _WIDEST.get(columns, 0)
    layout = ("beside", "beside two")[columns - 1] if beside else "below" if columns <= _FEW_COLUMNS else "below wide"
    parts.append(element("div", shown, _paths(picture), cls=layout))
    return element("section", *parts, id=f"network-{picture.key}", cls="network")


def _assumptions(picture: Picture) -> str:
    """What the picture takes for granted; of many only their number at first."""
    if len(picture.assumptions) <= MOST_ASSUMPTIONS:
        return element("p", text(f"Drawn with: {'; '.join(picture.assumptions)}."), cls="assumption")
    listed = element("ul", *(element("li", text(one)) for one in picture.assumptions))
    return element(
        "details",
        element("summary", f"Drawn with {len(picture.assumptions)} assumptions"),
        listed,
        cls="assumption taken",
    )


def _paths(picture: Picture) -> str:
    """The table of paths, and the place where the chosen one is shown."""
    if not picture.answers:
        return element("p", "No workload stands in this network.", cls="hint")
    hint = element(
        "p",
        "Choose a path in the table, or a line of the picture: its hops stand here, and the picture shows where it runs.",
        cls="hint",
    )
    details = element("div", hint, *(article(answer) for answer in picture.answers), cls="details", aria_live="polite")
    return element("div", element("div", matrix(picture), cls="scroll"), details, cls="paths")
