"""Work shared among processes: the same results, whatever becomes of a process."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

from constructs_lib import check as engine
from constructs_lib import copies
from constructs_lib.assembly import NotVisible, from_documents, load
from constructs_lib.check import check
from constructs_lib.report import json as json_report
from constructs_lib.report.view import Report
from constructs_lib.rules import Finding, Rule, Severity
from tools.sample_templates import template

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be copied here")


def plain(results):
    """All that a result says."""
    return [
        (each.rule.id, each.verdict, each.resource.logical_id, each.template.path, each.property, each.message,
         each.severity, each.assumptions, each.acknowledged)
        for each in results
    ]  # fmt: skip


@pytest.fixture
def eager(monkeypatch):
    """Processes are started for little."""
    monkeypatch.setattr(engine, "_WORTH_A_PROCESS", 20)


@pytest.mark.parametrize("processes", [2, 3, 7])
def test_the_results_are_the_same(eager, tmp_path, processes):
    """Templates that export to each other, conditions, parameters, acknowledgements: the same results in the same order."""
    for number in range(4):
        document = template(49, seed=number)
        vpc = next(name for name, body in document["Resources"].items() if body["Type"] == "AWS::EC2::VPC")
        document["Outputs"] = {"Vpc": {"Value": {"Ref": vpc}, "Export": {"Name": f"vpc-{number}"}}}
        document["Parameters"] = {"Mode": {"Type": "String", "AllowedValues": ["a", "b"]}, "Free": {"Type": "String"}}
        document["Conditions"] = {"On": {"Fn::Equals": [{"Ref": "Mode"}, "a"]}}
        for index, (name, body) in enumerate(document["Resources"].items()):
            if body["Type"] == "AWS::SageMaker::NotebookInstance":
                body["Properties"]["DirectInternetAccess"] = [
                    {"Fn::If": ["On", "Enabled", "Disabled"]},
                    {"Ref": "Free"},
                ][index % 2]
                body["Metadata"] = {"SageMakerNetwork": {"acknowledge": {"SMN-NB-07": f"because of {name}"}}}
        document["Resources"]["Other"] = {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Fn::ImportValue": f"vpc-{(number + 1) % 4}"}, "CidrBlock": "10.99.0.0/24"},
        }
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    alone = plain(check(load([str(tmp_path)])))
    assert plain(check(load([str(tmp_path)]), processes=processes)) == alone
    assert {each[1] for each in alone} == {"violated", "unverified", "satisfied"}


def notebooks(count):
    """A template with that many notebooks."""
    return {
        "Resources": {
            f"N{number}": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {}} for number in range(count)
        }
    }


def rule(function):
    """A rule that is not in the catalogue."""
    facts = {"statement": "It holds.", "source": "https://docs.aws.amazon.com/", "fix": "Mend it."}
    return Rule("SMN-X-01", severity=Severity.ERROR, function=function, **facts)


def test_what_travels(eager):
    """Messages with any characters, properties, severities and what is not visible arrive as they were."""

    def function(notebook: Notebook, network: Network):  # noqa: F821 - the engine reads the name
        number = int(notebook.id[1:])
        if number % 3 == 0:
            yield Finding(f"it's \N{SNOWMAN}\n{number}", at="A.0.B", severity=Severity.INFO)
        elif number % 3 == 1:
            raise NotVisible("the moon", "look up")

    given = from_documents({"t": notebooks(60)})
    together = check(given, [rule(function)], processes=3)
    assert plain(together) == plain(check(given, [rule(function)]))
    assert [each.resource.logical_id for each in together] == [f"N{number}" for number in range(60)]


def test_the_work_is_shared(eager, tmp_path):
    """Each process judges a part, and this one the first."""
    log = tmp_path / "log"

    def function(notebook: Notebook, network: Network):  # noqa: F821
        with log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        yield "x"

    check(from_documents({"t": notebooks(60)}), [rule(function)], processes=3)
    judges = log.read_text().split()
    assert len(judges) == 60
    assert len(set(judges)) == 3
    assert str(os.getpid()) in judges


def test_a_process_that_dies(eager):
    """What a process does not bring to an end is done here."""
    here = os.getpid()

    def function(notebook: Notebook, network: Network):  # noqa: F821
        if os.getpid() != here:
            os._exit(7)
        yield "x"

    assert len(check(from_documents({"t": notebooks(60)}), [rule(function)], processes=2)) == 60


def test_a_mistake_in_a_process(eager):
    """A mistake shows here as it would have without processes."""

    def function(notebook: Notebook, network: Network):  # noqa: F821
        yield "x"
        if notebook.id == "N59":
            raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError, match="by zero"):
        check(from_documents({"t": notebooks(60)}), [rule(function)], processes=2)


def test_no_process_is_left(eager, monkeypatch):
    """Where this one fails, the others are ended rather than waited for."""
    here, fork, started = os.getpid(), os.fork, []

    def noted():
        started.append(fork())
        return started[-1]

    monkeypatch.setattr(os, "fork", noted)

    def function(notebook: Notebook, network: Network):  # noqa: F821
        if os.getpid() != here:
            time.sleep(600)
        yield "x"
        raise ZeroDivisionError

    start = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        check(from_documents({"t": notebooks(60)}), [rule(function)], processes=3)
    assert time.monotonic() - start < 60
    assert len(started) == 2
    for process in started:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


def test_little_work_stays_here(monkeypatch):
    """Starting a process costs more than judging a few resources."""
    monkeypatch.setattr(os, "fork", None)
    assert check(from_documents({"t": notebooks(5)}), processes=8)
    assert check(from_documents({"t": {"Resources": {}}}), processes=8) == []


def test_cores(monkeypatch):
    """As many as this process may use; one where processes cannot be copied."""
    assert copies.cores() >= 1
    monkeypatch.delattr(os, "fork")
    assert copies.cores() == 1


def test_progress():
    """Whoever asks is told how far it is."""
    seen = []
    check(from_documents({"t": notebooks(200)}), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 200), (64, 200), (128, 200), (192, 200)]
    assert "constructs_lib.copies" in sys.modules


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_shares_of_any_work(monkeypatch, cores):
    """Consecutive shares, none smaller than is worth a process, in the order of the items; what a copy cannot do is done here."""
    here = os.getpid()
    monkeypatch.setattr(copies, "cores", lambda: cores)

    def work(share):
        if os.getpid() != here and 10 in share:
            raise ZeroDivisionError
        return list(share)

    shares = copies.in_shares(work, range(11), worth=3)
    assert [item for share in shares for item in share] == list(range(11))
    assert len(shares) == min(cores, 3)
    assert copies.in_shares(work, [], worth=3) == [[]]


def test_a_long_report_is_written_together(monkeypatch):
    """The same text, whoever wrote it."""
    given = from_documents({"t": notebooks(30)})
    report = Report(given, check(given))
    alone = json_report.render(report)
    monkeypatch.setattr(json_report, "_WORTH_A_PROCESS", 10)
    monkeypatch.setattr(copies, "cores", lambda: 4)
    assert json_report.render(report) == alone
    assert len(json.loads(alone)["results"]) > 40
