"""What loads what: the import contracts, and that the command line starts without what it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What takes longer to load than a template takes to read.
HEAVY = {
    "asyncio", "boto3", "constructs", "contextlib", "dataclasses", "importlib.util", "inspect", "ipaddress", "jsii", "logging", "pathlib",
    "runpy", "shutil", "socket", "subprocess", "tempfile", "typing", "urllib", "urllib.parse", "xml", "yaml", "zipfile",
}  # fmt: skip
PROGRAM = """
import sys
before = set(sys.modules)
{statement}
import json
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


def loaded(statement, folder=ROOT):
    """The modules that a statement loads in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(statement=statement)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_contracts():
    """The import contracts of pyproject.toml hold."""
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_package_alone_loads_nothing():
    """`import constructs_lib` starts neither jsii nor the checks."""
    found = loaded("import constructs_lib")
    assert {name for name in found if name.startswith("constructs_lib")} == {"constructs_lib"}
    assert not found & {"aws_cdk", "jsii", "constructs", "typing"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_line_loads_little(tmp_path, form):
    """Checking a JSON template loads no CDK, no YAML, nothing of the patterns, and none of the slow parts of the standard library."""
    resource = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"DirectInternetAccess": "Disabled"}}
    (tmp_path / "t.json").write_text(json.dumps({"Resources": {"Notebook": resource}}))
    arguments = ["check", str(tmp_path / "t.json"), "--format", form]
    found = loaded(f"from constructs_lib.__main__ import main; main({arguments!r})")
    assert found & HEAVY == set()
    assert not [
        name for name in found if name.startswith(("aws_cdk", "constructs_lib.patterns", "constructs_lib.testing"))
    ]
    reports = {name for name in found if name.startswith("constructs_lib.report.")}
    assert reports == {f"constructs_lib.report.{name}" for name in ("progress", "view", form)}


def test_one_template_starts_no_process(tmp_path):
    """Small inputs are judged where they were read."""
    (tmp_path / "t.json").write_text('{"Resources": {"A": {"Type": "AWS::EC2::VPC", "Properties": {}}}}')
    statement = (
        "import os; os.fork = None\n"
        f"from constructs_lib.__main__ import main; assert main(['check', {str(tmp_path / 't.json')!r}, '--fail-on', 'never']) == 0"
    )
    assert "constructs_lib.rules" in loaded(statement)
