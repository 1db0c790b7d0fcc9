"""The custom resource that destroys a domain: when it is there, what it may do, and in which order things go."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from iam_evaluator import evaluate, simulation
from studio_lambda import CONSENT_VALUE, delete_event, run
from studio_world import World

from constructs_lib import PrivateNetwork, StudioDomain, VpcOnly
from constructs_lib.patterns import studio_cleanup
from constructs_lib.patterns.handlers.studio_cleanup import sweep

CLEANUP = "Custom::StudioCleanup"
TAG = "sagemaker-network:removal-policy"
ACCOUNT, REGION = "123456789012", "eu-west-1"
DOMAIN_ID = "d-mine"
DOMAIN_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:domain/{DOMAIN_ID}"


def make(removal_policy=cdk.RemovalPolicy.DESTROY, *, construct_id="Lab", **options):
    stack = cdk.Stack(cdk.App(), "Stack")
    network = PrivateNetwork(stack, "Network")
    domain = StudioDomain(
        stack, construct_id, domain_name="lab", access=VpcOnly(network), removal_policy=removal_policy, **options
    )
    return stack, domain


@pytest.fixture(scope="module")
def destroyed():
    stack, _ = make(user_profiles=["ann", "bob"])
    return Template.from_stack(stack).to_json()["Resources"]


def of_type(resources, kind):
    return {key: each for key, each in resources.items() if each["Type"] == kind}


def test_retain_makes_no_custom_resource():
    """The default deletes the domain and keeps its file system, which is CloudFormation's own way."""
    stack, _ = make(cdk.RemovalPolicy.RETAIN)
    resources = Template.from_stack(stack).to_json()["Resources"]
    assert not of_type(resources, CLEANUP)
    assert not of_type(resources, "AWS::Lambda::Function")
    (domain,) = of_type(resources, "AWS::SageMaker::Domain").values()
    assert TAG not in json.dumps(domain)
    assert "DeletionPolicy" not in domain


def reaches(resources, start):
    """Everything that a resource needs, directly or not: what CloudFormation deletes only after it."""
    seen, waiting = set(), [start]
    while waiting:
        text = json.dumps(resources[waiting.pop()])
        for name in resources:
            if name not in seen and f'"{name}"' in text:
                seen.add(name)
                waiting.append(name)
    return seen


def test_it_is_deleted_before_what_it_deletes(destroyed):
    """Before the domain, and one of the two before the user profiles; both before function, policy, subnets and VPC."""
    first, before_profiles = sorted(of_type(destroyed, CLEANUP), key=lambda name: "BeforeUserProfiles" in name)
    needed = of_type(destroyed, "AWS::SageMaker::Domain") | of_type(destroyed, "AWS::EC2::Subnet")
    needed |= of_type(destroyed, "AWS::EC2::VPC") | of_type(destroyed, "AWS::Lambda::Function")
    permissions = {name for name in of_type(destroyed, "AWS::IAM::ManagedPolicy") if "CleanupPermissions" in name}
    log = {name for name in of_type(destroyed, "AWS::Logs::LogGroup") if "Cleanup" in name}
    profiles = set(of_type(destroyed, "AWS::SageMaker::UserProfile"))
    assert set(needed) | permissions | log <= reaches(destroyed, first)
    assert not profiles & reaches(destroyed, first)
    assert set(needed) | permissions | log | profiles <= reaches(destroyed, before_profiles)


def test_both_are_there_without_user_profiles():
    """One that left with the last user profile would be deleted, and would delete the domain."""
    stack, _ = make()
    before = set(of_type(Template.from_stack(stack).to_json()["Resources"], CLEANUP))
    other, _ = make(user_profiles=["ann"])
    assert before == set(of_type(Template.from_stack(other).to_json()["Resources"], CLEANUP))
    assert len(before) == 2


def consent_of(resources):
    (domain,) = of_type(resources, "AWS::SageMaker::Domain").values()
    tag = {each["Key"]: each["Value"] for each in domain["Properties"]["Tags"]}[TAG]
    assert [each["Properties"]["Consent"] for each in of_type(resources, CLEANUP).values()] == [tag, tag]
    return tag


