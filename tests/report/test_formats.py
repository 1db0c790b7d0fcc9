"""The reports for programs: JSON, SARIF, JUnit and GitHub annotations, to the letter and against their schemas."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator, FormatChecker
from sample_report import SOURCE, TEMPLATE, judged

from constructs_lib.assembly import from_documents, load
from constructs_lib.report import github, junit, sarif
from constructs_lib.report import json as json_report
from constructs_lib.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
SARIF_SCHEMA = ROOT / "node_modules" / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
KEYS = [
    "rule", "verdict", "severity", "template", "logical_id", "construct_path", "property", "line", "message", "fix", "source",
    "acknowledged",
]  # fmt: skip


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The sample as a file in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample.json").write_text(TEMPLATE)
    return load(["sample.json"])


def notebook(**body):
    """A template in memory with one notebook."""
    return {"Resources": {"Notebook": {"Type": "AWS::SageMaker::NotebookInstance", **body}}}


# JSON.


def test_json(given):
    """The names of the public format, each result on a line of its own; satisfied results are left out."""
    said = json_report.render(judged(given))
    document = json.loads(said)
    assert list(document) == ["schema", "results", "summary"]
    assert document["schema"] == 1
    assert document["summary"] == {
        "templates": 1, "skipped": 0, "subjects": 3, "violated": 3, "unverified": 1, "satisfied": 2, "acknowledged": 1,
    }  # fmt: skip
    assert [list(result) for result in document["results"]] == [KEYS] * 5
    assert document["results"][0] == {
        "rule": "SMN-X-01",
        "verdict": "violated",
        "severity": "error",
        "template": "sample.json",
        "logical_id": "Open",
        "construct_path": None,
        "property": "DirectInternetAccess",
        "line": 8,
        "message": "access is <on> & free",
        "fix": "Mend 1.",
        "source": SOURCE,
        "acknowledged": None,
    }
    rows = [
        (each["logical_id"], each["rule"], each["verdict"], each["severity"], each["line"], each["acknowledged"])
        for each in document["results"]
    ]
    assert rows == [
        ("Open", "SMN-X-01", "violated", "error", 8, None),
        ("Open", "SMN-X-02", "violated", "warning", 11, None),
        ("Open", "SMN-X-02", "violated", "info", 10, None),
        ("Known", "SMN-X-01", "violated", "error", 21, "a course for beginners"),
        ("Known", "SMN-X-03", "unverified", "warning", 15, None),
    ]
    assert document["results"][3]["construct_path"] == "Lab/Known/Resource"
    lines = said.splitlines()
    assert lines[0] == '{"schema": 1, "results": ['
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == document["results"]


def test_json_of_all(given):
    """With all results the satisfied ones are there too, in the order of the template."""
    results = json.loads(json_report.render(judged(given, show_all=True)))["results"]
    assert [(each["logical_id"], each["rule"], each["verdict"]) for each in results[5:]] == [
        ("Closed", "SMN-X-01", "satisfied"),
        ("Closed", "SMN-X-03", "satisfied"),
    ]


def test_json_of_nothing():
    """Without results it is still the same document."""
    said = json_report.render(judged(from_documents({"t": {"Resources": {}}})))
    assert json.loads(said) == {
        "schema": 1,
        "results": [],
        "summary": {
            "templates": 1,
            "skipped": 0,
            "subjects": 0,
            "violated": 0,
            "unverified": 0,
            "satisfied": 0,
            "acknowledged": 0,
        },
    }


def test_json_says_what_was_known(given):
    """Compared with an earlier state, each result says whether that had it."""
    report = judged(given, compared=True)
    report.known = set(report.results[:1])
    results = json.loads(json_report.render(report))["results"]
    assert [each["known"] for each in results] == [True, False, False, False, False]


# SARIF.


@pytest.fixture(scope="module")
def schema():
    """A validator of SARIF 2.1.0, from the schema that the npm package for it ships."""
    if not SARIF_SCHEMA.exists():
        pytest.skip("the SARIF schema is not installed: run make setup")
    return Draft4Validator(json.loads(SARIF_SCHEMA.read_text()), format_checker=FormatChecker())


def read_sarif(report, schema):
    """The document of a report, found valid."""
    document = json.loads(sarif.render(report))
    assert [error.message for error in schema.iter_errors(document)] == []
    return document


def test_the_schema_is_the_one_of_the_standard(schema):
    """It refuses what SARIF 2.1.0 does not know, so that passing it means something."""
    assert "2.1.0" in schema.schema["title"]
    assert list(schema.iter_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "findings": []}]}))


def test_sarif(given, schema):
    """Tool, rules and results; a violated result has its level, the others none; the acknowledged one is suppressed."""
    document = read_sarif(judged(given, show_all=True), schema)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("sagemaker-network", VERSION)
    assert [rule["id"] for rule in driver["rules"]] == ["SMN-X-01", "SMN-X-02", "SMN-X-03"]
    assert driver["rules"][0] == {
        "id": "SMN-X-01",
        "shortDescription": {"text": "Something number 1 must hold."},
        "fullDescription": {"text": "Something number 1 must hold."},
        "help": {"text": f"Mend 1.\n{SOURCE}", "markdown": f"Mend 1.\n\n[AWS documentation]({SOURCE})"},
        "helpUri": SOURCE,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["sagemaker", "network", "SageMaker.1"]},
    }
    assert run["invocations"] == [{"executionSuccessful": True}]
    rows = [(each["ruleId"], each["ruleIndex"], each["kind"], each["level"]) for each in run["results"]]
    assert rows == [
        ("SMN-X-01", 0, "fail", "error"),
        ("SMN-X-02", 1, "fail", "warning"),
        ("SMN-X-02", 1, "fail", "note"),
        ("SMN-X-01", 0, "fail", "error"),
        ("SMN-X-03", 2, "open", "none"),
        ("SMN-X-01", 0, "pass", "none"),
        ("SMN-X-03", 2, "pass", "none"),
    ]
    assert [each["suppressions"] for each in run["results"]] == [
        [], [], [], [{"kind": "inSource", "status": "accepted", "justification": "a course for beginners"}], [], [], [],
    ]  # fmt: skip
    assert all("baselineState" not in each for each in run["results"])


def test_sarif_places(given, schema):
    """Each result has its file, line and resource, the construct's path where there is one."""
    results = read_sarif(judged(given), schema)["runs"][0]["results"]
    assert results[1]["message"] == {"text": "Open: sg-2 is odd"}
    assert results[1]["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "sample.json"}, "region": {"startLine": 11}},
            "logicalLocations": [{"fullyQualifiedName": "Open", "kind": "resource"}],
        }
    ]
    assert results[3]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "Lab/Known/Resource"


