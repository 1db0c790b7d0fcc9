"""The paths of a picture: a table of workloads and destinations, and each path with its hops."""

from __future__ import annotations

from constructs_lib.report.diagram.markup import element, text
from constructs_lib.report.diagram.names import full, stack, workload_name
from constructs_lib.report.diagram.picture import CAUSES, MARKS, WAYS, verdict_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import Thing
    from constructs_lib.report.diagram.picture import Answer, Picture

#: The kinds of hops, in words.
_HOPS = {
    "interface": "interface",
    "subnet": "subnet",
    "route-table": "route table",
    "route": "route",
    "security-group": "security group",
    "network-acl": "network ACL",
    "gateway": "gateway",
    "endpoint": "endpoint",
    "endpoint-group": "endpoint's security group",
    "endpoint-policy": "endpoint policy",
    "firewall": "firewall",
    "target": "target",
    "target-group": "target's security group",
    "script": "lifecycle script",
    "stop": "stopped here",
}


def verdict_counts(pictures: Sequence[Picture]) -> dict[str, int]:
    """Count the paths of all pictures by verdict."""
    counts = dict.fromkeys(MARKS, 0)
    for picture in pictures:
        for answer in picture.answers:
            counts[answer.path.verdict] += 1
    return counts


def matrix(picture: Picture) -> str:
    """Return the table: a row for each destination, a column for each workload."""
    workloads = list(dict.fromkeys(answer.workload for answer in picture.answers))
    rows: dict[str, dict[Thing, Answer]] = {}
    for answer in picture.answers:
        rows.setdefault(answer.path.destination, {})[answer.workload] = answer
    stacks = {stack(workload) for workload in workloads}
    head = element("th", "Destination", scope="col")
    head += "".join(_column(workload, named=len(stacks) > 1) for workload in workloads)
    body = ""
    for destination, answers in rows.items():
        cells = "".join(_cell(answers.get(workload)) for workload in workloads)
        body += element("tr", element("th", text(destination), scope="row") + cells)
    caption = element("caption", "Paths: choose one to see its hops", cls="hidden")
    return element("table", caption, element("thead", element("tr", head)), element("tbody", body), cls="matrix")


def _column(workload: Thing, *, named: bool) -> str:
    small = [stack(workload)] if named else []
    return element(
        "th",
        text(workload_name(workload)),
        *(element("small", text(one)) for one in small),
        scope="col",
        title=full(workload),
    )


def _cell(answer: Answer | None) -> str:
    if answer is None:
        return element("td", element("span", "not asked", cls="hidden"), cls="none")
    path = answer.path
    word = CAUSES.get(path.blocked_by or "") or (WAYS.get(path.via, "") if path.reachable else "") or path.verdict
    label = f"{workload_name(answer.workload)} to {path.destination}: {verdict_words(path)}"
    mark = element("span", MARKS[path.verdict], cls="mark", aria_hidden="true")
    link = element("a", mark, text(word), href=f"#{anchor(answer)}", aria_label=label, data_answer=answer.number)
    return element("td", link, cls=path.verdict)


def anchor(answer: Answer) -> str:
    """The id of a path on the page."""
    return f"path-{answer.number}"


def article(answer: Answer) -> str:
    """Return one path in full."""
    path = answer.path
    title = f"{workload_name(answer.workload)} → {path.destination}"
    verdict = element(
        "p", element("span", f"{MARKS[path.verdict]} {text(verdict_words(path))}", cls=f"verdict {path.verdict}")
    )
    hops = "".join(_hop(hop.kind, hop.id, hop.text) for hop in path.hops)
    parts = [element("h4", text(title)), verdict, element("p", text(path.why), cls="why")]
    if hops:
        parts.append(element("ol", hops, cls="hops"))
    if path.declare:
        parts.append(element("p", element("b", "To decide it: "), text(path.declare), cls="declare"))
    if path.assumptions:
        parts.append(element("p", element("b", "Assumes: "), text("; ".join(path.assumptions)), cls="assumption"))
    return element("article", *parts, id=anchor(answer), cls="path", data_answer=answer.number, tabindex="-1")


def _hop(kind: str, name: str, words: str) -> str:
    return element(
        "li",
        element("b", text(_HOPS.get(kind, kind))),
        " ",
        element("code", text(name)),
        element("span", text(words)),
        cls=f"hop {kind}",
    )
