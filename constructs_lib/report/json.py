"""The results as JSON, for programs. The names in it are a contract; new ones may be added."""

from __future__ import annotations

import json

from constructs_lib.copies import in_shares

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.check import Result
    from constructs_lib.report.view import Report

SCHEMA = 1
#: How many results are worth a process: each is looked up in its file for its line.
_WORTH_A_PROCESS = 2000


def render(report: Report) -> str:
    """Return the JSON text, ending in a line break."""

    def written(share: Sequence[Result]) -> str:
        # One result a line: easy to compare and to search, and written by the fast half of the JSON module, which does not indent.
        return ",\n".join([json.dumps(report.as_json(result)) for result in share])

    results = ",\n".join(in_shares(written, report.shown(), worth=_WORTH_A_PROCESS))
    between = f"\n{results}\n" if results else ""
    return f'{{"schema": {SCHEMA}, "results": [{between}], "summary": {json.dumps(report.summary())}}}\n'
