"""The rules about IAM policies beside a Studio domain: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    (
        "SMN-DOM-25",
        "warning",
        "the condition of SignInPolicy on CreatePresignedDomainUrl has no effect: AuthMode is SSO",
    ),
    ("SMN-DOM-31", "info", "role ExecutionRole denies by aws:SourceVpc, which calls from the console do not carry"),
]


@pytest.mark.parametrize(("rule", "severity", "message"), EXAMPLES, ids=[rule for rule, *_ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, severity, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert [said[:2] + said[4:] for said in judge(rule, example(rule, "breaks"))] == [("violated", severity, message)]


def properties(document, name="Domain"):
    return document["Resources"][name]["Properties"]


def test_a_condition_on_addresses_is_an_info(example, judge):
    """aws:SourceIp is no VPC condition, but has no more effect with IAM Identity Center."""
    document = example("SMN-DOM-25", "breaks")
    statement = properties(document, "SignInPolicy")["PolicyDocument"]["Statement"][0]
    statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    assert [said[1] for said in judge("SMN-DOM-25", document)] == ["info"]
    statement["Action"] = "s3:GetObject"
    assert judge("SMN-DOM-25", document) == []


def test_a_wildcard_action_is_conditioned_too(example, judge):
    """sagemaker:* covers the presigned URL; a Deny of every action is about more than that."""
    document = example("SMN-DOM-25", "breaks")
    statement = properties(document, "SignInPolicy")["PolicyDocument"]["Statement"][0]
    statement["Action"] = "sagemaker:Create*"
    assert [said[0] for said in judge("SMN-DOM-25", document)] == ["violated"]
    statement["Action"] = "*"
    assert judge("SMN-DOM-25", document) == []


def test_a_role_outside_of_the_templates_is_not_judged(example, judge):
    """What its policies say is not visible, and the rule is only about what is."""
    assert judge("SMN-DOM-31", example("SMN-DOM-14", "keeps")) == []


def test_the_role_of_a_profile_counts(example, judge):
    """A profile may have a role of its own that refuses."""
    document = example("SMN-DOM-31", "breaks")
    properties(document)["DefaultUserSettings"]["ExecutionRole"] = "arn:aws:iam::111122223333:role/elsewhere"
    document["Resources"]["Alice"] = {
        "Type": "AWS::SageMaker::UserProfile",
        "Properties": {
            "DomainId": {"Ref": "Domain"},
            "UserSettings": {"ExecutionRole": {"Fn::GetAtt": ["ExecutionRole", "Arn"]}},
        },
    }
    assert [said[2] for said in judge("SMN-DOM-31", document)] == ["Domain"]
