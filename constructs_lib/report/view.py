"""What every report shows of a result, in one place: the JSON of the command line, and which results fail the run."""

from __future__ import annotations

from constructs_lib.check import SATISFIED, UNVERIFIED, VIOLATED
from constructs_lib.rules import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from typing import Any

    from constructs_lib.assembly import Input
    from constructs_lib.check import Result

FAIL_ON = ("error", "warning", "unverified", "never")


class Report:
    """The results of one run, with what a report needs besides.

    Args:
        given: the templates that were judged.
        results: what `check` said about them.
        known: results that an earlier state of the templates already had (see `constructs_lib.comparison.against`); they never fail.
        compared: whether there was an earlier state to compare with.
        show_all: whether satisfied and acknowledged results are shown too.

    """

    __slots__ = ("compared", "given", "known", "results", "show_all")

    def __init__(
        self,
        given: Input,
        results: Sequence[Result],
        *,
        known: Container[Result] = (),
        compared: bool = False,
        show_all: bool = False,
    ) -> None:
        self.given = given
        self.results = results
        self.known = known
        self.compared = compared
        self.show_all = show_all

    def fails(self, levels: Iterable[str]) -> bool:
        """Tell whether the run fails under these `--fail-on` levels."""
        chosen = set(levels)
        return any(self.counts(result, chosen) for result in self.results)

    def counts(self, result: Result, levels: Container[str]) -> bool:
        """Tell whether one result fails the run under these `--fail-on` levels: it is bad enough, and was not there before."""
        return result not in self.known and fails(result, levels)

    def summary(self) -> dict[str, int]:
        """Count templates, subjects and verdicts; an acknowledged result counts as acknowledged only."""
        counts = dict.fromkeys((VIOLATED, UNVERIFIED, SATISFIED), 0)
        acknowledged = 0
        for result in self.results:
            if result.acknowledged is not None and result.verdict != SATISFIED:
                acknowledged += 1
            else:
                counts[result.verdict] += 1
        return {
            "templates": len(self.given.templates),
            "skipped": len(self.given.skipped),
            "subjects": len({id(result.resource) for result in self.results}),
            **counts,
            "acknowledged": acknowledged,
        }

    def violated(self) -> str:
        """Say how many results are violated, and how many of them are of which severity: that is what decides about the exit status."""
        found = [
            result.severity for result in self.results if result.verdict == VIOLATED and result.acknowledged is None
        ]
        by_severity = ", ".join(
            f"{count} {severity.value}{'s' if count > 1 and severity is not Severity.INFO else ''}"
            for severity in Severity
            if (count := found.count(severity))
        )
        return f"{len(found)} {VIOLATED}" + (f" ({by_severity})" if found else "")

    def shown(self) -> list[Result]:
        """Return the results that the JSON shows: satisfied ones only if all were asked for."""
        return [result for result in self.results if self.show_all or result.verdict != SATISFIED]

    @staticmethod
    def place(result: Result) -> str:
        """Return what people know the resource by: its construct's path, or its logical id."""
        return result.resource.construct_path or result.resource.logical_id

    @staticmethod
    def line(result: Result) -> int | None:
        """Return the line of the template that the result is about, if the template has lines."""
        path = result.property.split(".") if result.property else []
        return result.template.line(
            result.resource.logical_id, *(int(step) if step.isdecimal() else step for step in path)
        )

    def as_json(self, result: Result) -> dict[str, Any]:
        """Return the result as the JSON report has it."""
        shown: dict[str, Any] = {
            "rule": result.rule.id,
            "verdict": result.verdict,
            "severity": result.severity.value,
            "template": result.template.path,
            "logical_id": result.resource.logical_id,
            "construct_path": result.resource.construct_path,
            "property": result.property,
            "line": self.line(result),
            "message": result.message,
            "fix": result.fix,
            "source": result.source,
            "acknowledged": result.acknowledged,
        }
        if self.compared:
            shown["known"] = result in self.known
        return shown


def fails(result: Result, levels: Container[str]) -> bool:
    """Tell whether one result, taken as new, fails a run with these `--fail-on` levels."""
    if result.acknowledged is not None or "never" in levels:
        return False
    severity = result.severity.value
    if result.verdict == VIOLATED:
        return severity == "error" or (severity == "warning" and "warning" in levels)
    return result.verdict == UNVERIFIED and severity != "info" and "unverified" in levels
