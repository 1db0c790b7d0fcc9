"""The results as annotations of GitHub Actions: they appear beside the changed lines of a pull request.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from constructs_lib.check import SATISFIED, VIOLATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.check import Result
    from constructs_lib.report.view import Report


def render(report: Report) -> str:
    """Return one workflow command per result that is neither satisfied nor acknowledged nor known."""
    commands = [
        _command(result, report)
        for result in report.results
        if result.verdict != SATISFIED and result.acknowledged is None and result not in report.known
    ]
    return "".join(f"{command}\n" for command in commands)


def _command(result: Result, report: Report) -> str:
    level = "notice"
    if result.verdict == VIOLATED:
        level = {"error": "error", "warning": "warning"}.get(result.severity.value, "notice")
    line = report.line(result)
    properties = [f"file={_property(result.template.path)}"]
    if line:
        properties.append(f"line={line}")
    properties.append(f"title={_property(f'{result.rule.id} {result.verdict}')}")
    fix = f" (fix: {result.fix})" if result.verdict == VIOLATED else ""
    return f"::{level} {','.join(properties)}::{_data(f'{report.place(result)}: {result.message}{fix}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
