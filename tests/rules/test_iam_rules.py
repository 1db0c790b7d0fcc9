"""The rules about identity policies and workforces: what their examples do not show."""

from __future__ import annotations

import pytest

PRESIGN = "sagemaker:CreatePresignedDomainUrl"
FROM_VPC = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
ELSEWHERE = {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}
SUBNETS = "sagemaker:VpcSubnets"
JOB = "sagemaker:CreateTrainingJob"
HIDDEN = {"Ref": "Hidden"}


def allow(action, condition=None, effect="Allow", resource="*"):
    return {"Effect": effect, "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}


def deny(action, condition=None):
    return allow(action, condition, "Deny")


def policy(*statements, parameters=None):
    body = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}},
    }
    return {"Parameters": {"Hidden": {"Type": "String"}}, "Resources": {"Policy": body}}


#: A sentence, the rule, the statements, and the verdicts.
CASES = [
    ("all of SageMaker opens Studio too", "SMN-IAM-01", [allow("sagemaker:*")], ["violated"]),
    ("everything opens Studio too", "SMN-IAM-01", [allow("*")], ["violated"]),
    ("everything in S3 does not", "SMN-IAM-01", [allow("*", resource="arn:aws:s3:::b/*")], []),
    ("another action does not", "SMN-IAM-01", [allow("sagemaker:ListApps")], []),
    (
        "all but one does",
        "SMN-IAM-01",
        [{"Effect": "Allow", "NotAction": "sagemaker:ListApps", "Resource": "*"}],
        ["violated"],
    ),
    (
        "a denial from elsewhere exempts",
        "SMN-IAM-01",
        [allow("sagemaker:*"), deny("sagemaker:CreatePresigned*", ELSEWHERE)],
        ["satisfied"],
    ),
    (
        "a denial for another reason does not",
        "SMN-IAM-01",
        [allow(PRESIGN), deny(PRESIGN, {"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
        ["violated"],
    ),
    (
        "a denial of one action exempts that one",
        "SMN-IAM-01",
        [allow("sagemaker:CreatePresigned*"), deny(PRESIGN, ELSEWHERE)],
        ["violated"],
    ),
    (
        "keys are compared without case",
        "SMN-IAM-01",
        [allow(PRESIGN, {"StringEquals": {"AWS:sourcevpc": "vpc-1"}})],
        ["satisfied"],
    ),
    (
        "a statement by parameter is not known",
        "SMN-IAM-02",
        [allow(PRESIGN, {"IpAddress": {"aws:SourceIp": HIDDEN}})],
        ["unverified"],
    ),
    (
        "a public range is right",
        "SMN-IAM-02",
        [allow(PRESIGN, {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}})],
        ["satisfied"],
    ),
    (
        "one private range among public ones is wrong",
        "SMN-IAM-02",
        [allow(PRESIGN, {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "192.168.1.0/24"]}})],
        ["violated"],
    ),
    (
        "a range that is half private is not private",
        "SMN-IAM-02",
        [allow(PRESIGN, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})],
        ["satisfied"],
    ),
    (
        "other services are not judged",
        "SMN-IAM-02",
        [allow("s3:GetObject", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
        [],
    ),
    ("keys of no action are judged nowhere", "SMN-IAM-04", [allow(JOB, FROM_VPC)], []),
    (
        "a wildcard may mean an action without the key",
        "SMN-IAM-04",
        [allow("sagemaker:*", {"StringEquals": {"sagemaker:RootAccess": "Disabled"}})],
        ["unverified"],
    ),
    (
        "a negated denial always denies",
        "SMN-IAM-04",
        [deny(PRESIGN, {"StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}})],
        ["violated"],
    ),
    (
        "a transform job carries no subnets",
        "SMN-IAM-04",
        [deny("sagemaker:CreateTransformJob", {"Null": {SUBNETS: "true"}})],
        ["violated"],
    ),
    (
        "a user profile has groups, but no subnets",
        "SMN-IAM-04",
        [allow("sagemaker:CreateUserProfile", {"ForAnyValue:StringEquals": {"sagemaker:VpcSecurityGroupIds": "sg-1"}})],
        ["satisfied"],
    ),
    (
        "a notebook may be given root access later",
        "SMN-IAM-04",
        [allow("sagemaker:UpdateNotebookInstance", {"StringEquals": {"sagemaker:rootaccess": "Disabled"}})],
        ["satisfied"],
    ),
    (
        "where the key may be absent, the author knew",
        "SMN-IAM-04",
        [allow(PRESIGN, {"StringEqualsIfExists": {"sagemaker:RootAccess": "Disabled"}})],
        ["satisfied"],
    ),
    (
        "an action is compared without case",
        "SMN-IAM-04",
        [allow("SageMaker:createnotebookinstance", {"StringEquals": {"sagemaker:RootAccess": "Disabled"}})],
        ["satisfied"],
    ),
    (
        "any of the values may be compared",
        "SMN-IAM-05",
        [allow(JOB, {"ForAnyValue:StringEquals": {SUBNETS: "subnet-1"}})],
        ["satisfied"],
    ),
    (
        "all of no values is accepted",
        "SMN-IAM-05",
        [allow(JOB, {"ForAllValues:StringEquals": {SUBNETS: "subnet-1"}})],
        ["violated"],
    ),
    (
        "false is false",
        "SMN-IAM-05",
        [allow(JOB, {"ForAllValues:StringEquals": {SUBNETS: "subnet-1"}, "Null": {SUBNETS: False}})],
        ["satisfied"],
    ),
    (
        "true is the opposite",
        "SMN-IAM-05",
        [allow(JOB, {"ForAllValues:StringEquals": {SUBNETS: "subnet-1"}, "Null": {SUBNETS: "true"}})],
        ["violated"],
    ),
    ("denials are not judged", "SMN-IAM-05", [deny(JOB, {"StringNotEquals": {SUBNETS: "subnet-1"}})], []),
    ("a denial from elsewhere locks out too", "SMN-IAM-07", [allow(PRESIGN), deny(PRESIGN, ELSEWHERE)], ["violated"]),
    ("no presigned URL, nothing to lock", "SMN-IAM-07", [allow(JOB, FROM_VPC)], []),
]


@pytest.mark.parametrize(("sentence", "rule_id", "statements", "verdicts"), CASES, ids=[case[0] for case in CASES])
def test_what_the_examples_do_not_show(sentence, rule_id, statements, verdicts, judge):
    """Each sentence says what is judged, and the verdict that must come."""
    assert sorted({said[0] for said in judge(rule_id, policy(*statements))}) == verdicts


EFFECTS = [
    (deny(PRESIGN, {"StringNotEquals": {"sagemaker:RootAccess": "Disabled"}}), "the statement always denies"),
    (deny(PRESIGN, {"StringEquals": {"sagemaker:RootAccess": "Enabled"}}), "the statement never matches"),
    (deny(PRESIGN, {"Null": {"sagemaker:RootAccess": "true"}}), "the statement always denies"),
    (allow(PRESIGN, {"Null": {"sagemaker:RootAccess": "false"}}), "the statement never matches"),
    (allow(PRESIGN, {"ForAnyValue:StringNotEquals": {"sagemaker:RootAccess": "x"}}), "the statement never matches"),
    (allow(PRESIGN, {"StringNotEquals": {"sagemaker:RootAccess": "Enabled"}}), "the condition limits nothing"),
]


@pytest.mark.parametrize(("statement", "effect"), EFFECTS)
def test_a_key_that_the_action_lacks_has_this_effect(statement, effect, judge):
    """What becomes of the statement is said, as it is the opposite for different operators."""
    (said,) = judge("SMN-IAM-04", policy(statement))
    assert said[1:] == (
        "error",
        "Policy",
        "PolicyDocument.Statement.0",
        f"sagemaker:RootAccess is not available for {PRESIGN}, so there {effect}",
    )


def test_the_range_of_a_vpc_of_the_template_is_private(judge):
    """`aws:SourceIp` with the VPC's own CIDR block is the usual form of the mistake."""
    document = policy(allow(PRESIGN, {"IpAddress": {"aws:SourceIp": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}}))
    document["Resources"]["Vpc"] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    assert [said[4] for said in judge("SMN-IAM-02", document)] == [
        "aws:SourceIp is compared with the private range 10.0.0.0/16, which no request carries there"
    ]


@pytest.mark.parametrize("kind", ["Role", "User", "Group"])
def test_inline_policies_are_judged_where_they_stand(kind, judge):
    """Roles, users and groups carry policies of their own."""
    document = {
        "Resources": {
            "It": {
                "Type": f"AWS::IAM::{kind}",
                "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": allow(PRESIGN)}}]},
            }
        }
    }
    assert judge("SMN-IAM-01", document) == [
        ("violated", "warning", "It", "Policies.0.PolicyDocument.Statement", f"{PRESIGN} is allowed from anywhere")
    ]


