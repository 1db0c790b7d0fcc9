"""The results as JSON, for programs. The names in it are a contract; new ones may be added."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.report.view import Report

SCHEMA = 1


def render(report: Report) -> str:
    """Return the JSON text, ending in a line break."""
    results = [report.as_json(result) for result in report.shown()]
    return json.dumps({"schema": SCHEMA, "results": results, "summary": report.summary()}, indent=1) + "\n"
