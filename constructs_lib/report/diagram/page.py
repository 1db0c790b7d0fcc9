"""One self-contained HTML page: pictures, paths, findings and cost, each with the assumption that it is made under."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from constructs_lib.report.diagram.costs import costs
from constructs_lib.report.diagram.findings import findings
from constructs_lib.report.diagram.markup import element, joined, text
from constructs_lib.report.diagram.names import clean
from constructs_lib.report.diagram.paths import verdict_counts
from constructs_lib.report.diagram.sections import MOST_ASSUMPTIONS, section
from constructs_lib.report.diagram.svg import asset, figures
from constructs_lib.report.view import Report
from constructs_lib.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.assembly import Input
    from constructs_lib.check import Result
    from constructs_lib.report.diagram.picture import Picture

_STYLES = ("colours.css", "page.css", "picture.css")


def render(pictures: Sequence[Picture], judged: Input, results: Sequence[Result]) -> str:
    """Return the page.

    Args:
        pictures: The pictures, made under the parameters' defaults.
        judged: The templates that were judged, without defaults.
        results: What `check` said about them.

    """
    style = "".join(asset(name) for name in _STYLES)
    script = asset("page.js")
    report = Report(judged, results)
    sections = [
        section(picture, figure) for picture, figure in zip(pictures, figures(pictures, titled=False), strict=True)
    ]
    body = joined(
        _header(pictures, report),
        _contents(pictures),
        element("main", *sections, findings(report), costs(pictures)),
        element("footer", text(f"Made by sagemaker-network {VERSION}. Nothing on this page is loaded from anywhere.")),
        element("script", script),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(style, script), element('body', body), lang='en')}\n"


def _head(style: str, script: str) -> str:
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<link rel="icon" href="data:,">',
        element("title", text("SageMaker network")),
        element("style", style),
    )


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


def _header(pictures: Sequence[Picture], report: Report) -> str:
    count = report.summary()
    names = [clean(template.stack_name or template.path) for template in report.given.templates]
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    paths = [f"{number} {verdict}" for verdict, number in verdict_counts(pictures).items() if number]
    judged = f"{report.violated()}, {count['unverified']} unverified, {count['satisfied']} satisfied"
    assumptions = dict.fromkeys(
        one for picture in pictures for answer in picture.answers for one in answer.path.assumptions
    )
    taken = " None was needed here."
    if assumptions:
        few = len(assumptions) <= MOST_ASSUMPTIONS
        taken = (
            f" Here: {'; '.join(clean(one) for one in assumptions)}."
            if few
            else f" {len(assumptions)} of them decide here; each path names its own."
        )
    return element(
        "header",
        element("h1", text("SageMaker network")),
        element("p", text(shown), cls="templates"),
        element(
            "dl",
            element("dt", "Pictures and paths")
            + element(
                "dd",
                text(", ".join(paths) or "no workload")
                + _note(
                    "parameters take their defaults, and declared facts are believed; both are named where they decide."
                    + taken
                ),
            ),
            element("dt", "Findings")
            + element(
                "dd",
                text(judged)
                + _note(
                    "no default is taken: a parameter may have any value that it allows, as in sagemaker-network check."
                ),
            ),
        ),
    )


def _note(words: str) -> str:
    return " " + element("span", text(words), cls="assumption")


def _contents(pictures: Sequence[Picture]) -> str:
    links = [(f"network-{picture.key}", picture.title) for picture in pictures] + [
        ("findings", "Findings"),
        ("cost", "Monthly cost"),
    ]
    items = [element("li", element("a", text(title), href=f"#{key}")) for key, title in links]
    legend = "".join(
        element("li", element("span", "", cls=f"sample {verdict}") + text(f"{mark} {verdict}"))
        for verdict, mark in (("reachable", "✓"), ("blocked", "✕"), ("unverified", "?"))
    )
    return element("nav", element("ul", *items), element("ul", legend, cls="legend"), aria_label="Contents and legend")
