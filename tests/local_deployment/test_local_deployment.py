"""The whole local deployment, as `make deploy-local` runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STACKS = [
    "NoVpcNotebook",
    "VpcNotebookDirectInternet",
    "PrivateNotebook",
    "StudioPublicInternet",
    "StudioVpcOnly",
    "PrivateTrainingJobs",
]


@pytest.mark.xdist_group("local-deployment")
@pytest.mark.timeout(900)
def test_deploy_local():
    """Deployed, checked, deployed again without a change, destroyed: every resource is made, every promise kept, nothing left."""
    done = subprocess.run(
        [sys.executable, "-m", "local_deployment"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    rows = re.findall(r"^│ (\w+) +│ +(\d+) │ +(\d+) │ +(\d+) of (\d+) │ +([\d,]+) │$", said, re.MULTILINE)
    assert [row[0] for row in rows] == STACKS
    for stack, resources, made, kept, checks, monthly in rows:
        assert resources == made, stack
        assert kept == checks, stack
        assert int(checks) >= 5, stack
        assert int(monthly.replace(",", "")) >= 1, stack
    assert "Every resource type of the stacks is emulated." in said
    assert "Second deployment: no changes in 6 stacks. Destroyed: nothing is left." in said
    assert re.search(r"Monthly cost: .* us-east-1 prices of \d{4}-\d{2}-\d{2} in US dollars", said)
    # What the emulator lacks elsewhere is named.
    assert "not emulated in the bootstrap stack, so neither made nor checked: " in said
    assert done.stderr == ""
