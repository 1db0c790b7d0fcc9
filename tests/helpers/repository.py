"""What belongs to this repository."""

from __future__ import annotations

import subprocess

import pytest
from snippets import ROOT


def belonging(*folders):
    """The files that are tracked, or about to be, in all of it or in these folders; skipped outside a git work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git work tree, so what belongs to the project is not known")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