def test_consent_names_the_custom_resource(destroyed):
    """Where constructs get other ids, CloudFormation changes the tag before it deletes the old custom resources."""
    renamed, _ = make(construct_id="Other")
    assert consent_of(destroyed).startswith("destroy/")
    assert consent_of(destroyed) != consent_of(Template.from_stack(renamed).to_json()["Resources"])
    assert len(consent_of(destroyed)) <= 128
    assert studio_cleanup.CONSENT_TAG == sweep.CONSENT_TAG == TAG


def test_physical_facts_of_the_function(destroyed):
    """A current runtime, the longest invocation, a log of its own for a year, encrypted; the custom resource waits for an hour."""
    (function,) = (each["Properties"] for each in of_type(destroyed, "AWS::Lambda::Function").values())
    assert function["Runtime"] == "python3.14"
    assert function["Handler"] == "studio_cleanup.index.handler"
    assert function["Timeout"] == 900
    log = destroyed[function["LoggingConfig"]["LogGroup"]["Ref"]]
    assert log["DeletionPolicy"] == "Delete"
    assert log["Properties"]["RetentionInDays"] == 365
    assert "KmsKeyId" in log["Properties"]
    assert {each["Properties"]["ServiceTimeout"] for each in of_type(destroyed, CLEANUP).values()} == {"3600"}


def test_an_imported_key_is_left_alone():
    """Its policy is its owner's, so the log is not encrypted with it."""
    stack = cdk.Stack(cdk.App(), "Keys")
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/1")
    assert studio_cleanup.allow_logs(key) is False


