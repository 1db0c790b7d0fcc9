"""The page of what the reference stacks acknowledge, read from the validation report that the CDK writes beside the templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKS = {
    "SageMakerNetwork": "the rules of this library",
    "AwsSolutions": "cdk-nag AwsSolutions",
    "HIPAA.Security": "cdk-nag HIPAA Security",
    "NIST.800.53.R5": "cdk-nag NIST 800-53 R5",
    "PCI.DSS.321": "cdk-nag PCI DSS 3.2.1",
}
_INTRODUCTION = """\
# Acknowledgements of the reference stacks

Written by `make docs` from the validation report of the reference app. It is judged by {packs}.
No rule of severity error or warning is violated but what is listed here, each finding on exactly one resource and with its reason. Constructs
acknowledge only what they break by their nature; every reason can be replaced or withdrawn with the argument `acknowledgements`, and overriding a
secure default brings its finding back.
"""


class Acknowledged(NamedTuple):
    """A finding that is acknowledged.

    Attributes:
        path: where the resource stands in the construct tree, its stack first.
        rule: the rule, with the finding in brackets where a rule has several on one resource.
        reason: why it is lived with.

    """

    path: str
    rule: str
    reason: str


def acknowledged(assembly: Path) -> list[Acknowledged]:
    """Return what is acknowledged in an assembly, sorted."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    found = [
        Acknowledged(place["constructPath"], violation["ruleName"], violation["reason"])
        for plugin in report["pluginReports"]
        for violation in plugin["suppressedViolations"]
        for place in violation["violatingConstructs"]
    ]
    return sorted(set(found))


def page(assembly: Path) -> str:
    """Return the page: for each stack and resource a table of reasons with the rules that each answers."""
    lines = [_INTRODUCTION.format(packs=", ".join(f"{title} (`{name}`)" for name, title in PACKS.items()))]
    stack = ""
    for path, rules in _by_resource(acknowledged(assembly)):
        name, _, rest = path.partition("/")
        if name != stack:
            stack = name
            lines += [f"## {name}", ""]
        lines += [f"### `{rest}`", "", "| rules | reason |", "|---|---|"]
        lines += [f"| {'<br>'.join(f'`{rule}`' for rule in found)} | {reason} |" for reason, found in rules.items()]
        lines.append("")
    return "\n".join(lines)


def _by_resource(found: list[Acknowledged]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield each resource with its reasons, and the rules that each answers."""
    for path in dict.fromkeys(each.path for each in found):
        reasons: dict[str, list[str]] = {}
        for each in found:
            if each.path == path:
                reasons.setdefault(each.reason, []).append(each.rule)
        yield path, reasons
