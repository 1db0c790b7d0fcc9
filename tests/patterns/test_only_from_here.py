"""Buckets that a network closes to everybody else, judged by an IAM evaluator that is not ours."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from iam_evaluator import ACCOUNT, evaluate, simulation

from constructs_lib import Egress, PrivateNetwork
from constructs_lib.patterns.existing import ExistingEndpoint
from constructs_lib.services import S3

REGION = "eu-west-1"
ENV = cdk.Environment(account=ACCOUNT, region=REGION)
ENDPOINT = "vpce-0aaaaaaaaaaaaaaaa"
FOREIGN = "vpce-0cccccccccccccccc"
OBJECT = "arn:aws:s3:::data/a/b.csv"
HERE = {"aws:SourceVpce": ENDPOINT, "aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}
ELSEWHERE = {key: value for key, value in HERE.items() if key != "aws:SourceVpce"}


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack", env=ENV)


def resolve(value, names):
    """The value with its references replaced, as CloudFormation would."""
    if isinstance(value, list):
        return [resolve(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return names.get(value["Ref"], value["Ref"])
    if "Fn::GetAtt" in value:
        return names.get(value["Fn::GetAtt"][0], ".".join(value["Fn::GetAtt"]))
    if "Fn::Join" in value:
        return value["Fn::Join"][0].join(resolve(value["Fn::Join"][1], names))
    return {key: resolve(each, names) for key, each in value.items()}


def policy_of(stack, **more):
    """The bucket's policy, with the ids that a deployment would give."""
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    names = {"AWS::Partition": "aws", **more}
    for name, each in resources.items():
        if each["Type"] == "AWS::S3::Bucket":
            names.setdefault(name, "arn:aws:s3:::data")
        if each["Type"] == "AWS::EC2::VPCEndpoint":
            names.setdefault(name, ENDPOINT)
    (policy,) = (each for each in resources.values() if each["Type"] == "AWS::S3::BucketPolicy")
    return resolve(policy["Properties"]["PolicyDocument"], names)


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def ask(policy, *requests):
    """What the evaluator says to (principal, action, context), each about an object or, for actions on buckets, the bucket."""
    return evaluate(
        [
            simulation(
                action,
                {"aws:PrincipalArn": principal, **context},
                [],
                resource=OBJECT if "Object" in action else "arn:aws:s3:::data",
                resource_policy=policy,
                principal=principal,
            )
            for principal, action, context in requests
        ]
    )


@pytest.mark.parametrize("egress", [Egress.NONE, Egress.NAT_PER_AZ], ids=["isolated", "NAT"])
def test_through_the_endpoint_and_in_no_other_way(stack, egress):
    """Reading, writing and listing pass through the network's gateway endpoint, with NAT too; not through another one, and not without."""
    network = PrivateNetwork(stack, "Network", egress=egress)
    network.only_from_here(s3.Bucket(stack, "Data"))
    policy = policy_of(stack)
    for action in ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:PutBucketPolicy"):
        requests = [
            (role("scientist"), action, HERE),
            (role("scientist"), action, {**HERE, "aws:SourceVpce": FOREIGN}),
            (role("scientist"), action, ELSEWHERE),
            (role("scientist"), action, {}),
        ]
        assert ask(policy, *requests) == ["Allowed", "ExplicitlyDenied", "ExplicitlyDenied", "ExplicitlyDenied"], action


def test_the_way_out_leads_to_the_endpoint(stack):
    """With a NAT gateway, too, the private route tables lead to S3 by the gateway endpoint, whose id the policy has."""
    network = PrivateNetwork(stack, "Network", egress=Egress.NAT_SINGLE)
    network.only_from_here(s3.Bucket(stack, "Data"))
    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    (endpoint,) = (name for name, each in resources.items() if each["Type"] == "AWS::EC2::VPCEndpoint")
    tables = resources[endpoint]["Properties"]["RouteTableIds"]
    assert len(tables) == len(network.subnets)
    assert policy_of(stack, **{endpoint: "this one"})["Statement"][-1]["Condition"]["StringNotEquals"] == {
        "aws:SourceVpce": ["this one"]
    }