def test_sarif_fingerprints(given, tmp_path, schema):
    """A result is recognized when the template moves its lines, and no two results share a fingerprint."""
    before = [each["partialFingerprints"] for each in read_sarif(judged(given), schema)["runs"][0]["results"]]
    assert len({each["resource/v1"] for each in before}) == len(before)
    (tmp_path / "sample.json").write_text("\n\n" + TEMPLATE)
    moved = read_sarif(judged(load(["sample.json"])), schema)["runs"][0]["results"]
    assert [each["partialFingerprints"] for each in moved] == before
    assert moved[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 10}


def test_sarif_uris(tmp_path, monkeypatch, schema):
    """A relative path is a relative URI, an absolute one a file URI; both lead back to the file."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my templates" / "a#1 100%.json"
    file.parent.mkdir()
    file.write_text(TEMPLATE)
    for path in ("my templates/a#1 100%.json", "./my templates//a#1 100%.json"):
        (result, *_) = read_sarif(judged(load([path])), schema)["runs"][0]["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "my%20templates/a%231%20100%25.json"
    (result, *_) = read_sarif(judged(load([str(file)])), schema)["runs"][0]["results"]
    uri = urlparse(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    assert (uri.scheme, unquote(uri.path)) == ("file", str(file))


def test_sarif_against_an_earlier_state(given, schema):
    """Compared with an earlier state, each result is new or unchanged."""
    report = judged(given, compared=True)
    report.known = set(report.results[1:3])
    states = [each["baselineState"] for each in read_sarif(report, schema)["runs"][0]["results"]]
    assert states == ["new", "unchanged", "unchanged", "new", "new"]


def test_sarif_without_acknowledged_results_has_no_suppressions(schema):
    """The property is on every result or on none."""
    results = read_sarif(judged(from_documents({"t": notebook()})), schema)["runs"][0]["results"]
    assert [list(each) for each in results] == [
        ["ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints"]
    ]
    assert results[0]["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "t"}}


def test_sarif_of_nothing(schema):
    """Without results it is still valid."""
    run = read_sarif(judged(from_documents({"t": {"Resources": {}}})), schema)["runs"][0]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_sarif_names_what_could_not_be_read(tmp_path, schema):
    """A broken template in a folder is a notification, and the run no success."""
    (tmp_path / "a.json").write_text(TEMPLATE)
    (tmp_path / "b.json").write_text('{"Resources": {"A": 1}}')
    run = read_sarif(judged(load([str(tmp_path)])), schema)["runs"][0]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification == {
        "level": "error",
        "message": {"text": f"{tmp_path}/b.json: Resources.A: must be an object, not a number"},
    }
    assert len(run["results"]) == 5


# JUnit.


def test_junit(given):
    """One suite per template, one case per result: failures are what fails the run, what else is not kept is skipped with its reason."""
    said = junit.render(judged(given))
    assert (
        said
        == f"""<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sagemaker-network" tests="7" failures="1" errors="0" skipped="4">
  <testsuite name="sample.json" tests="7" failures="1" errors="0" skipped="4">
    <testcase classname="Open" name="SMN-X-01" file="sample.json" line="8">
      <failure type="error" message="access is &lt;on&gt; &amp; free">access is &lt;on&gt; &amp; free
