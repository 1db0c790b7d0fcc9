"""The results as text for people, one template after the other, the worst first."""

from __future__ import annotations

from constructs_lib.check import SATISFIED, UNVERIFIED, VIOLATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.check import Result
    from constructs_lib.report.view import Report

_COLOURS = {"error": "31", "warning": "33", "info": "36", UNVERIFIED: "35", SATISFIED: "32", "dim": "2", "bold": "1"}
_ORDER = {"error": 0, "warning": 1, UNVERIFIED: 2, "info": 3, SATISFIED: 4}


def render(report: Report, *, colour: bool = False) -> str:
    """Return the text, with ANSI colours if asked."""
    paint = _paint if colour else _plain
    lines: list[str] = []
    by_template: dict[str, list[Result]] = {}
    for result in report.shown():
        if report.show_all or result.acknowledged is None:
            by_template.setdefault(result.template.path, []).append(result)
    for path, results in by_template.items():
        lines += [paint(path, "bold"), *_template(results, report, paint), ""]
    lines.append(_summary(report))
    return "\n".join(lines) + "\n"


def _template(results: list[Result], report: Report, paint: object) -> list[str]:
    assert callable(paint)
    lines = []
    for result in sorted(results, key=lambda result: (_ORDER[_label(result)], result.rule.id, result.resource.logical_id)):
        label = _label(result)
        place = result.resource.construct_path or result.resource.logical_id
        line = report.line(result)
        where = ", ".join(part for part in (result.property or "", f"line {line}" if line else "") if part)
        head = f"  {paint(f'{label:10}', label)} {result.rule.id}  {place}" + (f" ({where})" if where else "")
        if report.compared and result in report.known:
            head += paint("  known", "dim")
        lines.append(head)
        if result.message:
            lines.append(f"             {result.message}")
        if result.verdict == VIOLATED:
            lines.append(f"             fix: {result.fix}")
        if result.acknowledged is not None:
            lines.append(f"             acknowledged: {result.acknowledged}")
        if result.verdict != SATISFIED:
            lines.append(paint(f"             {result.source}", "dim"))
    return lines


def _label(result: Result) -> str:
    return result.severity.value if result.verdict == VIOLATED else result.verdict


def _summary(report: Report) -> str:
    count = report.summary()
    parts = [f"{count[verdict]} {verdict}" for verdict in (VIOLATED, UNVERIFIED, SATISFIED)]
    if count["acknowledged"]:
        parts.append(f"{count['acknowledged']} acknowledged")
    templates = f"{count['templates']} template{'' if count['templates'] == 1 else 's'}"
    if count["skipped"]:
        templates += f" ({count['skipped']} file{'' if count['skipped'] == 1 else 's'} without resources skipped)"
    if report.compared:
        known = sum(1 for result in report.results if result in report.known and result.verdict != SATISFIED)
        parts.append(f"{known} known before")
    return f"{templates}, {count['subjects']} resource{'' if count['subjects'] == 1 else 's'} judged: {', '.join(parts)}"


def _paint(text: str, style: str) -> str:
    return f"\033[{_COLOURS[style]}m{text}\033[0m"


def _plain(text: str, style: str) -> str:
    del style
    return text