def test_who_deploys_administers_and_serves_comes_in(stack):
    """The CDK's roles of this account and region, the root user, service-linked roles, CloudFormation in somebody's name, and the administrators; nobody like them."""
    network = PrivateNetwork(stack, "Network")
    admins = [iam.Role(stack, "Admin", assumed_by=iam.AccountRootPrincipal()), f"{role('platform/')}*"]
    network.only_from_here(s3.Bucket(stack, "Data"), administrators=admins)
    (logical_id,) = assertions.Template.from_stack(stack).find_resources(
        "AWS::IAM::Role", {"Properties": {"AssumeRolePolicyDocument": {"Statement": [{"Principal": {"AWS": {}}}]}}}
    )
    policy = policy_of(stack, **{logical_id: role("Admin")})
    for name in ("cfn-exec-role", "deploy-role", "file-publishing-role"):
        requests = [
            (role(f"cdk-hnb659fds-{name}-{ACCOUNT}-{REGION}"), "s3:PutBucketPolicy", ELSEWHERE),
            (role(f"cdk-hnb659fds-{name}-{ACCOUNT}-us-east-1"), "s3:PutBucketPolicy", ELSEWHERE),
            (role(f"cdk-hnb659fds-{name}"), "s3:PutBucketPolicy", ELSEWHERE),
        ]
        assert ask(policy, *requests) == ["Allowed", "ExplicitlyDenied", "ExplicitlyDenied"]
    requests = [
        (role("Admin"), "s3:GetObject", ELSEWHERE),
        (role("platform/on-call"), "s3:GetObject", ELSEWHERE),
        (role("platform"), "s3:GetObject", ELSEWHERE),
        (role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"), "s3:GetBucketAcl", ELSEWHERE),
        (f"arn:aws:iam::{ACCOUNT}:root", "s3:DeleteBucketPolicy", ELSEWHERE),
        (role("developer"), "s3:DeleteBucket", {**ELSEWHERE, "aws:ViaAWSService": "true"}),
        (role("developer"), "s3:DeleteBucket", ELSEWHERE),
    ]
    answers = ["Allowed", "Allowed", "ExplicitlyDenied", "Allowed", "Allowed", "Allowed", "ExplicitlyDenied"]
    assert ask(policy, *requests) == answers


def test_services_that_come_for_themselves(stack):
    """A service that the policy allows something is not stopped by the network's statement."""
    bucket = s3.Bucket(stack, "Data")
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects("*")],
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
        )
    )
    PrivateNetwork(stack, "Network").only_from_here(bucket)
    policy = policy_of(stack)
    request = {
        "resource": OBJECT,
        "resource_policy": policy,
        "principal": "delivery.logs.amazonaws.com",
    }
    assert evaluate(
        [
            simulation("s3:PutObject", {"aws:PrincipalIsAWSService": "true"}, [], **request),
            simulation("s3:PutObject", {"aws:PrincipalIsAWSService": "false"}, [], **request),
        ]
    ) == ["Allowed", "ExplicitlyDenied"]


def test_several_networks_share_a_bucket(stack):
    """One statement with both endpoints: two would lock out everybody. A second call for a network changes nothing."""
    bucket = s3.Bucket(stack, "Data")
    first = PrivateNetwork(stack, "First")
    second = existing(stack, ExistingEndpoint(S3, endpoint_id="vpce-0bbbbbbbbbbbbbbbb"))
    for network in (first, second, second):
        network.only_from_here(bucket)
    policy = policy_of(stack)
    assert [each["Sid"] for each in policy["Statement"]] == ["OnlyFromSageMakerNetworks"]
    endpoints = [ENDPOINT, "vpce-0bbbbbbbbbbbbbbbb", FOREIGN]
    requests = [(role("scientist"), "s3:GetObject", {**HERE, "aws:SourceVpce": each}) for each in endpoints]
    assert ask(policy, *requests) == ["Allowed", "Allowed", "ExplicitlyDenied"]


