"""The results as JSON, for programs. The names in it are a contract; new ones may be added."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.report.view import Report

SCHEMA = 1


def render(report: Report) -> str:
    """Return the JSON text, ending in a line break."""
    # One result a line: easy to compare and to search, and written by the fast half of the JSON module, which does not indent.
    results = ",\n".join([json.dumps(report.as_json(result)) for result in report.shown()])
    between = f"\n{results}\n" if results else ""
    return f'{{"schema": {SCHEMA}, "results": [{between}], "summary": {json.dumps(report.summary())}}}\n'
