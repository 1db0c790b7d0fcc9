"""The results as SARIF 2.1.0, for code scanning services.

Unverified results have the kind "open" ("insufficient information to decide whether a problem exists"), satisfied ones "pass"; both have no
level, as the standard asks. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json

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
    from constructs_lib.version import VERSION

    results = report.shown()
    rules = list({result.rule.id: result.rule for result in results}.values())
    index = {rule.id: place for place, rule in enumerate(rules)}
    driver = {
        "name": "sagemaker-network",
        "version": VERSION,
        "semanticVersion": VERSION,
        "informationUri": "https://pypi.org/project/sagemaker-network-constructs/",
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, report, index) for result in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


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


def _result(result: Result, report: Report, index: dict[str, int]) -> dict[str, Any]:
    place = result.resource.construct_path or result.resource.logical_id
    line = report.line(result)
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(result.template.path)}}
    if line:
        location["region"] = {"startLine": line}
    text = f"{place}: {result.message}" if result.message else f"{place}: {result.rule.statement}"
    shown: dict[str, Any] = {
        "ruleId": result.rule.id,
        "ruleIndex": index[result.rule.id],
        "kind": _KINDS[result.verdict],
        "level": _LEVELS[result.severity.value] if result.verdict == VIOLATED else "none",
        "message": {"text": text},
        "locations": [{"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": place, "kind": "resource"}]}],
        "partialFingerprints": {"resource/v1": _fingerprint(result)},
    }
    if result.acknowledged is not None:
        shown["suppressions"] = [{"kind": "inSource", "justification": result.acknowledged}]
    if report.compared:
        shown["baselineState"] = "unchanged" if result in report.known else "new"
    return shown


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path.replace("\\", "/"))


def _fingerprint(result: Result) -> str:
    parts = (result.rule.id, result.resource.construct_path or result.resource.logical_id, result.property or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
