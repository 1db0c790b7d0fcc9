"""cfn-lint has nothing to say about the reference stacks, in five regions of three partitions."""

from __future__ import annotations

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

REGIONS = ("us-east-1", "eu-west-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1")
STACKS = (
    "NoVpcNotebook",
    "PrivateNotebook",
    "PrivateTrainingJobs",
    "StudioPublicInternet",
    "StudioVpcOnly",
    "VpcNotebookDirectInternet",
)


def said(template: str, *regions: str) -> list[str]:
    """Errors and warnings of cfn-lint."""
    return [f"{match.rule.id} {match.message}" for match in lint(template, config=ManualArgs(regions=list(regions)))]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("region", REGIONS)
def test_template_of_a_region(region, stack, assemblies):
    """The template that is synthesized for the region has neither errors nor warnings there."""
    assert said((assemblies / region / f"{stack}.template.json").read_text(), region) == []


@pytest.mark.parametrize("stack", STACKS)
def test_template_for_any_region(stack, assembly):
    """One template serves all commercial and GovCloud regions."""
    regions = [region for region in REGIONS if not region.startswith("cn-")]
    assert said((assembly / f"{stack}.template.json").read_text(), *regions) == []


def test_lint_finds_what_is_wrong():
    """The same call reports an unknown property, a warning, and a type that a region does not have."""
    wrong = """
Parameters: {Unused: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, Cidr: x}}
"""
    assert sorted(text[:5] for text in said(wrong, "us-east-1")) == ["E3002", "W2001"]
    elsewhere = "Resources: {App: {Type: AWS::SageMaker::PartnerApp, Properties: {}}}"
    assert any(text.startswith("E3006") for text in said(elsewhere, "cn-north-1"))
