"""One network of the page: its picture, its paths, and what the chosen path does."""

from __future__ import annotations

from constructs_lib.report.diagram.markup import element, text
from constructs_lib.report.diagram.paths import article, matrix
from constructs_lib.report.diagram.svg import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from constructs_lib.report.diagram.picture import Picture


def section(picture: Picture, figure: Element) -> str:
    """Return the part of the page that shows one network."""
    drawn = any(True for _ in picture.all_nodes())
    parts = [element("h2", text(picture.title))]
    if picture.assumptions:
        parts.append(element("p", text(f"Drawn with: {'; '.join(picture.assumptions)}."), cls="assumption"))
    if drawn:
        image = element("div", as_text(figure), cls="scroll", tabindex="0", role="group", aria_label=f"Picture of {picture.title}, scrollable")
        parts.append(element("figure", image))
    if picture.answers:
        hint = element("p", "Choose a path in the table, or a line of the picture: its hops stand here, and the picture shows where it runs.", cls="hint")
        details = element("div", hint, *(article(answer) for answer in picture.answers), cls="details", aria_live="polite")
        parts.append(element("div", element("div", matrix(picture), cls="scroll"), details, cls="paths"))
    else:
        parts.append(element("p", "No workload stands in this network.", cls="hint"))
    return element("section", *parts, id=picture.key, cls="network")
