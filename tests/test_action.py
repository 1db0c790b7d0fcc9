"""The GitHub Action: what its step does with its inputs, run as GitHub runs it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
#: A notebook that the API refuses, and one that is merely open.
ERROR = '{"Resources": {"N": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"DirectInternetAccess": "Disabled"}}}}'
WARNING = '{"Resources": {"N": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {}}}}'


@pytest.fixture
def step(tmp_path, monkeypatch):
    """Run the step "Check" in a workspace with these inputs; the tool is that of this work tree."""
    if which("bash") is None:
        pytest.skip("there is no bash")
    tool = tmp_path / "temp/sagemaker-network/bin/sagemaker-network"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m constructs_lib "$@"\n')
    tool.chmod(0o755)
    workspace = tmp_path / "work"
    (workspace / "both").mkdir(parents=True)
    for name, content in (("error", ERROR), ("warning", WARNING), ("both/a", ERROR), ("both/b", '{"Resources": 1}')):
        (workspace / f"{name}.json").write_text(content)
    monkeypatch.chdir(workspace)
    (check,) = (each for each in ACTION["runs"]["steps"] if each["name"] == "Check")

    def run(**given):
        inputs = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        inputs.update({name.replace("_", "-"): value for name, value in given.items()})
        environment = {
            **os.environ,
            "RUNNER_TEMP": str(tmp_path / "temp"),
            "PYTHONPATH": str(ROOT),
            **{name: inputs[value[len("${{ inputs.") : -len(" }}")]] for name, value in check["env"].items()},
        }
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]]
        return subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({"path": "error.json"}, 1),
        ({"path": "warning.json"}, 0),
        ({"path": "warning.json", "fail_on": "warning"}, 1),
        ({"path": "warning.json error.json", "fail_on": "warning unverified"}, 1),
        ({"path": "error.json", "fail_on": "never"}, 0),
        ({"path": "error.json", "against": "error.json"}, 0),
        ({"path": "both"}, 2),
        ({"path": "nowhere"}, 2),
        ({"path": "*.json"}, 2),
    ],
    ids=str,
)
def test_status(step, inputs, status):
    """The step fails as the command does, with and without a report for code scanning; that is there whenever something was judged."""
    assert step(**inputs).returncode == status
    assert step(**inputs, sarif="out.sarif").returncode == status
    assert Path("out.sarif").exists() is (inputs["path"] not in ("nowhere", "*.json"))


def test_annotations_and_report(step):
    """Each finding is an annotation, and a result of the report; what could not be read does not hide them."""
    done = step(path="both", sarif="out.sarif")
    assert "::error file=both/a.json,line=1,title=SMN-NB-01 violated::" in done.stdout
    assert "both/b.json: Resources: must be an object, not a number" in done.stderr
    (run,) = json.loads(Path("out.sarif").read_text())["runs"]
    assert "SMN-NB-01" in {result["ruleId"] for result in run["results"]}


def test_a_report_that_cannot_be_written(step):
    """It fails the step, where nothing else does."""
    done = step(path="warning.json", sarif="no/such/folder.sarif")
    assert done.returncode == 1
    assert "no/such/folder.sarif: no such file or directory" in done.stderr
