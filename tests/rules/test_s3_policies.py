"""The rules about policies on the way to Amazon S3: exact messages, and the branches that their examples do not show."""

from __future__ import annotations

import pytest

EXAMPLES = [
    ("SMN-S3-05", "the endpoint has no PolicyDocument, which means full access"),
    (
        "SMN-S3-06",
        "the policy does not allow prod-<region>-starport-layer-bucket, where the images that EcrDockerEndpoint serves keep their layers",
    ),
    ("SMN-S3-07", "package repositories stay reachable: al2023-repos-<region>-de612dc2"),
    (
        "SMN-S3-08",
        "the policy denies what does not satisfy aws:SourceVpce, and the traffic of Notebook does not pass the VPC",
    ),
    (
        "SMN-S3-11",
        "the policy does not allow jumpstart-cache-prod-<region>, where the JumpStart models for Domain come from",
    ),
]


@pytest.mark.parametrize(("rule", "message"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, message, example, judge):
    """Each breaking example has exactly one finding, whose words are the product."""
    assert [said[0::4] for said in judge(rule, example(rule, "breaks"))] == [("violated", message)]


def statements(document, name="S3Endpoint"):
    return document["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}, "violated"),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["*"], "Resource": ["arn:aws:s3:::*"]}, "violated"),
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}, "satisfied"),
        (
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
            },
            "satisfied",
        ),
    ],
)
def test_full_access_has_several_forms(statement, verdict, example, judge):
    """Everything, to everybody, on everything, without condition."""
    document = example("SMN-S3-05", "keeps")
    document["Resources"]["S3Endpoint"]["Properties"]["PolicyDocument"]["Statement"] = [statement]
    assert [said[0] for said in judge("SMN-S3-05", document)] == [verdict]


@pytest.mark.parametrize(
    ("principal", "resource", "verdict"),
    [
        ({"Ref": "Who"}, "*", "unverified"),
        ({"AWS": {"Ref": "Who"}}, "*", "unverified"),
        ({"AWS": [{"Ref": "Who"}, "*"]}, "*", "violated"),
        ({"AWS": {"Fn::Sub": "arn:aws:iam::${Who}:root"}}, "*", "satisfied"),
        ({"Ref": "Who"}, "arn:aws:s3:::mine/*", "satisfied"),
    ],
)
def test_a_parameter_may_name_everybody(principal, resource, verdict, example, judge):
    """Whether the policy is open to all stays open only where that decides it."""
    document = example("SMN-S3-05", "keeps")
    document["Parameters"] = {"Who": {"Type": "String"}}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": resource}
    document["Resources"]["S3Endpoint"]["Properties"]["PolicyDocument"]["Statement"] = [statement]
    assert [said[0] for said in judge("SMN-S3-05", document)] == [verdict]


def test_a_deny_of_all_other_buckets_restricts(example, judge):
    """An Allow of everything beside a Deny of whatever is not listed is no full access."""
    document = example("SMN-S3-05", "keeps")
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    others = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "NotResource": ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"],
    }
    document["Resources"]["S3Endpoint"]["Properties"]["PolicyDocument"]["Statement"] = [everything, others]
    assert [said[0] for said in judge("SMN-S3-05", document)] == ["satisfied"]


def test_a_policy_by_parameter_is_not_visible(example, judge):
    """What a parameter holds is not known."""
    document = example("SMN-S3-06", "breaks")
    document["Parameters"] = {"Policy": {"Type": "String"}}
    document["Resources"]["S3Endpoint"]["Properties"]["PolicyDocument"] = {"Ref": "Policy"}
    for rule in ("SMN-S3-05", "SMN-S3-06", "SMN-S3-07"):
        assert [said[0] for said in judge(rule, document)] == ["unverified"]