def test_endpoints_by_literal_id_may_be_either(example, judge):
    """Which endpoint an id in the policy is cannot be told."""
    document = example("SMN-IAM-03", "keeps")
    (statement,) = document["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"]
    statement["Condition"]["StringEquals"]["aws:SourceVpce"] = [{"Ref": "ApiEndpoint"}, "vpce-1"]
    assert [said[0] for said in judge("SMN-IAM-03", document)] == ["unverified"]
    del document["Resources"]["NotebookEndpoint"]
    assert judge("SMN-IAM-03", document) == []


def test_dns_of_an_imported_portal_vpc_is_not_known(example, judge):
    """The VPC of a workforce may stand in another stack."""
    document = example("SMN-GT-01", "keeps")
    document["Resources"]["Workforce"]["Properties"]["WorkforceVpcConfig"]["VpcId"] = "vpc-1"
    assert [said[0] for said in judge("SMN-GT-01", document)] == ["unverified"]


def test_both_dns_attributes_are_named(example, judge):
    """Both may be off."""
    document = example("SMN-GT-01", "breaks")
    document["Resources"]["Vpc"]["Properties"]["EnableDnsSupport"] = False
    assert [said[4] for said in judge("SMN-GT-01", document)] == [
        "EnableDnsSupport and EnableDnsHostnames of Vpc are not true"
    ]


@pytest.mark.parametrize("rule_id", ["SMN-GT-01", "SMN-GT-02", "SMN-GT-03"])
def test_a_workforce_without_vpc_is_not_judged(rule_id, example, judge):
    """The rules are about portals in a VPC."""
    document = example(rule_id, "breaks")
    del document["Resources"]["Workforce"]["Properties"]["WorkforceVpcConfig"]
    assert judge(rule_id, document) == []


def test_a_bucket_that_only_endpoints_reach_may_hold_labeling_data(example, judge):
    """Labeling jobs are no resources of a template, so that their bucket cannot be told from others."""
    document = example("SMN-GT-03", "keeps")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    }
    document["Resources"]["Bucket"] = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": "b", "PolicyDocument": {"Statement": [statement]}},
    }
    assert [said[0] for said in judge("SMN-GT-03", document)] == ["unverified"]
