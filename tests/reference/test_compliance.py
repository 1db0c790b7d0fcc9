"""What our rules and cdk-nag's four packs say about the reference stacks: nothing that is not acknowledged with a good reason."""

from __future__ import annotations

import json
import re

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_s3 as s3

from tools.acknowledgement_page import PACKS, acknowledged, page
from tools.reference import ROOT

REGIONS = ("agnostic", "us-east-1", "eu-west-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1")
EMPTY_WORDS = re.compile(
    r"\b(todo|fixme|tbd|n/?a|false positive|suppress\w*|ignore\w*|not needed|by design|for now|temporar\w+|demo|"
    r"test(ing)? only|legacy|as discussed|accepted risk)\b",
    re.IGNORECASE,
)


def reports(assembly):
    """Pack to what it reported."""
    report = json.loads((assembly / "validation-report.json").read_text())
    return {each["pluginName"]: each for each in report["pluginReports"]}


@pytest.mark.parametrize("region", REGIONS)
def test_nothing_is_unacknowledged(region, assemblies):
    """Each pack has judged the app and found nothing; our own rules leave only facts worth knowing (severity info)."""
    found = reports(assemblies / region)
    assert set(found) == set(PACKS)
    for pack, report in found.items():
        assert report["conclusion"] == "success", pack
        left = [(each["ruleName"], each["description"]) for each in report["violations"] if each["severity"] != "info"]
        assert left == [], pack


@pytest.mark.parametrize("region", REGIONS)
def test_no_rule_failed(region, assemblies):
    """No rule gave up on a template ("Rule threw an error"), acknowledged or not."""
    text = (assemblies / region / "validation-report.json").read_text()
    assert not re.search(r"threw an error|CdkNagValidationFailure", text)


@pytest.mark.parametrize(
    "pack",
    [
        cdk_nag.AwsSolutionsChecks,
        cdk_nag.HIPAASecurityChecks,
        cdk_nag.NIST80053R5Checks,
        cdk_nag.PCIDSS321Checks,
    ],
)
def test_packs_find_what_is_wrong(pack, tmp_path):
    """Each pack fails the synthesis of a plain bucket, so its silence about our stacks means something."""
    app = cdk.App(outdir=str(tmp_path))
    s3.Bucket(cdk.Stack(app, "Stack"), "Bucket")
    cdk.Validations.of(app).add_plugins(pack(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    (report,) = reports(tmp_path).values()
    assert {each["violatingConstructs"][0]["constructPath"] for each in report["violations"]} == {
        "Stack/Bucket/Resource"
    }


def test_every_reason_would_convince_an_auditor(assembly):
    """A reason is a sentence about this resource: long enough, without a phrase that only says "go away"."""
    given = acknowledged(assembly)
    assert len(given) > 50
    for each in given:
        assert len(each.reason) >= 60, each
        assert len(each.reason.split()) >= 10, each
        assert not EMPTY_WORDS.search(each.reason), each
        assert each.rule.partition("[")[0] not in each.reason, each


def test_no_reason_serves_different_rules(assembly):
    """One reason answers one question: the same words stand only beside rules of different packs that ask the same."""
    same = {
        "SMN-NB-07": "SageMakerNotebookNoDirectInternetAccess",
        "AwsSolutions-SM3": "SageMakerNotebookNoDirectInternetAccess",
        "SMN-NB-08": "SageMakerNotebookInVpc",
        "AwsSolutions-SM1": "SageMakerNotebookInVpc",
    }
    questions: dict[str, set[str]] = {}
    for each in acknowledged(assembly):
        rule = each.rule.partition("[")[0]
        questions.setdefault(each.reason, set()).add(
            same.get(rule, re.sub(r"^(HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-", "", rule))
        )
    assert {reason: asked for reason, asked in questions.items() if len(asked) > 1} == {}


def test_every_acknowledgement_answers_a_finding(assembly):
    """Nothing is acknowledged that no rule has found: a dead acknowledgement would hide a later finding."""
    answered = {(each.path, each.rule) for each in acknowledged(assembly)}
    for path in assembly.glob("*.metadata.json"):
        for construct, entries in json.loads(path.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    # The CDK acknowledges findings of its own validation on what it makes itself.
                    given = {
                        rule.partition("::")[2]
                        for rule in entry["data"]
                        if not rule.startswith("CloudFormation-Validate::")
                    }
                    assert given <= {rule for place, rule in answered if place == construct.removeprefix("/")}, (
                        construct
                    )


def test_page_of_acknowledgements_is_current(assembly):
    """docs/acknowledgements.md lists what the reference stacks acknowledge today; `make docs` writes it."""
    assert (ROOT / "docs" / "acknowledgements.md").read_text() == page(assembly)
