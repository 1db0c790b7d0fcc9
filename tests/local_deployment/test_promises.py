"""What the local deployment compares: kept by the reference stacks, and noticed where one is broken."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from local_deployment import jobs, promises
from local_deployment.stacks import DeployedStack
from tools.reference import templates


def of_type(resources, kind, **properties):
    """The properties of each resource of a type that has the given ones."""
    return [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == kind and properties.items() <= each["Properties"].items()
    ]


@pytest.fixture(scope="module")
def bucket(emulator):
    """The bucket of the bootstrap stack, with some package for each function: nothing runs it."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.py", "")
    name = "cdk-hnb659fds-assets-123456789012-us-east-1"
    emulator.client("s3").create_bucket(Bucket=name)
    emulator.client("s3").put_object(Bucket=name, Key="<asset>.zip", Body=package.getvalue())


@pytest.fixture
def checked(emulator, assembly, bucket):
    """Deploy a reference stack, changed by a function, and return its promises; it is gone after the test."""
    deployed = []

    def deploy(stack, change=lambda _: None):
        template = templates(assembly)[stack]
        change(template["Resources"])
        emulator.make(stack, json.dumps(template))
        deployed.append(stack)
        made = DeployedStack(stack, template, emulator)
        return [*promises.check(made), *jobs.check(made)]

    yield deploy
    for stack in deployed:
        emulator.client("cloudformation").delete_stack(StackName=stack)


STACKS = [
    ("NoVpcNotebook", 8),
    ("PrivateNotebook", 20),
    ("PrivateTrainingJobs", 8),
    ("StudioPublicInternet", 7),
    ("StudioVpcOnly", 30),
    ("VpcNotebookDirectInternet", 10),
]


@pytest.mark.parametrize(("stack", "least"), STACKS)
def test_reference_stacks_keep_their_promises(stack, least, checked):
    """Each promise is kept, and there are as many as the pattern has to be judged by."""
    found = checked(stack)
    assert [each for each in found if not each.kept] == []
    assert len(found) >= least


def _open_group(resources):
    (notebook,) = of_type(resources, "AWS::SageMaker::NotebookInstance")
    group = notebook["SecurityGroupIds"][0]["Fn::GetAtt"][0]
    rule = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    resources[group]["Properties"]["SecurityGroupIngress"] = [rule]


def _root(resources):
    of_type(resources, "AWS::SageMaker::NotebookInstance")[0]["RootAccess"] = "Enabled"


def _no_key(resources):
    del of_type(resources, "AWS::SageMaker::NotebookInstance")[0]["KmsKeyId"]


def _no_private_dns(resources):
    for each in of_type(resources, "AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"):
        each["PrivateDnsEnabled"] = False


def _no_s3(resources):
    for each in of_type(resources, "AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"):
        each["RouteTableIds"] = each["RouteTableIds"][1:]


def _no_dns(resources):
    of_type(resources, "AWS::EC2::VPC")[0]["EnableDnsHostnames"] = False


def _no_admission(resources):
    for name in [name for name, each in resources.items() if each["Type"] == "AWS::EC2::SecurityGroupIngress"]:
        if resources[name]["Properties"].get("FromPort") == 443:
            del resources[name]


def _other_access(resources):
    of_type(resources, "AWS::SageMaker::Domain")[0]["AppNetworkAccessType"] = "PublicInternetOnly"


def _shared_group(resources):
    domain = of_type(resources, "AWS::SageMaker::Domain")[0]
    profile = of_type(resources, "AWS::SageMaker::UserProfile")[0]
    profile["UserSettings"]["SecurityGroups"] = domain["DefaultUserSettings"]["SecurityGroups"]


def _without_nat(resources):
    for name in [name for name, each in resources.items() if each["Type"] == "AWS::EC2::Route"]:
        if "NatGatewayId" in resources[name]["Properties"]:
            del resources[name]


def _other_route(resources):
    (config,) = of_type(resources, "AWS::SageMaker::NotebookInstanceLifecycleConfig")
    config["OnStart"] = [{"Content": {"Fn::Base64": "#!/bin/sh"}}]


def _open_jobs(resources):
    for each in of_type(resources, "AWS::EC2::SecurityGroup"):
        each["SecurityGroupIngress"] = [{"CidrIp": "10.0.0.0/8", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}]


BROKEN = [
    ("NoVpcNotebook", _root, "root access is off"),
    ("NoVpcNotebook", _no_key, "the volume has a customer-managed key"),
    ("VpcNotebookDirectInternet", _open_group, "that admits nothing"),
    ("VpcNotebookDirectInternet", _other_route, "each start routes 10.0.0.0/16 through the VPC"),
    ("PrivateNotebook", _no_private_dns, "notebook: private DNS"),
    ("PrivateNotebook", _no_s3, "the S3 gateway endpoint serves every route table"),
    ("PrivateNotebook", _no_dns, "the VPC has enableDnsHostnames"),
    ("PrivateNotebook", _no_admission, "sagemaker.api: admits 443 from the workload's groups"),
    ("PrivateNotebook", _without_nat, "the subnet's default route"),
    ("StudioVpcOnly", _other_access, "network access type"),
    ("StudioVpcOnly", _shared_group, "each user profile has a group of its own"),
    ("PrivateTrainingJobs", _open_jobs, "nobody else is admitted"),
]


@pytest.mark.parametrize(
    ("stack", "change", "promise"), BROKEN, ids=[f"{each[0]}{each[1].__name__}" for each in BROKEN]
)
def test_a_broken_promise_is_noticed(stack, change, promise, checked):
    """The one thing that is changed is the one that is reported."""
    broken = [each.text for each in checked(stack, change) if not each.kept]
    assert promise in broken


class _OneByOne:
    """An EC2 that takes each id once, as some of its calls do."""

    def client(self, service):
        assert service == "ec2"
        return self

    def describe_security_groups(self, GroupIds):  # noqa: N803 - boto3's name
        assert len(GroupIds) == len(set(GroupIds))
        return {"SecurityGroups": [{"GroupId": each} for each in GroupIds]}


def test_each_group_is_asked_for_once():
    """User profiles and endpoints may share groups, and requests may not repeat them."""
    asked = ["sg-2", "sg-1", "sg-2"]
    assert [each["GroupId"] for each in promises.security_groups(_OneByOne(), asked)] == ["sg-2", "sg-1"]
