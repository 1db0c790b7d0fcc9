"""Conditions in identity policies: what they keep out, and what of them is not known."""

from __future__ import annotations

import pytest

PRESIGN = "sagemaker:CreatePresignedDomainUrl"
HIDDEN = {"Ref": "Hidden"}
MACRO = {"Fn::Transform": {"Name": "Rules"}}
ENDPOINTS = {
    name: {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {"VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": {"Fn::Sub": service}},
    }
    for name, service in (
        ("Api", "com.amazonaws.${AWS::Region}.sagemaker.api"),
        ("Studio", "aws.sagemaker.${AWS::Region}.studio"),
        ("Tokens", "com.amazonaws.${AWS::Region}.sts"),
    )
}
API, STUDIO, TOKENS = ({"Ref": name} for name in ENDPOINTS)
REFUSED = (
    "violated info Policy.PolicyDocument.Statement.{}: users outside of the VPC, in the console too, are refused "
    f"{PRESIGN} by {{}}"
)


def statement(condition=None, effect="Allow", action=PRESIGN):
    return {
        "Effect": effect,
        "Action": action,
        "Resource": "*",
        **({} if condition is None else {"Condition": condition}),
    }


def policy(*statements, name="Policy"):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {name: {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}}


def template(*statements):
    return {"Parameters": {"Hidden": {"Type": "String"}}, "Resources": {**ENDPOINTS, **policy(*statements)}}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (statement(action={"Fn::Sub": "sagemaker:${Hidden}"}), "Action is sagemaker:${Hidden}: write it out"),
        (statement(MACRO), "Condition is what the transform Rules puts here"),
        (statement({"StringEquals": MACRO}), "Condition is what the transform Rules puts here"),
    ],
)
def test_a_statement_with_an_open_part_is_not_known(body, what, told):
    """A part of an action, or a condition, that is not in the template may open or close anything."""
    assert told("SMN-IAM-01", template(body)) == [
        f"unverified warning Policy: Policy.PolicyDocument.Statement.0.{what}"
    ]


def test_an_action_that_differs_by_partition_alone_is_known(told):
    """The region, account and partition decide nothing about an action."""
    body = statement(action={"Fn::Join": ["", ["sagemaker:", "*"]]})
    assert told("SMN-IAM-01", template(body))[0].startswith("violated")
    body = statement({"StringEquals": {"aws:SourceVpc": {"Fn::Sub": "vpc-${AWS::Region}"}}})
    assert told("SMN-IAM-01", template(body)) == ["satisfied warning Policy"]


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([API, STUDIO], "satisfied warning Policy"),
        ([API, API], "violated warning Policy.PolicyDocument.Statement.0: aws:SourceVpce lists Api, but not Studio"),
        (
            TOKENS,
            "violated warning Policy.PolicyDocument.Statement.0: aws:SourceVpce lists Tokens, but not Api and Studio",
        ),
        (
            [API, HIDDEN],
            "unverified warning Policy: which endpoints the ids under aws:SourceVpce are: refer to the endpoints of the templates by Ref",
        ),
    ],
)
def test_both_endpoints_must_be_listed(ids, said, told):
    """Endpoints of the templates are known by their Ref, however often and whichever are listed."""
    assert told("SMN-IAM-03", template(statement({"StringEquals": {"aws:SourceVpce": ids}}))) == [said]


def test_endpoints_that_are_denied_are_no_list_of_allowed_ones(told):
    """A Deny of what comes through an endpoint limits nobody to it; one of what does not come through it does."""
    assert told("SMN-IAM-03", template(statement({"StringEquals": {"aws:SourceVpce": API}}, "Deny"))) == []
    assert told("SMN-IAM-03", template(statement({"StringNotEquals": {"aws:SourceVpce": API}}, "Deny"))) == [
        "violated warning Policy.PolicyDocument.Statement.0: aws:SourceVpce lists Api, but not Studio"
    ]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([statement({"StringEquals": {"aws:SourceVpc": "vpc-1"}})], [REFUSED.format(0, "aws:SourceVpc")]),
        ([statement({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}})], ["satisfied info Policy"]),
        ([statement(), statement({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "Deny")], ["satisfied info Policy"]),
        (
            [statement(), statement({"StringNotEquals": {"aws:sourceVpce": "vpce-1"}}, "Deny")],
            [REFUSED.format(1, "aws:sourceVpce")],
        ),
        (
            [
                statement(),
                statement(
                    {
                        "StringNotEquals": {"aws:SourceVpc": "vpc-1"},
                        "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"},
                    },
                    "Deny",
                ),
            ],
            ["satisfied info Policy"],
        ),
        (
            [
                statement({"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
                statement({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
            ],
            ["satisfied info Policy"],
        ),
    ],
)
def test_the_console_is_locked_out_only_by_what_keeps_it_out(statements, said, told):
    """A request from elsewhere carries no VPC: what a statement does then decides, and what another statement allows."""
    assert told("SMN-IAM-07", template(*statements)) == said


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, "violated"),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": HIDDEN}}, "violated"),
        ({"Null": {"aws:SourceVpc": "true"}}, "violated"),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "satisfied"),
        ({"Null": {"aws:SourceVpc": "false"}}, "satisfied"),
    ],
)
def test_a_role_refuses_the_console_by_what_it_lacks(condition, verdict, changed, judge):
    """A Deny of what comes from a VPC leaves the console alone."""
    where = "ExecutionRole.Policies.0.PolicyDocument.Statement.1.Condition"
    document = changed("SMN-DOM-31", "breaks", {where: condition})
    assert [said[0] for said in judge("SMN-DOM-31", document)] == [verdict]


@pytest.mark.parametrize(("mode", "verdicts"), [("IAM", []), ("SSO", ["unverified"]), (HIDDEN, ["unverified"])])
def test_a_policy_that_is_not_known_matters_with_identity_center_alone(mode, verdicts, changed, judge):
    """With IAM, whatever the policy says has its effect."""
    document = changed("SMN-DOM-25", "keeps", {"SignInPolicy": None, "Domain.AuthMode": mode})
    document["Resources"] |= policy(statement(action=HIDDEN))
    assert [said[0] for said in judge("SMN-DOM-25", document)] == verdicts


def test_a_condition_that_is_known_is_told_beside_one_that_is_not(changed, told):
    """What one policy hides is no reason to keep silent about the next."""
    document = changed("SMN-DOM-25", "breaks", {})
    document["Resources"] = {**policy(statement(action=HIDDEN)), **document["Resources"]}
    assert told("SMN-DOM-25", document) == [
        "violated warning Domain.AuthMode: the condition of SignInPolicy on CreatePresignedDomainUrl has no effect: AuthMode is SSO"
    ]
