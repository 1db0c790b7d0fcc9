"""The checks inside the CDK: what is reported, what is acknowledged, what fails, and how little it costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import Level, NetworkChecks
from constructs_lib.assembly import load
from constructs_lib.check import check
from constructs_lib.report import cdk as plugin

ROOT = Path(__file__).resolve().parents[2]
#: A closed notebook without subnet (error), and an open one (warning).
ERROR, WARNING = "SMN-NB-01", "SMN-NB-07"


def notebook(scope, name="Notebook", access="Disabled"):
    """A notebook that nobody but these checks judges."""
    return sagemaker.CfnNotebookInstance(
        scope,
        name,
        instance_type="ml.t3.medium",
        role_arn="arn:aws:iam::111122223333:role/Notebook",
        direct_internet_access=access,
    )


@pytest.fixture
def app(tmp_path):
    """An app with the checks, whose assembly is in the test's folder."""
    made = cdk.App(outdir=str(tmp_path / "cdk.out"))
    cdk.Validations.of(made).add_plugins(NetworkChecks())
    return made


def synthesized(app):
    """The text of the failure, or an empty one."""
    try:
        app.synth()
    except RuntimeError as error:
        return str(error)
    return ""


def reported(app):
    """What the validation report lists: rule, severity and construct path, each as often as it was reported."""
    synthesized(app)
    file = Path(app.outdir) / "validation-report.json"
    if not file.exists():
        return []
    return [
        (violation["ruleName"], violation["severity"], place["constructPath"])
        for report in json.loads(file.read_text())["pluginReports"]
        for violation in report.get("violations", [])
        for place in violation.get("violatingConstructs", [])
    ]


def test_severity_is_kept(app):
    """An error fails the synthesis, a warning does not; both are in the report with their own severity."""
    stack = cdk.Stack(app, "Lab")
    notebook(stack)
    notebook(stack, "Open", access="Enabled")
    assert ERROR in synthesized(app)
    found = {(rule, severity) for rule, severity, _ in reported(app)}
    assert (ERROR, "error") in found
    assert (WARNING, "warning") in found


def test_a_warning_does_not_fail(app):
    """What only contradicts advice is printed."""
    notebook(cdk.Stack(app, "Lab"), access="Enabled")
    assert synthesized(app) == ""


@pytest.mark.parametrize("where", ["resource", "stack", "stage", "app"])
def test_acknowledgements(app, where):
    """A reason on the resource, its stack, stage or app lets the synthesis pass; `check` reads the same reason from the assembly."""
    stage = cdk.Stage(app, "Prod")
    stack = cdk.Stack(stage, "Lab")
    resource = notebook(stack)
    place = {"resource": resource, "stack": stack, "stage": stage, "app": app}[where]
    cdk.Validations.of(place).acknowledge(cdk.Acknowledgment(id=f"SageMakerNetwork::{ERROR}", reason="a course"))
    assert ERROR not in synthesized(app)
    told = {
        each.acknowledged for each in check(load([app.outdir])) if each.rule.id == ERROR and each.verdict == "violated"
    }
    assert told == {"a course"}


def test_an_acknowledgement_silences_no_other(app):
    """A reason on one resource leaves its neighbour's finding."""
    stack = cdk.Stack(app, "Lab")
    cdk.Validations.of(notebook(stack)).acknowledge(
        cdk.Acknowledgment(id=f"SageMakerNetwork::{ERROR}", reason="a course")
    )
    notebook(stack, "Other")
    said = synthesized(app)
    assert ERROR in said
    assert "Lab/Other" in said


def test_unverified_as_an_error(tmp_path):
    """What the templates do not say is a warning, or fails where that is asked for."""
    for level, fails in ((Level.WARNING, False), (Level.ERROR, True)):
        app = cdk.App(outdir=str(tmp_path / level.value))
        cdk.Validations.of(app).add_plugins(NetworkChecks(unverified=level))
        stack = cdk.Stack(app, "Lab")
        notebook(stack, access=cdk.CfnParameter(stack, "Access").value_as_string)
        said = synthesized(app)
        assert ("unverified: " in said and "error" in said.lower()) is fails