def test_a_bucket_that_empties_itself_can_be_destroyed(stack):
    """The CDK's function that empties a bucket is let in where the bucket has it, and only there."""
    bucket = s3.Bucket(stack, "Data", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY)
    plain = s3.Bucket(stack, "Plain")
    PrivateNetwork(stack, "Network").only_from_here(bucket, plain)
    policies = assertions.Template.from_stack(stack).find_resources("AWS::S3::BucketPolicy")
    counts = {
        name[:4]: len(
            each["Properties"]["PolicyDocument"]["Statement"][-1]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
        )
        for name, each in policies.items()
    }
    assert counts == {"Data": 6, "Plai": 5}


def existing(stack, *endpoints, **options):
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        isolated_subnet_ids=["subnet-0123456789abcdef0"],
        isolated_subnet_route_table_ids=["rtb-0123456789abcdef0"],
    )
    return PrivateNetwork.from_vpc(stack, "Existing", vpc=vpc, egress=Egress.NONE, endpoints=endpoints, **options)


def test_an_existing_vpc_gets_the_endpoint_that_it_lacks(stack):
    """Without an S3 endpoint among those that exist, one is made."""
    existing(stack).only_from_here(s3.Bucket(stack, "Data"))
    template = assertions.Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::VPCEndpoint", 1)
    assert policy_of(stack)["Statement"][0]["Condition"]["StringNotEquals"] == {"aws:SourceVpce": [ENDPOINT]}


def test_what_cannot_work_is_refused(stack):
    """Each with what is wrong and what to do."""
    network = PrivateNetwork(stack, "Network")
    bucket = s3.Bucket(stack, "Data")
    with pytest.raises(ValueError) as error:
        network.only_from_here(s3.Bucket.from_bucket_name(stack, "Imported", "somewhere-else"))
    assert str(error.value) == (
        "bucket Stack/Imported is brought in from elsewhere, so its policy cannot be changed from here: call only_from_here in the app that "
        "makes it, or write the statement into its policy there"
    )
    far = s3.Bucket(cdk.Stack(stack.node.root, "Far", env=cdk.Environment(account=ACCOUNT, region="us-east-1")), "Far")
    with pytest.raises(ValueError) as error:
        network.only_from_here(far)
    assert str(error.value) == (
        "bucket Far/Far is in us-east-1 and the S3 endpoint in eu-west-1: an endpoint serves its own region alone, so nobody would reach the "
        "bucket (SMN-S3-10)"
    )
    with pytest.raises(ValueError) as error:
        existing(stack, S3).only_from_here(bucket)
    assert str(error.value) == (
        "endpoints lists s3 without its id, which the policy of a bucket needs: list it as ExistingEndpoint(S3, endpoint_id='vpce-...')"
    )
    other = PrivateNetwork(stack, "Other", buckets=[bucket])
    with pytest.raises(ValueError) as error:
        other.only_from_here(s3.Bucket(stack, "Unlisted"))
    assert str(error.value) == (
        "bucket Stack/Unlisted is not among the network's buckets (Stack/Data), so its S3 endpoint refuses it and the bucket everything else: "
        "add it to buckets"
    )
    with pytest.raises(TypeError) as error:
        network.only_from_here("data")
    assert str(error.value) == "bucket is 'data': give a bucket of this app"
    with pytest.raises(ValueError) as error:
        ExistingEndpoint(S3, endpoint_id="vpc-1")
    assert str(error.value) == "endpoint_id is 'vpc-1': give the id of a VPC endpoint, such as 'vpce-0123456789abcdef0'"


@pytest.mark.parametrize(
    "administrator",
    [
        "*",
        "arn:*",
        "admin",
        "arn:aws:s3:::data",
        "",
        f"arn:aws:iam::{ACCOUNT}:*",
        f"arn:aws:iam::{ACCOUNT}:role/*",
        "arn:aws:iam::*:role/admin",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/session",
    ],
)
def test_administrators_are_principals(stack, administrator):
    """A wildcard for everybody, or something that is no principal, would make the statement void."""
    with pytest.raises(ValueError) as error:
        PrivateNetwork(stack, "Network").only_from_here(s3.Bucket(stack, "Data"), administrators=[administrator])
    assert str(error.value) == (
        f"administrators has {administrator!r}: list roles, users, or their ARNs, such as 'arn:aws:iam::111122223333:role/admin'"
    )
