"""The endpoint policies of a private network, judged by an IAM evaluator that is not ours."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from iam_evaluator import ACCOUNT, evaluate, simulation

from constructs_lib import PrivateNetwork
from constructs_lib.services import (
    DYNAMODB,
    EXPERIMENTS,
    LOGS,
    NOTEBOOK,
    PARTNER_APP,
    S3,
    SAGEMAKER_API,
    SAGEMAKER_METRICS,
    SAGEMAKER_RUNTIME_FIPS,
    STUDIO,
)

REGION = "us-east-1"
OTHER = "999988887777"
TRUSTED = "111122223333"
ORGANIZATION = "o-a1b2c3d4e5"


@pytest.fixture
def stack():
    return _stack(REGION)


def _stack(region):
    return cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account=ACCOUNT, region=region))


def policy(stack, service, **options):
    """The policy of a service's endpoint, with its partition filled in; None if it has none."""
    network = PrivateNetwork(stack, "Network", endpoints=[SAGEMAKER_API, service], flow_logs=False, **options)
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    template = Template.from_stack(stack).to_json()
    logical_id = stack.get_logical_id(network.endpoints[service].node.default_child)
    return filled(template["Resources"][logical_id]["Properties"].get("PolicyDocument"))


def filled(value):
    """The value as in the partition aws."""
    if isinstance(value, dict):
        if "Ref" in value:
            return {"AWS::Partition": "aws"}[value["Ref"]]
        if "Fn::Join" in value:
            return "".join(filled(part) for part in value["Fn::Join"][1])
        return {key: filled(each) for key, each in value.items()}
    return [filled(each) for each in value] if isinstance(value, list) else value


def answers(document, requests):
    """What the policy answers to each request (action, resource, context)."""
    for statement in document["Statement"]:
        assert statement["Principal"] == "*"
    # The evaluator knows no endpoint policies; without its principal, which is everyone, one reads like a policy of the caller.
    as_identity = {
        **document,
        "Statement": [{k: v for k, v in each.items() if k != "Principal"} for each in document["Statement"]],
    }
    return evaluate(
        [
            simulation(action, context, [], resource=resource, allow=as_identity)
            for action, resource, context in requests
        ]
    )


def read(bucket, account):
    return ("s3:GetObject", f"arn:aws:s3:::{bucket}/some/key", {"aws:ResourceAccount": account})


def write(bucket, account):
    return ("s3:PutObject", f"arn:aws:s3:::{bucket}/some/key", {"aws:ResourceAccount": account})


AWS_OWNED = [
    f"prod-{REGION}-starport-layer-bucket",
    f"jumpstart-cache-prod-{REGION}",
    f"jumpstart-private-cache-prod-{REGION}",
    "sagemaker-sample-files",
    f"sagemaker-sample-data-{REGION}",
]
PACKAGES = [
    f"packages.{REGION}.amazonaws.com",
    f"repo.{REGION}.amazonaws.com",
    f"amazonlinux.{REGION}.amazonaws.com",
    f"amazonlinux-2-repos-{REGION}",
    f"al2023-repos-{REGION}-de612dc2",
]


def test_s3_by_account(stack):
    """The account's buckets are read and written, those of AWS read, nobody else's touched, and no packages installed."""
    requests = [
        read("mine", ACCOUNT),
        write("mine", ACCOUNT),
        read("theirs", OTHER),
        write("theirs", OTHER),
        *(read(bucket, OTHER) for bucket in AWS_OWNED),
        *(write(bucket, OTHER) for bucket in AWS_OWNED),
        *(read(bucket, OTHER) for bucket in PACKAGES),
    ]
    assert answers(policy(stack, S3), requests) == [
        "Allowed",
        "Allowed",
        "ImplicitlyDenied",
        "ImplicitlyDenied",
        *["Allowed"] * len(AWS_OWNED),
        *["ImplicitlyDenied"] * len(AWS_OWNED),
        *["ExplicitlyDenied"] * len(PACKAGES),
    ]


def test_s3_by_bucket(stack):
    """With a list, other buckets of the account are out of reach as well; those of AWS stay."""
    listed = s3.Bucket.from_bucket_name(stack, "Listed", "listed")
    requests = [read("listed", ACCOUNT), write("listed", ACCOUNT), read("mine", ACCOUNT), read(AWS_OWNED[0], OTHER)]
    assert answers(policy(stack, S3, buckets=[listed]), requests) == [
        "Allowed",
        "Allowed",
        "ImplicitlyDenied",
        "Allowed",
    ]


def test_packages_are_installed_when_allowed(stack):
    """Package repositories are read, and nothing is written there."""
    document = policy(stack, S3, allow_package_repositories=True)
    assert answers(document, [read(bucket, OTHER) for bucket in PACKAGES]) == ["Allowed"] * len(PACKAGES)
    assert answers(document, [write(bucket, OTHER) for bucket in PACKAGES]) == ["ImplicitlyDenied"] * len(PACKAGES)