fix: Mend 1.
{SOURCE}</failure>
    </testcase>
    <testcase classname="Open" name="SMN-X-02" file="sample.json" line="11">
      <skipped message="warning: sg-2 is odd" />
    </testcase>
    <testcase classname="Open" name="SMN-X-02" file="sample.json" line="10">
      <skipped message="info: sg-1 is told, not warned of" />
    </testcase>
    <testcase classname="Lab/Known/Resource" name="SMN-X-01" file="sample.json" line="21">
      <skipped message="acknowledged: a course for beginners" />
    </testcase>
    <testcase classname="Lab/Known/Resource" name="SMN-X-03" file="sample.json" line="15">
      <skipped message="unverified: the size of the instance: give it with --parameter Size=VALUE" />
    </testcase>
    <testcase classname="Closed" name="SMN-X-01" file="sample.json" />
    <testcase classname="Closed" name="SMN-X-03" file="sample.json" />
  </testsuite>
</testsuites>
"""
    )


@pytest.mark.parametrize(
    ("levels", "failures"),
    [
        (["error"], 1),
        (["warning"], 2),
        (["unverified"], 2),
        (["warning", "unverified"], 3),
        (["never"], 0),
        (["error", "never"], 0),
    ],
)
def test_junit_fails_what_the_run_fails(given, levels, failures):
    """The failures are those that make the exit status 1 under the same levels."""
    report = judged(given)
    root = ElementTree.fromstring(junit.render(report, levels=levels))
    assert len(root.findall(".//failure")) == failures == int(root.get("failures"))
    assert report.fails(levels) is (failures > 0)


def test_junit_known_results_do_not_fail(given):
    """What an earlier state had is skipped, and says so."""
    report = judged(given, compared=True)
    report.known = set(report.results)
    root = ElementTree.fromstring(junit.render(report))
    assert root.get("failures") == "0"
    assert root.find(".//skipped").get("message") == "error, known before: access is <on> & free"


def test_junit_survives_characters_that_xml_cannot_hold():
    """A control character in a name is replaced, so that the file can be read."""
    given = from_documents({"a\x00b.json": notebook(Metadata={"aws:cdk:path": "Lab/\x1b[31mRed"})})
    root = ElementTree.fromstring(junit.render(judged(given)))
    assert root.find("testsuite").get("name") == "a\ufffdb.json"
    assert root.find(".//testcase").get("classname") == "Lab/\ufffd[31mRed"


# GitHub.


def test_github(given):
    """One annotation for each result that is neither satisfied nor acknowledged, at its file and line."""
    assert github.render(judged(given)) == (
        "::error file=sample.json,line=8,title=SMN-X-01 violated::Open: access is <on> & free (fix: Mend 1.)\n"
        "::warning file=sample.json,line=11,title=SMN-X-02 violated::Open: sg-2 is odd (fix: Mend 2.)\n"
        "::notice file=sample.json,line=10,title=SMN-X-02 violated::Open: sg-1 is told, not warned of (fix: Mend 2.)\n"
        "::notice file=sample.json,line=15,title=SMN-X-03 unverified::Lab/Known/Resource: the size of the instance: "
        "give it with --parameter Size=VALUE\n"
    )


def test_github_leaves_out_what_was_known(given):
    """Annotations are about what the change brought."""
    report = judged(given, compared=True)
    report.known = set(report.results)
    assert github.render(report) == ""


def test_github_escapes():
    """Line breaks, percent signs, colons and commas in names do not end the command or one of its properties."""
    given = from_documents({"a,b:c%.json": notebook(Metadata={"aws:cdk:path": "Lab/100%\nRed"})})
    assert github.render(judged(given)) == (
        "::error file=a%2Cb%3Ac%25.json,title=SMN-X-01 violated::Lab/100%25%0ARed: access is <on> & free (fix: Mend 1.)\n"
    )
