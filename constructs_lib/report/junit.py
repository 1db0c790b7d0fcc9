"""The results as JUnit XML, which build servers show as tests: one suite per template, one case per rule and resource."""

from __future__ import annotations

import re

from constructs_lib.check import SATISFIED, UNVERIFIED
from constructs_lib.report.view import fails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from xml.etree.ElementTree import Element

    from constructs_lib.check import Result
    from constructs_lib.report.view import Report

# Characters that XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, *, levels: Container[str] = ("error",)) -> str:
    """Return the XML text: what fails the run is a failure, what is unverified or acknowledged is skipped with its reason."""
    from xml.etree import ElementTree

    root = ElementTree.Element("testsuites", name="sagemaker-network")
    by_template: dict[str, list[Result]] = {}
    for result in report.results:
        by_template.setdefault(result.template.path, []).append(result)
    for path, results in by_template.items():
        suite = ElementTree.SubElement(root, "testsuite", name=_text(path))
        cases = [_case(suite, result, report, levels) for result in results]
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(cases.count("failure")))
        suite.set("errors", "0")
        suite.set("skipped", str(cases.count("skipped")))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: Element, result: Result, report: Report, levels: Container[str]) -> str:
    from xml.etree.ElementTree import SubElement

    place = result.resource.construct_path or result.resource.logical_id
    case = SubElement(suite, "testcase", classname=_text(place), name=result.rule.id, file=_text(result.template.path))
    text = f"{result.message}\nfix: {result.fix}\n{result.source}"
    if result not in report.known and fails(result, levels):
        SubElement(case, "failure", type=result.severity.value, message=_text(result.message)).text = _text(text)
        return "failure"
    if result.verdict == SATISFIED:
        return "passed"
    reason = result.acknowledged or ("known before" if result in report.known else result.message)
    label = "acknowledged" if result.acknowledged is not None else result.verdict if result.verdict == UNVERIFIED else result.severity.value
    SubElement(case, "skipped", message=_text(f"{label}: {reason}"))
    return "skipped"


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
