"""The results as JUnit XML, which build servers show as tests: one suite per template, one case per rule and resource."""

from __future__ import annotations

import re

from constructs_lib.check import SATISFIED, UNVERIFIED

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

    by_template: dict[str, list[Result]] = {}
    for result in report.results:
        by_template.setdefault(result.template.path, []).append(result)
    root = ElementTree.Element("testsuites", name="sagemaker-network")
    outcomes: list[str] = []
    for path, results in by_template.items():
        suite = ElementTree.SubElement(root, "testsuite", name=_text(path))
        cases = [_case(suite, result, report, levels) for result in results]
        _count(suite, cases)
        outcomes += cases
    _count(root, outcomes)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _count(element: Element, outcomes: list[str]) -> None:
    element.set("tests", str(len(outcomes)))
    element.set("failures", str(outcomes.count("failure")))
    element.set("errors", "0")
    element.set("skipped", str(outcomes.count("skipped")))


def _case(suite: Element, result: Result, report: Report, levels: Container[str]) -> str:
    from xml.etree.ElementTree import SubElement

    place = report.place(result)
    case = SubElement(suite, "testcase", classname=_text(place), name=result.rule.id, file=_text(result.template.path))
    if result.verdict == SATISFIED:
        return "passed"
    line = report.line(result)
    if line:
        case.set("line", str(line))
    if report.counts(result, levels):
        said = f"{result.message}\nfix: {result.fix}\n{result.source}"
        failure = SubElement(case, "failure", type=result.severity.value, message=_text(result.message))
        failure.text = _text(said)
        return "failure"
    SubElement(case, "skipped", message=_text(_why_not(result, report)))
    return "skipped"


def _why_not(result: Result, report: Report) -> str:
    """Why a result that is not satisfied does not fail the run."""
    if result.acknowledged is not None:
        return f"acknowledged: {result.acknowledged}"
    label = UNVERIFIED if result.verdict == UNVERIFIED else result.severity.value
    return f"{label}{', known before' if result in report.known else ''}: {result.message}"


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
