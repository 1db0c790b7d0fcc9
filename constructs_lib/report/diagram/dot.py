"""A picture in the language of Graphviz, which lays it out."""

from __future__ import annotations

from html import escape

from constructs_lib.report.diagram.names import clean, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from constructs_lib.report.diagram.picture import Box, Line, Node, Picture

#: Graphviz measures text in this font; the style sheet names it and those of the same widths.
FONT = "Arial"
_HEAD = f"""\
rankdir=LR bgcolor=transparent nodesep=0.22 ranksep=0.55 pad=0.1
graph [fontname="{FONT}" fontsize=12 labeljust=l margin=0]
node [shape=box style="rounded,filled" fontname="{FONT}" fontsize=12 margin="0.12,0.07"]
edge [fontname="{FONT}" fontsize=11 arrowsize=0.7 tailport=e]
"""
#: How a line looks besides its colour.
_LINES = {
    "reachable": "style=solid penwidth=1.6",
    "blocked": "style=dashed penwidth=1.6 arrowhead=tee",
    "unverified": "style=dotted penwidth=2 arrowhead=odot",
    "": "style=solid penwidth=1 arrowhead=none",
}
#: More assumptions than this are counted rather than named.
_MOST_ASSUMPTIONS = 4


def dot(picture: Picture, *, titled: bool) -> str:
    """Return the picture as a Graphviz graph whose elements have its keys as ids and its kinds as classes.

    Args:
        picture: The picture.
        titled: Whether its title and assumptions stand above it; else whoever shows it says them.

    """
    # The frame that nobody sees keeps boxes of the same rank apart, which Graphviz would let touch.
    body = [
        f'subgraph "cluster_{box.key}_frame" {{\nid="{box.key}f" label="" class=frame peripheries=0 margin=7\n{_box(box)}\n}}'
        for box in picture.boxes
    ]
    body += [_node(node) for node in picture.nodes]
    inside = {node.key for box in picture.boxes for node in _in_subnets(box)}
    managed = {node.key for node in picture.all_nodes() if node.kind == "managed"}
    forked = {line.tail for line in picture.lines if line.head in managed}
    body += [_line(line, inside, forked) for line in picture.lines]
    heading = f"label={_table([_bold(picture.title), *assumption_lines(picture)])} labelloc=t\n" if titled else ""
    return f"digraph {{\nid={_quoted(picture.key)}\n{_HEAD}{heading}" + "\n".join(body) + "\n}\n"


def assumption_lines(picture: Picture) -> list[str]:
    """What the picture takes for granted, a line each."""
    texts = [shortened(text, 90) for text in picture.assumptions[:_MOST_ASSUMPTIONS]]
    left = len(picture.assumptions) - len(texts)
    if left > 0:
        texts.append(f"and {left} more")
    return [_small(f"drawn with: {text}" if number == 0 else text) for number, text in enumerate(texts)]


def _box(box: Box) -> str:
    classes = " ".join(part for part in ("box", box.kind, box.style, "outside" if box.outside else "") if part)
    style = "rounded,dashed" if box.outside or box.kind == "zone" else "rounded"
    head = " ".join(
        part for part in (_small(box.caption) if box.caption else "", _bold(box.title) if box.title else "") if part
    )
    rows = [head, *(_small(line) for line in box.lines)]
    inside = "\n".join([*(_box(one) for one in box.boxes), *(_node(node) for node in box.nodes)])
    name = _quoted(f"cluster_{box.key}")
    return f"subgraph {name} {{\nid={_quoted(box.key)} class={_quoted(classes)} style={_quoted(style)} margin=12 label={_table(rows)}\n{inside}\n}}"


def _node(node: Node) -> str:
    key = _quoted(node.key)
    if node.kind == "junction":
        return f'{key} [id={key} class=junction shape=point width=0.06 label=""]'
    classes = " ".join(part for part in (node.kind, node.style, "outside" if node.outside else "") if part)
    rows = [_small(node.caption)] if node.caption else []
    rows += [_bold(node.title)] if node.title else []
    rows += [_small(row.text) for row in node.rows]
    ids = [""] * (len(rows) - len(node.rows)) + [row.key for row in node.rows]
    style = ' style="rounded,filled,dashed"' if node.outside else ""
    return f"{key} [id={key} class={_quoted(classes)}{style} label={_table(rows, ids)}]"


def _in_subnets(box: Box) -> Iterator[Node]:
    if box.kind == "subnet":
        yield from box.nodes
    for one in box.boxes:
        yield from _in_subnets(one)


def _line(line: Line, inside: Collection[str], forked: Collection[str]) -> str:
    """A line; to a node in a subnet it comes from the left, for the subnet's heading stands above.

    Args:
        line: The line.
        inside: The nodes in subnets.
        forked: The workloads with two kinds of interfaces: that in a subnet is drawn below the managed one.

    """
    classes = line.verdict or "plain"
    port = " headport=w" if line.head in inside else ""
    if port and line.tail in forked:
        port += " minlen=2"  # room to come down beside the heading of the VPC
    label = f" label=<{_small(line.label)}>" if line.label else ""
    return f"{_quoted(line.tail)} -> {_quoted(line.head)} [id={_quoted(line.key)} class={classes} {_LINES[line.verdict]}{port}{label}]"


def _table(rows: Sequence[str], keys: Sequence[str] = ()) -> str:
    """Rows of text below each other; those with a key are elements of their own in the SVG."""
    cells = ""
    for number, row in enumerate(rows):
        key = keys[number] if keys else ""
        # Graphviz only gives a cell an element of its own when it has a title.
        named = f' ID="{key}" TITLE="{key}"' if key else ""
        cells += f'<TR><TD ALIGN="LEFT"{named}>{row}</TD></TR>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{cells}</TABLE>>'


def _small(text: str) -> str:
    return f'<FONT POINT-SIZE="11">{escape(clean(text))}</FONT>' if text else " "


def _bold(text: str) -> str:
    return f"<B>{escape(clean(text))}</B>" if text else " "


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