def test_wrong_level():
    """The argument is named with what is allowed."""
    with pytest.raises(TypeError, match="unverified is 'error'; allowed are Level.WARNING"):
        NetworkChecks(unverified="error")


@pytest.mark.parametrize("times", [1, 2])
def test_no_finding_is_reported_twice(tmp_path, times):
    """However often and wherever the checks are added: on the app, on a stage, twice."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    stage = cdk.Stage(app, "Prod")
    for _ in range(times):
        cdk.Validations.of(app).add_plugins(NetworkChecks())
        cdk.Validations.of(stage).add_plugins(NetworkChecks())
    notebook(cdk.Stack(stage, "Lab"))
    found = [place for rule, _, place in reported(app) if rule == ERROR]
    assert found == ["Prod/Lab/Notebook"]


def test_the_command_line_agrees(app):
    """`check cdk.out` finds on each construct what the synthesis reported."""
    stack = cdk.Stack(app, "Lab")
    notebook(stack)
    notebook(cdk.NestedStack(stack, "Nested"), "Inner")
    said = reported(app)
    judged = {
        (each.rule.id, each.severity.value, each.resource.construct_path)
        for each in check(load([app.outdir]))
        if each.verdict == "violated"
    }
    assert {each for each in said if each[0] in (ERROR, WARNING)} == {
        each for each in judged if each[0] in (ERROR, WARNING)
    }
    assert any("Nested" in place for _, _, place in said)


def test_a_mistake_in_the_checks_fails_the_synthesis(app, monkeypatch):
    """What could not be judged is no pass."""

    def broken(*_, **__):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(plugin, "check", broken)
    notebook(cdk.Stack(app, "Lab"), access="Enabled")
    assert "the checks failed: ZeroDivisionError: by zero" in synthesized(app)


def test_one_report_for_all_resources(app, monkeypatch):
    """The CDK is told of findings, never asked about resources: no call grows with what is in order."""
    made = []
    original = cdk.PolicyViolation
    monkeypatch.setattr(plugin.cdk, "PolicyViolation", lambda **facts: made.append(facts) or original(**facts))
    stack = cdk.Stack(app, "Lab")
    notebook(stack)
    for number in range(30):
        cdk.CfnResource(stack, f"Vpc{number}", type="AWS::EC2::VPC", properties={"CidrBlock": f"10.{number}.0.0/16"})
    synthesized(app)
    findings = [each for each in check(load([app.outdir])) if each.verdict != "satisfied"]
    assert len(made) == len(findings)


APP = """
import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs_lib import NetworkChecks
{before}
app = cdk.App()
cdk.Validations.of(app).add_plugins(NetworkChecks())
sagemaker.CfnNotebookInstance(cdk.Stack(app, "Lab"), "Notebook", instance_type="ml.t3.medium", role_arn="r",
                              direct_internet_access={access!r})
app.synth()
"""
BROKEN = """
import constructs_lib.report.cdk as plugin
def check(*_, **__): raise ZeroDivisionError
plugin.check = check
"""


@pytest.mark.parametrize(
    ("access", "before", "status"), [("Enabled", "", 0), ("Disabled", "", 1), ("Enabled", BROKEN, 1)]
)
def test_the_real_cli(tmp_path, access, before, status):
    """`cdk synth` ends with status 1 where a rule is violated, and where the checks themselves fail."""
    cli = ROOT / "node_modules" / ".bin" / "cdk"
    if not cli.exists():
        pytest.skip("the CDK CLI is not installed: run make setup")
    (tmp_path / "app.py").write_text(APP.format(access=access, before=before))
    (tmp_path / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "CDK_DISABLE_CLI_TELEMETRY": "true"}
    done = subprocess.run(
        [cli, "synth", "--quiet", "--no-notices"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
