"""The templates of the reference stacks, as reviewed. `make snapshots` renews them after a change that is meant."""

from __future__ import annotations

import re

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tools.reference import templates

STACKS = (
    "NoVpcNotebook",
    "PrivateNotebook",
    "PrivateTrainingJobs",
    "StudioPublicInternet",
    "StudioVpcOnly",
    "VpcNotebookDirectInternet",
)


def test_every_stack_has_a_snapshot(assembly):
    """The app has exactly the stacks that are compared here."""
    assert tuple(templates(assembly)) == STACKS


@pytest.mark.parametrize("stack", STACKS)
def test_template(stack, assembly, snapshot: SnapshotAssertion):
    """The template is the one that was reviewed."""
    assert templates(assembly)[stack] == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("stack", STACKS)
def test_snapshots_are_free_of_noise(stack, assembly):
    """No hash of an asset, no metadata of the CDK, no version of its bootstrap stack: a diff shows what people deploy."""
    template = templates(assembly)[stack]
    assert not re.search(r"[0-9a-f]{64}", repr(template))
    assert "BootstrapVersion" not in template.get("Parameters", {})
    assert "CheckBootstrapVersion" not in template.get("Rules", {})
    kinds = {key for resource in template["Resources"].values() for key in resource.get("Metadata", {})}
    assert kinds <= {"SageMakerNetwork"}
    assert "AWS::CDK::Metadata" not in {resource["Type"] for resource in template["Resources"].values()}
