"""The network as a picture: Mermaid for pull requests, SVG, and one self-contained HTML page."""

from __future__ import annotations

import os

from constructs_lib.assembly import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.assembly import Input

#: What can be made, by the ending of the file.
FORMS = (".mmd", ".svg", ".html")


def form(output: str | None) -> str:
    """Return the ending that says what is to be made; without a file Mermaid.

    Raises:
        InputError: The file ends otherwise.

    """
    if output is None:
        return FORMS[0]
    ending = os.path.splitext(output)[1].lower()
    if ending not in FORMS:
        raise InputError(
            output,
            "",
            f"a diagram is made as {', '.join(FORMS[:-1])} or {FORMS[-1]}: end the file's name with one of them",
        )
    return ending


def render(given: Input, judged: Input, output: str | None) -> str:
    """Return the diagram of all networks in the templates.

    Args:
        given: The templates, loaded so that parameters take their defaults: for the pictures and paths.
        judged: The same, loaded without defaults: for the findings of the HTML page.
        output: The file that it is for; its ending says what is made: `.mmd`, `.svg` or `.html`. None: Mermaid.

    Raises:
        InputError: The file ends otherwise, or there is no Node.js to draw an SVG or a page with.

    """
    ending = form(output)
    from constructs_lib.report.diagram.build import pictures

    drawn = pictures(given)
    if ending == ".mmd":
        from constructs_lib.report.diagram import mermaid

        return mermaid.render(drawn)
    if ending == ".svg":
        from constructs_lib.report.diagram import svg

        return svg.render(drawn)
    from constructs_lib.check import check
    from constructs_lib.report.diagram import page

    return page.render(drawn, judged, check(judged))
