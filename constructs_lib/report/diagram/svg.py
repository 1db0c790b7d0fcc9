"""Pictures as SVG: what Graphviz lays out, with the project's own classes, tool tips and colours."""

from __future__ import annotations

import os
from xml.etree import ElementTree as ET

from constructs_lib.report.diagram.dot import dot
from constructs_lib.report.diagram.layout import laid_out
from constructs_lib.report.diagram.names import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from constructs_lib.report.diagram.picture import Box, Picture

_SVG = "http://www.w3.org/2000/svg"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_GAP = 24


def render(pictures: Sequence[Picture]) -> str:
    """Return one SVG that shows all pictures below each other, in the colours that the reader's system prefers."""
    drawn = figures(pictures, titled=True)
    width = max((_size(one, "width") for one in drawn), default=1)
    root = ET.Element(f"{{{_SVG}}}svg", {"class": "network"})
    style = ET.SubElement(root, f"{{{_SVG}}}style")
    style.text = asset("colours.css") + asset("picture.css")
    height = 0
    for one in drawn:
        one.set("y", str(height))
        height += _size(one, "height") + _GAP
        root.append(one)
    height = max(height - _GAP, 1)
    root.attrib.update({"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"})
    return as_text(root) + "\n"


def figures(pictures: Sequence[Picture], *, titled: bool) -> list[Element]:
    """Return an SVG element for each picture.

    Args:
        pictures: The pictures.
        titled: Whether each has its title and its assumptions above it.

    """
    drawn = laid_out([dot(picture, titled=titled) for picture in pictures])
    # The text is Graphviz's, in which names from templates stand escaped, without entities of their own.
    return [_figure(picture, ET.fromstring(text)) for picture, text in zip(pictures, drawn, strict=True)]  # noqa: S314


def as_text(root: Element) -> str:
    """Return an SVG element as text."""
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode")


def asset(name: str) -> str:
    """Return a file that belongs to the pages."""
    with open(os.path.join(os.path.dirname(__file__), "assets", name), encoding="utf-8") as file:
        return file.read()


def _size(root: Element, name: str) -> int:
    return int(root.get(name, "0"))


def _figure(picture: Picture, root: Element) -> Element:
    """Make Graphviz's SVG ours: one unit is one pixel, elements know the answers that they belong to, tool tips are in words."""
    for name in ("width", "height"):
        root.set(name, root.get(name, "0").removesuffix("pt"))
    root.set("role", "img")
    root.set("class", "picture")
    root.set("aria-label", clean(f"Network picture: {picture.title}"))
    _flatten(root)
    notes, answers = _notes(picture), _answers(picture)
    for group in root.iter(f"{{{_SVG}}}g"):
        key = group.get("id", "")
        for title in group.findall(f"{{{_SVG}}}title"):
            group.remove(title)
        if notes.get(key):
            title = ET.Element(f"{{{_SVG}}}title")
            title.text = clean(notes[key])
            group.insert(0, title)
        if answers.get(key):
            group.set("data-answers", " ".join(str(number) for number in sorted(answers[key])))
    _raise_headings(root)
    return root


def _raise_headings(root: Element) -> None:
    """Put the headings of boxes above the lines, so that a line that crosses one leaves it readable."""
    graph = root.find(f"{{{_SVG}}}g")
    assert graph is not None
    headings = ET.Element(f"{{{_SVG}}}g", {"class": "headings"})
    for group in graph.findall(f"{{{_SVG}}}g"):
        if group.get("class", "").startswith("cluster"):
            mine = ET.SubElement(
                headings, f"{{{_SVG}}}g", {"class": group.get("class", "").replace("cluster", "heading", 1)}
            )
            for text in group.findall(f"{{{_SVG}}}text"):
                group.remove(text)
                mine.append(text)
    graph.append(headings)


def _flatten(parent: Element) -> None:
    """Take the links away that Graphviz makes of rows with an id, keep the rows as groups, and drop what says nothing."""
    children: list[Element] = []
    for child in list(parent):
        _flatten(child)
        child.tail = None
        child.attrib.pop(_XML_SPACE, None)
        if child.tag == f"{{{_SVG}}}a":
            children += list(child)
        else:
            if child.get("id", "").startswith("a_"):
                child.set("id", child.get("id", "").removeprefix("a_"))
                child.set("class", "row")
            children.append(child)
    parent[:] = children
    if parent.text is not None and not parent.text.strip():
        parent.text = None


def _boxes(boxes: Iterable[Box]) -> Iterator[Box]:
    for box in boxes:
        yield box
        yield from _boxes(box.boxes)


def _notes(picture: Picture) -> dict[str, str]:
    found = {node.key: node.note for node in picture.all_nodes()}
    found.update({box.key: box.note for box in _boxes(picture.boxes)})
    return found


def _answers(picture: Picture) -> dict[str, set[int]]:
    """The numbers of the answers by the keys of the elements that they pass."""
    found = {line.key: set(line.answers) for line in picture.lines}
    for answer in picture.answers:
        for key in answer.keys:
            found.setdefault(key, set()).add(answer.number)
    return found
