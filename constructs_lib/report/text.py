"""The results as text for people, one template after the other, the worst first."""

from __future__ import annotations

from constructs_lib.check import SATISFIED, UNVERIFIED, VIOLATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.check import Result
    from constructs_lib.report.view import Report

    #: Gives a text a style by its name.
    Paint = Callable[[str, str], str]

_COLOURS = {"error": "31", "warning": "33", "info": "36", UNVERIFIED: "35", SATISFIED: "32", "dim": "2", "bold": "1"}
_ORDER = {"error": 0, "warning": 1, UNVERIFIED: 2, "info": 3, SATISFIED: 4}
_INDENT = " " * 13


def render(report: Report, *, colour: bool = False) -> str:
    """Return the text, with ANSI colours if asked."""
    paint = _paint if colour else _plain
    lines: list[str] = []
    by_template: dict[str, list[Result]] = {}
    for result in report.shown():
        if report.show_all or result.acknowledged is None:
            by_template.setdefault(result.template.path, []).append(result)
    for path, results in by_template.items():
        lines.append(paint(path, "bold"))
        for result in sorted(results, key=_rank):
            lines += _result(result, report, paint)
        lines.append("")
    lines.append(_summary(report))
    return "\n".join(lines) + "\n"


def _rank(result: Result) -> tuple[int, str, str]:
    return _ORDER[_label(result)], result.rule.id, result.resource.logical_id


def _result(result: Result, report: Report, paint: Paint) -> list[str]:
    label = _label(result)
    line = report.line(result) if result.verdict != SATISFIED else None
    where = ", ".join(part for part in (result.property or "", f"line {line}" if line else "") if part)
    head = f"  {paint(f'{label:10}', label)} {result.rule.id}  {report.place(result)}" + (
        f" ({where})" if where else ""
    )
    if result in report.known:
        head += paint("  known before", "dim")
    lines = [head]
    if result.message:
        lines.append(_INDENT + result.message)
    if result.verdict == VIOLATED:
        lines.append(f"{_INDENT}fix: {result.fix}")
    if result.acknowledged is not None and result.verdict != SATISFIED:
        lines.append(f"{_INDENT}acknowledged: {result.acknowledged}")
    if result.verdict != SATISFIED:
        lines.append(_INDENT + paint(result.source, "dim"))
    return lines


def _label(result: Result) -> str:
    return result.severity.value if result.verdict == VIOLATED else result.verdict


def _summary(report: Report) -> str:
    count = report.summary()
    parts = [report.violated(), *(f"{count[verdict]} {verdict}" for verdict in (UNVERIFIED, SATISFIED))]
    if count["acknowledged"]:
        parts.append(f"{count['acknowledged']} acknowledged")
    templates = f"{count['templates']} template{_plural(count['templates'])}"
    if count["skipped"]:
        templates += f" ({count['skipped']} file{_plural(count['skipped'])} without resources skipped)"
    if report.compared:
        known = sum(1 for result in report.results if result in report.known)
        parts.append(f"{known} of them known before")
    return f"{templates}, {count['subjects']} resource{_plural(count['subjects'])} judged: {', '.join(parts)}"


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _paint(text: str, style: str) -> str:
    return f"\033[{_COLOURS[style]}m{text}\033[0m"


def _plain(text: str, style: str) -> str:
    del style
    return text
