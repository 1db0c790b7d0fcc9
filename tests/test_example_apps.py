"""The example apps synthesize, and keep the rules of severity error and warning."""

from __future__ import annotations

import os
import runpy
from functools import partial
from pathlib import Path

import aws_cdk as cdk
import pytest

from constructs_lib.testing import assert_no_findings

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def test_there_are_examples():
    """The folder is where the tests look for it, and its page lists each app."""
    page = (EXAMPLES[0].parent / "README.md").read_text(encoding="utf-8")
    assert EXAMPLES
    assert all(f"[{example.name}]({example.name})" in page for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example, tmp_path, monkeypatch):
    """A whole app as a reader would copy it."""
    # The environment would come too late where the CDK's Node.js runs already, for another test.
    monkeypatch.setattr(cdk, "App", partial(cdk.App, outdir=str(tmp_path)))
    runpy.run_path(os.fspath(example), run_name="__main__")
    assert_no_findings(tmp_path, fail_on=["error", "warning"])