@pytest.mark.parametrize(
    ("resource", "verdict"),
    [
        ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*", "satisfied"),
        ("arn:aws-cn:s3:::prod-*-starport-layer-bucket/*", "satisfied"),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"}, "satisfied"),
        ("arn:aws:s3:::prod-data/*", "violated"),
        ({"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}, "violated"),
        ({"Fn::GetAtt": ["Data", "Arn"]}, "violated"),
    ],
)
def test_the_layer_bucket_has_many_spellings(resource, verdict, example, judge):
    """Region and partition may be written out, left open or filled in; a bucket of one's own is another."""
    document = example("SMN-S3-06", "breaks")
    document["Parameters"] = {"Bucket": {"Type": "String"}}
    document["Resources"]["Data"] = {"Type": "AWS::S3::Bucket"}
    statements(document).append({"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": [resource]})
    assert [said[0] for said in judge("SMN-S3-06", document)] == [verdict]


def test_a_policy_written_as_json_text_is_read(example, judge):
    """Fn::Sub of a JSON text is a policy like any other; a bucket that it names by parameter is not AWS's."""
    document = example("SMN-S3-06", "breaks")
    document["Parameters"] = {"Bucket": {"Type": "String"}}
    text = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::${Bucket}/*"]}]}'
    document["Resources"]["S3Endpoint"]["Properties"]["PolicyDocument"] = {"Fn::Sub": text}
    assert [said[0] for said in judge("SMN-S3-06", document)] == ["violated"]
    assert [said[0] for said in judge("SMN-S3-05", document)] == ["satisfied"]


def test_a_wrong_action_does_not_help(example, judge):
    """Layers are read, not listed."""
    document = example("SMN-S3-06", "keeps")
    statements(document)[1]["Action"] = "s3:ListBucket"
    assert [said[0] for said in judge("SMN-S3-06", document)] == ["violated"]


def test_without_a_registry_endpoint_layers_do_not_matter(example, judge):
    """Images that come another way bring their layers along."""
    document = example("SMN-S3-06", "breaks")
    del document["Resources"]["EcrDockerEndpoint"]
    assert judge("SMN-S3-06", document) == []


def test_the_region_of_the_template_is_shown(example, judge):
    """Where the region is known the bucket has its name."""
    assert [said[4] for said in judge("SMN-S3-11", example("SMN-S3-11", "breaks"), region="eu-west-1")] == [
        "the policy does not allow jumpstart-cache-prod-eu-west-1, where the JumpStart models for Domain come from"
    ]


def test_a_hidden_jumpstart_needs_no_bucket(example, judge):
    """A domain that hides JumpStart does not fetch its models."""
    document = example("SMN-S3-11", "breaks")
    settings = document["Resources"]["Domain"]["Properties"]["DefaultUserSettings"]
    settings["StudioWebPortalSettings"] = {"HiddenMlTools": ["JumpStart"]}
    assert judge("SMN-S3-11", document) == []


def test_private_addresses_never_come_through_an_endpoint(example, judge):
    """aws:SourceIp with a private range is wrong, whoever uses the bucket."""
    document = example("SMN-S3-08", "keeps")
    del document["Resources"]["Notebook"]
    statements(document, "BucketPolicy")[0]["Condition"] = {
        "NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}
    }
    assert [said[4] for said in judge("SMN-S3-08", document)] == [
        "aws:SourceIp names 10.0.0.0/8, which no request carries: through an endpoint the key is absent"
    ]


@pytest.mark.parametrize(
    "operator", ["StringNotEqualsIfExists", "ForAllValues:StringNotLike", "StringNotEqualsIgnoreCase"]
)
def test_a_pin_has_several_operators(operator, example, judge):
    """Whatever the form, what does not come from the endpoint is denied."""
    document = example("SMN-S3-08", "breaks")
    statements(document, "BucketPolicy")[0]["Condition"] = {operator: {"aws:SourceVpc": {"Ref": "Vpc"}}}
    assert [said[0] for said in judge("SMN-S3-08", document)] == ["violated"]


def test_a_bucket_of_somebody_else_is_not_judged(example, judge):
    """Who uses a bucket outside of the templates is not known, and nothing is said."""
    document = example("SMN-S3-08", "breaks")
    document["Resources"]["BucketPolicy"]["Properties"]["Bucket"] = "elsewhere"
    assert judge("SMN-S3-08", document) == []
