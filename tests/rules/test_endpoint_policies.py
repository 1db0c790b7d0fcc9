"""The rules about the policies of endpoints: exact words, and what the examples do not show."""

from __future__ import annotations

import pytest

HIDDEN = {"Ref": "Hidden"}

#: What each breaking example is told.
EXAMPLES = [
    (
        "SMN-EP-09",
        [
            "violated error ApiEndpoint.PolicyDocument: no statement of the endpoint policy has Effect Allow, so that it denies everything"
        ],
    ),
    (
        "SMN-EP-10",
        [
            "violated warning ApiEndpoint.PolicyDocument: the endpoint policy does not allow sagemaker:CreateApp and sagemaker:CreatePresignedDomainUrl, which domain Domain needs"
        ],
    ),
    (
        "SMN-EP-11",
        [
            "violated error RuntimeEndpoint.PolicyDocument: com.amazonaws.${AWS::Region}.sagemaker.runtime-fips takes no PolicyDocument"
        ],
    ),
    (
        "SMN-EP-13",
        ["violated info ApiEndpoint.PolicyDocument: no PolicyDocument: everybody may do everything by this endpoint"],
    ),
]

#: An example, what is changed in it, what is added to it, and what the rule then says.
CASES = [
    pytest.param(
        "SMN-EP-09", "breaks", {"ApiEndpoint.PolicyDocument": None}, "", [], id="SMN-EP-09: the default policy allows"
    ),
    pytest.param(
        "SMN-EP-09",
        "breaks",
        {
            "ApiEndpoint.PolicyDocument": {
                "Statement": [
                    {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
                    {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
                ]
            }
        },
        "",
        [
            "violated error ApiEndpoint.PolicyDocument: a Deny of everything takes away all that the endpoint policy allows"
        ],
        id="SMN-EP-09: a Deny of everything takes every Allow away",
    ),
    pytest.param(
        "SMN-EP-09",
        "breaks",
        {"ApiEndpoint.PolicyDocument.Statement.0.Effect": HIDDEN},
        "",
        [
            "unverified error ApiEndpoint.PolicyDocument: ApiEndpoint.PolicyDocument.Statement.0.Effect is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-09: an effect that is a parameter",
    ),
    pytest.param(
        "SMN-EP-09",
        "breaks",
        {
            "ApiEndpoint.PolicyDocument": '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'
        },
        "",
        [
            "violated error ApiEndpoint.PolicyDocument: no statement of the endpoint policy has Effect Allow, so that it denies everything"
        ],
        id="SMN-EP-09: a policy as text",
    ),
    pytest.param(
        "SMN-EP-10",
        "breaks",
        {"ApiEndpoint.PolicyDocument.Statement.0.Action": ["sagemaker:Create*"]},
        "",
        ["satisfied warning ApiEndpoint.PolicyDocument"],
        id="SMN-EP-10: wildcards count",
    ),
    pytest.param(
        "SMN-EP-10",
        "breaks",
        {
            "ApiEndpoint.PolicyDocument.Statement.0.Action": None,
            "ApiEndpoint.PolicyDocument.Statement.0.NotAction": ["sagemaker:CreateApp"],
        },
        "",
        [
            "violated warning ApiEndpoint.PolicyDocument: the endpoint policy does not allow sagemaker:CreateApp, which domain Domain needs"
        ],
        id="SMN-EP-10: what NotAction leaves out",
    ),
    pytest.param(
        "SMN-EP-10",
        "breaks",
        {"Domain.AppNetworkAccessType": "PublicInternetOnly"},
        "",
        [],
        id="SMN-EP-10: a domain on the public internet",
    ),
    pytest.param(
        "SMN-EP-10",
        "keeps",
        {"ApiEndpoint.PolicyDocument.Statement.0.Action": HIDDEN},
        "",
        [
            "unverified warning ApiEndpoint.PolicyDocument: ApiEndpoint.PolicyDocument.Statement.0.Action is parameter Hidden: give its value with --parameter Hidden=VALUE"
        ],
        id="SMN-EP-10: an action that is a parameter",
    ),
    pytest.param(
        "SMN-EP-11",
        "breaks",
        {"RuntimeEndpoint.ServiceName": "com.amazonaws.us-east-1.sagemaker.runtime"},
        "",
        [],
        id="SMN-EP-11: the runtime without FIPS may have one",
    ),
    pytest.param(
        "SMN-EP-13",
        "keeps",
        {
            "ApiEndpoint.PolicyDocument": {
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
            }
        },
        "",
        ["violated info ApiEndpoint.PolicyDocument: the PolicyDocument lets everybody do everything"],
        id="SMN-EP-13: full access in so many words",
    ),
    pytest.param(
        "SMN-EP-13",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.us-east-1.sagemaker.runtime-fips"},
        "",
        [],
        id="SMN-EP-13: a service that supports no policy",
    ),
    pytest.param(
        "SMN-EP-13",
        "breaks",
        {"ApiEndpoint.ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0ab"},
        "",
        [],
        id="SMN-EP-13: somebody's own service",
    ),
]


@pytest.mark.parametrize(("rule", "said"), EXAMPLES, ids=[rule for rule, _ in EXAMPLES])
def test_the_breaking_example_is_told_in_these_words(rule, said, example, told):
    """The words are the product: each breaking example has just these findings."""
    assert [each for each in told(rule, example(rule, "breaks")) if not each.startswith("satisfied")] == said


@pytest.mark.parametrize(("rule", "which", "changes", "added", "said"), CASES)
def test_a_changed_example_is_judged_anew(rule, which, changes, added, said, changed, told):
    """One change in an example, and what the rule says of each resource that it is about."""
    assert told(rule, changed(rule, which, changes, added)) == said
