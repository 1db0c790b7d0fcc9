"""The findings of a page: what is wrong or not verified, with the fix and the AWS page that says so."""

from __future__ import annotations

from constructs_lib.check import SATISFIED, VIOLATED
from constructs_lib.report.diagram.markup import element, text
from constructs_lib.report.diagram.names import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.check import Result
    from constructs_lib.report.view import Report

_ORDER = {"error": 0, "warning": 1, "unverified": 2, "info": 3}


def findings(report: Report) -> str:
    """Return the part of the page that lists them, the worst first, template by template."""
    shown = [result for result in report.results if result.verdict != SATISFIED]
    standing = [result for result in shown if result.acknowledged is None]
    settled = [result for result in shown if result.acknowledged is not None]
    parts = [
        element("h2", "Findings"),
        element(
            "p",
            "No default is taken here: parameters are unknown, and conditions are judged both ways.",
            cls="assumption",
        ),
    ]
    parts.append(_by_template(standing) if standing else element("p", "None.", cls="hint"))
    if settled:
        parts.append(element("details", element("summary", f"{len(settled)} acknowledged"), _by_template(settled)))
    return element("section", *parts, id="findings")


def _by_template(results: Sequence[Result]) -> str:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(clean(result.template.stack_name or result.template.path), []).append(result)
    found = ""
    for name, group in groups.items():
        group.sort(key=lambda result: (_ORDER[_label(result)], result.rule.id, result.resource.logical_id))
        found += element("h3", text(name)) + "".join(_finding(result) for result in group)
    return found


def _label(result: Result) -> str:
    return result.severity.value if result.verdict == VIOLATED else str(result.verdict)


def _finding(result: Result) -> str:
    label = _label(result)
    place = result.resource.construct_path or result.resource.logical_id
    where = f" ({result.property})" if result.property else ""
    source = {"href": result.source, "rel": "noreferrer"} if result.source.startswith("https://") else {}
    head = (
        element("span", label, cls=f"badge {label}")
        + " "
        + element("a", text(result.rule.id), **source)
        + " "
        + element("code", text(place + where))
    )
    parts = [element("p", head, cls="head"), element("p", text(result.message))]
    if result.acknowledged is None:
        # What is not verified may be well as it is.
        said = "Fix: " if result.verdict == VIOLATED else "If it is violated: "
        parts.append(element("p", element("b", said), text(result.fix), cls="fix"))
    else:
        parts.append(element("p", element("b", "Acknowledged: "), text(result.acknowledged), cls="fix"))
    return element("article", *parts, cls=f"finding {label}")
