"""The text report, to the letter."""

from __future__ import annotations

import pytest
from sample_report import TEMPLATE, judged

from constructs_lib.assembly import from_documents, load
from constructs_lib.report import text

SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/page.html"
FINDINGS = f"""sample.json
  error      SMN-X-01  Open (DirectInternetAccess, line 8)
             access is <on> & free
             fix: Mend 1.
             {SOURCE}
  warning    SMN-X-02  Open (SecurityGroupIds.1, line 11)
             sg-2 is odd
             fix: Mend 2.
             {SOURCE}
  unverified SMN-X-03  Lab/Known/Resource (line 15)
             the size of the instance: give it with --parameter Size=VALUE
             {SOURCE}
  info       SMN-X-02  Open (SecurityGroupIds.0, line 10)
             sg-1 is told, not warned of
             fix: Mend 2.
             {SOURCE}

1 template, 3 resources judged: 3 violated (1 error, 1 warning, 1 info), 1 unverified, 2 satisfied, 1 acknowledged
"""
ALL = f"""sample.json
  error      SMN-X-01  Lab/Known/Resource (DirectInternetAccess, line 21)
             access is <on> & free
             fix: Mend 1.
             acknowledged: a course for beginners
             {SOURCE}
  error      SMN-X-01  Open (DirectInternetAccess, line 8)
             access is <on> & free
             fix: Mend 1.
             {SOURCE}
  warning    SMN-X-02  Open (SecurityGroupIds.1, line 11)
             sg-2 is odd
             fix: Mend 2.
             {SOURCE}
  unverified SMN-X-03  Lab/Known/Resource (line 15)
             the size of the instance: give it with --parameter Size=VALUE
             {SOURCE}
  info       SMN-X-02  Open (SecurityGroupIds.0, line 10)
             sg-1 is told, not warned of
             fix: Mend 2.
             {SOURCE}
  satisfied  SMN-X-01  Closed (DirectInternetAccess)
  satisfied  SMN-X-03  Closed
             it is ml.t3.medium

1 template, 3 resources judged: 3 violated (1 error, 1 warning, 1 info), 1 unverified, 2 satisfied, 1 acknowledged
"""


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The sample as a file in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample.json").write_text(TEMPLATE)
    return load(["sample.json"])


def test_findings(given):
    """The worst first, each with place, line, message, fix and source; acknowledged and satisfied results are counted only."""
    assert text.render(judged(given)) == FINDINGS


def test_all(given):
    """With all results, acknowledged ones carry their reason, and satisfied ones what they have to tell."""
    assert text.render(judged(given, show_all=True)) == ALL


def test_colour(given):
    """Colour is added to the same text: the template in bold, the verdict by its weight, the source dim."""
    painted = text.render(judged(given), colour=True)
    lines = painted.splitlines()
    assert lines[0] == "\033[1msample.json\033[0m"
    assert lines[1] == "  \033[31merror     \033[0m SMN-X-01  Open (DirectInternetAccess, line 8)"
    assert lines[4] == f"             \033[2m{SOURCE}\033[0m"
    assert [line[2:7] for line in lines if line.startswith("  \033")] == [
        "\033[31m",
        "\033[33m",
        "\033[35m",
        "\033[36m",
    ]
    plain = painted
    for code in ("0", "1", "2", "31", "33", "35", "36"):
        plain = plain.replace(f"\033[{code}m", "")
    assert plain == FINDINGS


def test_known_before(given):
    """What an earlier state had too is said to be known, and counted."""
    report = judged(given)
    report.known = {result for result in report.results if result.rule.id == "SMN-X-02"}
    report.compared = True
    said = text.render(report)
    assert "  warning    SMN-X-02  Open (SecurityGroupIds.1, line 11)  known before\n" in said
    assert said.endswith(
        "3 violated (1 error, 1 warning, 1 info), 1 unverified, 2 satisfied, 1 acknowledged, 2 of them known before\n"
    )


def test_nothing_found():
    """Where all is well there is just the count."""
    resource = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"DirectInternetAccess": "Disabled"}}
    given = from_documents({"t": {"Resources": {"Notebook": resource}}})
    assert text.render(judged(given)) == "1 template, 1 resource judged: 0 violated, 0 unverified, 1 satisfied\n"


def test_templates_and_skipped_files(tmp_path):
    """Each template has its part of the report, and files that are no templates are counted."""
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(TEMPLATE)
    (tmp_path / "package.json").write_text("{}")
    said = text.render(judged(load([str(tmp_path)])))
    assert said.index("a.json\n") < said.index("b.json\n")
    assert said.splitlines()[-1] == (
        "2 templates (1 file without resources skipped), 6 resources judged: 6 violated (2 errors, 2 warnings, 2 info), 2 unverified, 4 satisfied, 2 acknowledged"
    )


def test_a_template_in_memory_has_no_lines():
    """Without a file there is no line to show."""
    resource = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {}}
    said = text.render(judged(from_documents({"t": {"Resources": {"Notebook": resource}}})))
    assert "  error      SMN-X-01  Notebook (DirectInternetAccess)\n" in said
