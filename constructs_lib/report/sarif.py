"""The results as SARIF 2.1.0, for code scanning services.

Unverified results have the kind "open" ("insufficient information to decide whether a problem exists"), satisfied ones "pass"; both have no
level, as the standard asks. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import os

from constructs_lib.check import SATISFIED, UNVERIFIED, VIOLATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.check import Result
    from constructs_lib.report.view import Report
    from constructs_lib.rules import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_KINDS = {VIOLATED: "fail", UNVERIFIED: "open", SATISFIED: "pass"}


def render(report: Report) -> str:
    """Return the SARIF text, ending in a line break."""
    shown = report.shown()
    rules = list({result.rule.id: result.rule for result in shown}.values())
    index = {rule.id: place for place, rule in enumerate(rules)}
    results = [_result(result, report, index) for result in shown]
    _tell_apart(results)
    if any("suppressions" in result for result in results):
        for result in results:
            # The standard wants the property on every result or on none.
            result.setdefault("suppressions", [])
    head = json.dumps({"tool": {"driver": _driver(rules)}, "columnKind": "unicodeCodePoints", **_invocation(report)})
    # One result a line: easy to compare and to search, and written by the fast half of the JSON module, which does not indent.
    lines = ",\n".join([json.dumps(result) for result in results])
    return f'{{"$schema": {json.dumps(SCHEMA)}, "version": "2.1.0", "runs": [\n{head[:-1]}, "results": [\n{lines}\n]}}]}}\n'


def _driver(rules: list[Rule]) -> dict[str, Any]:
    from constructs_lib.version import VERSION

    return {
        "name": "sagemaker-network",
        "version": VERSION,
        "semanticVersion": VERSION,
        "informationUri": "https://pypi.org/project/sagemaker-network-constructs/",
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.statement},
        "fullDescription": {"text": rule.statement},
        "help": {"text": f"{rule.fix}\n{rule.source}", "markdown": f"{rule.fix}\n\n[AWS documentation]({rule.source})"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _LEVELS[rule.severity.value]},
        "properties": {"tags": ["sagemaker", "network", *rule.related]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    """Whether everything could be read, and what could not."""
    errors = [{"level": "error", "message": {"text": str(error)}} for error in report.given.errors]
    invocation: dict[str, Any] = {"executionSuccessful": not errors}
    if errors:
        invocation["toolExecutionNotifications"] = errors
    return {"invocations": [invocation]}


def _result(result: Result, report: Report, index: dict[str, int]) -> dict[str, Any]:
    place = report.place(result)
    line = report.line(result)
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(result.template.path)}}
    if line:
        location["region"] = {"startLine": line}
    shown: dict[str, Any] = {
        "ruleId": result.rule.id,
        "ruleIndex": index[result.rule.id],
        "kind": _KINDS[result.verdict],
        "level": _LEVELS[result.severity.value] if result.verdict == VIOLATED else "none",
        "message": {"text": f"{place}: {result.message or result.rule.statement}"},
        "locations": [
            {"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": place, "kind": "resource"}]}
        ],
        "partialFingerprints": {"resource/v1": _fingerprint(result, place)},
    }
    if result.acknowledged is not None and result.verdict != SATISFIED:
        shown["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": result.acknowledged}]
    if report.compared:
        shown["baselineState"] = "unchanged" if result in report.known else "new"
    return shown


def _uri(path: str) -> str:
    from urllib.parse import quote

    # As bytes, because a file's name need not be text in any encoding.
    if os.path.isabs(path):
        return f"file://{quote(os.fsencode(path))}"
    return quote(os.fsencode(os.path.normpath(path).replace(os.sep, "/")))


def _fingerprint(result: Result, place: str) -> str:
    from hashlib import sha256

    named = "\n".join((result.rule.id, place, result.property or ""))
    return sha256(named.encode(errors="surrogatepass")).hexdigest()[:32]


def _tell_apart(results: list[dict[str, Any]]) -> None:
    """Number the results of one rule about one property, so that each fingerprint is there once."""
    seen: dict[str, int] = {}
    for result in results:
        prints = result["partialFingerprints"]
        print_ = prints["resource/v1"]
        seen[print_] = seen.get(print_, 0) + 1
        prints["resource/v1"] = f"{print_}:{seen[print_]}"
