"""Pictures as a Mermaid flowchart, which pull requests and wikis show."""

from __future__ import annotations

import re

from constructs_lib.report.diagram.names import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.report.diagram.picture import Box, Line, Node, Picture

#: How lines look besides their colour: solid, dashed with a cross, dotted with a circle.
_ARROWS = {"reachable": "-->", "blocked": "-.-x", "unverified": "-.-o", "": "---"}
_COLOURS = {"reachable": "#1a7f37", "blocked": "#cf222e", "unverified": "#9a6700", "": "#6e7781"}
#: Fill and text together, so that both themes of the reader's page can be read.
_FILLS = {
    "workload": "#ffd9b0",
    "managed": "#ffeeda",
    "interface": "#ffeeda",
    "nat": "#e6dcfb",
    "gateway": "#e6dcfb",
    "endpoint": "#cdeee8",
    "storage": "#f3e3cf",
    "subnet": "#ffffff",
}
_OTHER_FILL = "#e7ebef"
#: What a label may hold as it is; a dot or hyphen only within a word, for at the start Mermaid takes them for a list.
_PLAIN = re.compile(r"[^\W_]|[ ,:/()✓✕→…]|(?<=[^\W_])[.-](?=[^\W_])")


def render(pictures: Sequence[Picture]) -> str:
    """Return one flowchart of all pictures."""
    lines = ["flowchart LR"]
    joined: list[Line] = []
    for picture in pictures:
        body = [*_nodes(picture.nodes, 1)]
        boxes = [line for box in picture.boxes for line in _box(box, 1)]
        notes = (
            [f'  {picture.key}a["drawn with: {_text("; ".join(picture.assumptions))}"]:::note']
            if picture.assumptions
            else []
        )
        if not (boxes or body or len(pictures) > 1):
            notes.append(f'  {picture.key}t["{_text(picture.title)}"]:::note')
        inside = [*boxes, *body, *notes]
        lines += (
            [f'  subgraph {picture.key}["{_text(picture.title)}"]', *(f"  {line}" for line in inside), "  end"]
            if len(pictures) > 1
            else inside
        )
        joined += picture.lines
    lines += [_line(line) for line in joined]
    kinds = {node.kind for picture in pictures for node in picture.all_nodes()}
    lines += [
        f"  classDef {kind} fill:{_FILLS.get(kind, _OTHER_FILL)},stroke:#6e7781,color:#1f2328" for kind in sorted(kinds)
    ]
    lines.append("  classDef note fill:none,stroke:none")
    for verdict, colour in _COLOURS.items():
        numbers = [str(number) for number, line in enumerate(joined) if line.verdict == verdict]
        if numbers:
            lines.append(f"  linkStyle {','.join(numbers)} stroke:{colour},stroke-width:2px")
    return "\n".join(lines) + "\n"


def _box(box: Box, depth: int) -> Iterator[str]:
    indent = "  " * depth
    head = " ".join(part for part in (box.caption, box.title) if part)
    yield f'{indent}subgraph {box.key}["{_label([head, *box.lines])}"]'
    for inner in box.boxes:
        yield from _box(inner, depth + 1)
    yield from _nodes(box.nodes, depth + 1)
    yield f"{indent}end"


def _nodes(nodes: Sequence[Node], depth: int) -> Iterator[str]:
    for node in nodes:
        parts = [part for part in (node.caption, node.title) if part] + [row.text for row in node.rows]
        shape = f'["{_label(parts)}"]' if node.kind != "junction" else '((" "))'
        yield f"{'  ' * depth}{node.key}{shape}:::{node.kind}"


def _line(line: Line) -> str:
    label = f'|"{_text(line.label)}"|' if line.label else ""
    return f"  {line.tail} {_ARROWS[line.verdict]}{label} {line.head}"


def _label(parts: Sequence[str]) -> str:
    return "<br/>".join(_text(part) for part in parts)


def _text(words: str) -> str:
    """Text for a quoted label: what could mean something to Mermaid, Markdown or HTML as its number."""
    found = ""
    words = clean(words)
    for place, char in enumerate(words):
        found += char if _PLAIN.match(words, place) else f"#{ord(char)};"
    return found