def test_the_package_holds_the_handler_and_nothing_else(tmp_path):
    """No caches, no other handlers; it runs without this library."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "Stack")
    StudioDomain(
        stack,
        "Lab",
        domain_name="lab",
        access=VpcOnly(PrivateNetwork(stack, "Network")),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    app.synth()
    (folder,) = (each for each in tmp_path.glob("asset.*") if each.is_dir())
    source = Path(sweep.__file__).parent
    assert {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} == {
        f"studio_cleanup/{each.name}" for each in source.glob("*.py")
    }
    assert all("constructs_lib" not in each.read_text() for each in folder.rglob("*.py"))


def test_a_domain_that_is_replaced_can_still_be_destroyed(destroyed):
    """The policy names one domain, and the old one is destroyed after the new one was made: the policy is replaced with it, not changed."""
    kind = "AWS::IAM::ManagedPolicy"
    (policy,) = (each for name, each in of_type(destroyed, kind).items() if "CleanupPermissions" in name)
    create_only = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema["createOnlyProperties"]
    (domain,) = of_type(destroyed, "AWS::SageMaker::Domain")
    named = [
        path for path in create_only if f'["{domain}", "DomainId"]' in json.dumps(policy["Properties"].get(path[12:]))
    ]
    assert named == ["/properties/Description"]
    # Both can exist side by side: neither has a name of its own.
    assert "ManagedPolicyName" not in policy["Properties"]


def policies(resources):
    """The function's policy with the references filled in."""
    (policy,) = (
        each for name, each in of_type(resources, "AWS::IAM::ManagedPolicy").items() if "CleanupPermissions" in name
    )
    (domain,) = of_type(resources, "AWS::SageMaker::Domain")
    values = {
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT,
        f"{domain}.DomainId": DOMAIN_ID,
        f"{domain}.DomainArn": DOMAIN_ARN,
    }
    values |= dict.fromkeys(of_type(resources, "AWS::EC2::VPC"), "vpc-1")
    values |= {f"{name}.Arn": "arn:function" for name in of_type(resources, "AWS::Lambda::Function")}
    values |= {f"{name}.Arn": "arn:log-group" for name in of_type(resources, "AWS::Logs::LogGroup")}

    def filled(value):
        if isinstance(value, list):
            return [filled(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return values[value["Ref"]]
        if set(value) == {"Fn::GetAtt"}:
            return values[".".join(value["Fn::GetAtt"])]
        if set(value) == {"Fn::Join"}:
            return "".join(filled(value["Fn::Join"][1]))
        return {key: filled(each) for key, each in value.items()}

    return filled(policy["Properties"]["PolicyDocument"])


MINE = {"aws:ResourceTag/ManagedByAmazonSageMakerResource": DOMAIN_ARN}
OTHERS = {"aws:ResourceTag/ManagedByAmazonSageMakerResource": DOMAIN_ARN.replace("d-mine", "d-other")}
FILE_SYSTEM = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-1"
GROUP = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1"
INTERFACE = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"


def in_sagemaker(kind, domain_id, name):
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{domain_id}/{name}"


REQUESTS = [
    ("sagemaker:DeleteDomain", DOMAIN_ARN, {}, True),
    ("sagemaker:DeleteDomain", DOMAIN_ARN.replace("d-mine", "d-other"), {}, False),
    ("sagemaker:DeleteApp", in_sagemaker("app", "d-mine", "ann/JupyterLab/default"), {}, True),
    ("sagemaker:DeleteApp", in_sagemaker("app", "d-other", "ann/JupyterLab/default"), {}, False),
    ("sagemaker:DeleteSpace", in_sagemaker("space", "d-mine", "ann-lab"), {}, True),
    ("sagemaker:DeleteSpace", in_sagemaker("space", "d-mine2", "ann-lab"), {}, False),
    ("sagemaker:DeleteUserProfile", in_sagemaker("user-profile", "d-mine", "ann"), {}, True),
    ("sagemaker:CreateApp", in_sagemaker("app", "d-mine", "ann/JupyterLab/default"), {}, False),
    ("elasticfilesystem:DeleteFileSystem", FILE_SYSTEM, MINE, True),
    ("elasticfilesystem:DeleteFileSystem", FILE_SYSTEM, OTHERS, False),
    ("elasticfilesystem:DeleteFileSystem", FILE_SYSTEM, {}, False),
    ("elasticfilesystem:DeleteMountTarget", FILE_SYSTEM, MINE, True),
    ("elasticfilesystem:DeleteMountTarget", FILE_SYSTEM, OTHERS, False),
    ("ec2:DeleteSecurityGroup", GROUP, MINE, True),
    ("ec2:DeleteSecurityGroup", GROUP, OTHERS, False),
    ("ec2:RevokeSecurityGroupIngress", GROUP, MINE, True),
    ("ec2:RevokeSecurityGroupEgress", GROUP, {}, False),
    ("ec2:DeleteNetworkInterface", INTERFACE, {"ec2:Vpc": f"arn:aws:ec2:{REGION}:999999999999:vpc/vpc-1"}, True),
    ("ec2:DeleteNetworkInterface", INTERFACE, {"ec2:Vpc": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-2"}, False),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/any", {}, False),
]


def test_least_privilege(destroyed):
    """By an evaluator that is not ours: what is this domain's may be deleted, what is another's may not."""
    policy = policies(destroyed)
    answers = evaluate(
        [simulation(action, context, [], resource=resource, allow=policy) for action, resource, context, _ in REQUESTS]
    )
    expected = ["Allowed" if allowed else "ImplicitlyDenied" for *_, allowed in REQUESTS]
    assert [(request[:3], answer) for request, answer in zip(REQUESTS, answers, strict=True)] == [
        (request[:3], answer) for request, answer in zip(REQUESTS, expected, strict=True)
    ]


def test_the_policy_lists_the_calls_of_the_handler_and_no_others(destroyed):
    """What it calls in an account in memory is what it may call."""
    world = World()
    world.add_domain(DOMAIN_ID, tags={TAG: CONSENT_VALUE})
    run(world, delete_event(DOMAIN_ID))
    actions = {
        action.partition(":")[2]
        for statement in policies(destroyed)["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        if not action.startswith(("logs:", "lambda:"))
    }
    assert {operation for operation, _ in world.calls} == actions