def test_packages_in_china():
    """Buckets that are named like hosts end like the hosts of their region."""
    resources = policy(_stack("cn-north-1"), S3)["Statement"][-1]["Resource"]
    assert "arn:aws:s3:::amazonlinux.*.amazonaws.com.cn/*" in resources
    assert "arn:aws:s3:::amazonlinux.*.amazonaws.com/*" in resources


def test_trusted_accounts(stack):
    """Buckets of trusted accounts are reached, and their principals use the endpoints."""
    document = policy(stack, S3, trusted_accounts=[TRUSTED])
    assert answers(document, [read("a", ACCOUNT), read("b", TRUSTED), read("c", OTHER)]) == [
        "Allowed",
        "Allowed",
        "ImplicitlyDenied",
    ]


def by_principal(account, organization="o-0000000000"):
    """A request of some account's principal, as the endpoint policy of any service sees it."""
    return ("logs:DescribeLogGroups", "*", {"aws:PrincipalAccount": account, "aws:PrincipalOrgID": organization})


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({}, [True, False, False]),
        ({"trusted_accounts": [TRUSTED]}, [True, True, False]),
        ({"organization": ORGANIZATION}, [True, False, True]),
    ],
)
def test_who_may_use_an_interface_endpoint(stack, options, allowed):
    """Principals of the account, of the trusted accounts, or of the organization; credentials of others are of no use."""
    requests = [by_principal(ACCOUNT), by_principal(TRUSTED), by_principal(OTHER, ORGANIZATION)]
    assert answers(policy(stack, LOGS, **options), requests) == [
        "Allowed" if each else "ImplicitlyDenied" for each in allowed
    ]


def test_dynamodb(stack):
    """The gateway of DynamoDB is for principals of the account."""
    document = policy(stack, DYNAMODB)
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/x"
    requests = [("dynamodb:GetItem", table, {"aws:PrincipalAccount": account}) for account in (ACCOUNT, OTHER)]
    assert answers(document, requests) == ["Allowed", "ImplicitlyDenied"]


@pytest.mark.parametrize(
    ("service", "action", "resource"),
    [
        (NOTEBOOK, "sagemaker:CreatePresignedNotebookInstanceUrl", "notebook-instance/x"),
        (STUDIO, "sagemaker:CreatePresignedDomainUrl", "user-profile/d-x/someone"),
        (STUDIO, "sagemaker:CreateApp", "app/d-x/someone/KernelGateway/default"),
    ],
    ids=str,
)
def test_pages_by_resource(stack, service, action, resource):
    """The pages of this account's notebooks, domains and servers open, without asking who opens them; other accounts' do not."""
    arns = [f"arn:aws:sagemaker:{REGION}:{account}:{resource}" for account in (ACCOUNT, OTHER)]
    document = policy(stack, service)
    assert answers(document, [(action, arn, {}) for arn in arns]) == ["Allowed", "ImplicitlyDenied"]
    domain = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:domain/d-x"
    assert answers(document, [("sagemaker:DeleteDomain", domain, {})]) == ["ImplicitlyDenied"]


def test_servers_by_resource(stack):
    """MLflow's endpoint serves the tracking servers and apps of the accounts."""
    (statement,) = policy(stack, EXPERIMENTS, trusted_accounts=[TRUSTED])["Statement"]
    assert statement["Action"] == "sagemaker-mlflow:*"
    assert statement["Resource"] == [
        f"arn:aws:sagemaker:{REGION}:{account}:{kind}/*"
        for account in (ACCOUNT, TRUSTED)
        for kind in ("mlflow-tracking-server", "mlflow-app")
    ]


@pytest.mark.parametrize("service", [SAGEMAKER_RUNTIME_FIPS, SAGEMAKER_METRICS, PARTNER_APP], ids=str)
def test_no_policy_where_none_is_supported(stack, service):
    """A policy on an endpoint that takes none would fail the deployment (SMN-EP-11)."""
    assert policy(stack, service) is None


def test_policies_of_the_user(stack):
    """A policy given stands in place of ours; None leaves AWS's own."""
    own = iam.PolicyDocument(
        statements=[iam.PolicyStatement(principals=[iam.StarPrincipal()], actions=["logs:*"], resources=["*"])]
    )
    network = PrivateNetwork(stack, "Network", endpoints=[LOGS], endpoint_policies={LOGS: own, S3: None})
    network.allow_from(ec2.Peer.ipv4("192.168.0.0/16"))
    template = Template.from_stack(stack).to_json()["Resources"]
    logs, storage = (
        template[stack.get_logical_id(network.endpoints[service].node.default_child)]["Properties"]
        for service in (LOGS, S3)
    )
    assert [statement["Action"] for statement in logs["PolicyDocument"]["Statement"]] == ["logs:*"]
    assert "PolicyDocument" not in storage


def test_policies_are_short_enough(stack):
    """AWS takes 20,480 characters, white space included."""
    assert len(str(policy(stack, S3, trusted_accounts=[f"{number:012}" for number in range(100)]))) < 20_480
