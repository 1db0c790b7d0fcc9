"""The function that destroys a domain, as it ships, against the emulated AWS over HTTP: Studio's API, EFS, and an EC2 that refuses what is in use."""

from __future__ import annotations

import json
import random
import urllib.request
from io import BytesIO

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from studio_lambda import CONSENT_VALUE, delete_event, run
from urllib3 import HTTPResponse

from constructs_lib import __main__ as command_line
from constructs_lib import orphans
from constructs_lib.patterns.handlers.studio_cleanup.sweep import CONSENT_TAG, Clients
from local_deployment.emulator import ACCOUNT, Emulator

REGION = "eu-west-1"
USERS = ("ann", "bob", "eve")
SUBNETS = ("A", "B", "C")
# What each failure looks like on the wire: error code for EC2, for the others, and HTTP status.
ANSWERS = {
    "throttled": ("RequestLimitExceeded", "ThrottlingException", 400),
    "server error": ("InternalError", "InternalServerError", 500),
    "not found": ("InvalidGroup.NotFound", "ResourceNotFound", 400),
    "in use": ("DependencyViolation", "ResourceInUse", 400),
}


def template():
    """A VPC with three subnets and two domains in it, as the emulator's CloudFormation makes them."""
    resources = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}
    for number, each in enumerate(SUBNETS):
        properties = {
            "VpcId": {"Ref": "Vpc"},
            "CidrBlock": f"10.0.{number}.0/24",
            "AvailabilityZone": f"{REGION}{each.lower()}",
        }
        resources[each] = {"Type": "AWS::EC2::Subnet", "Properties": properties}
    for name in ("mine", "other"):
        resources[name.capitalize()] = {
            "Type": "AWS::SageMaker::Domain",
            "Properties": {
                "DomainName": name,
                "AuthMode": "IAM",
                "AppNetworkAccessType": "VpcOnly",
                "DefaultUserSettings": {"ExecutionRole": f"arn:aws:iam::{ACCOUNT}:role/studio"},
                "VpcId": {"Ref": "Vpc"},
                "SubnetIds": [{"Ref": each} for each in SUBNETS],
                "Tags": [{"Key": CONSENT_TAG, "Value": CONSENT_VALUE}],
            },
        }
    return json.dumps({"Resources": resources})


class Account:
    """The emulated account: two domains in one VPC, each with three users, their spaces and apps.

    Attributes:
        now: a clock that goes on by a second with each call, as the function sees it.
    """

    def __init__(self, clients):
        self.sagemaker, self.efs, self.ec2, self.cloudformation = clients
        self.cloudformation.create_stack(StackName="studio", TemplateBody=template())
        ids = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in self.cloudformation.describe_stack_resources(StackName="studio")["StackResources"]
        }
        self.vpc, self.subnets = ids["Vpc"], [ids[each] for each in SUBNETS]
        self.mine, self.other = ids["Mine"], ids["Other"]
        for domain in (self.mine, self.other):
            self._people(domain)
        self.now = 1_000_000.0
        self.calls = []

    def _people(self, domain):
        for user in USERS:
            self.sagemaker.create_user_profile(DomainId=domain, UserProfileName=user)
            self.sagemaker.create_space(
                DomainId=domain,
                SpaceName=f"{user}-lab",
                OwnershipSettings={"OwnerUserProfileName": user},
                SpaceSharingSettings={"SharingType": "Private"},
            )
            self.sagemaker.create_app(DomainId=domain, SpaceName=f"{user}-lab", AppType="JupyterLab", AppName="default")
            self.sagemaker.create_app(DomainId=domain, UserProfileName=user, AppType="JupyterServer", AppName="default")

    def sleep(self, seconds):
        self.now += seconds

    def arn(self, domain):
        return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:domain/{domain}"

    def of(self, domain):
        """All that there is of a domain."""
        sagemaker, found = self.sagemaker, {}
        for kind, call in (
            ("Apps", sagemaker.list_apps),
            ("Spaces", sagemaker.list_spaces),
            ("UserProfiles", sagemaker.list_user_profiles),
        ):
            found[kind] = len(call(DomainIdEquals=domain)[kind])
        found["domain"] = sum(each["DomainId"] == domain for each in sagemaker.list_domains()["Domains"])
        systems = [
            each
            for each in self.efs.describe_file_systems()["FileSystems"]
            if {"Key": "ManagedByAmazonSageMakerResource", "Value": self.arn(domain)} in each["Tags"]
        ]
        found["file systems"] = len(systems)
        found["mount targets"] = sum(
            len(self.efs.describe_mount_targets(FileSystemId=each["FileSystemId"])["MountTargets"]) for each in systems
        )
        groups = self.ec2.describe_security_groups()["SecurityGroups"]
        found["groups"] = sum(each["GroupName"].endswith(domain) for each in groups)
        return found

    def watch(self, before=None):
        """Count the calls from now on; ``before`` may answer one instead of the account."""

        def before_send(request, event_name, **_):
            self.now += 1
            self.calls.append(event_name.removeprefix("before-send."))
            return before(len(self.calls), self.calls[-1], request) if before else None

        for client in (self.sagemaker, self.efs, self.ec2):
            client.meta.events.register("before-send", before_send)
        self.unwatch = lambda: [
            client.meta.events.unregister("before-send", before_send) for client in (self.sagemaker, self.efs, self.ec2)
        ]

    def destroy(self, domain, *, before=None, seconds=lambda: 900.0):
        """Run the function for the deletion of a domain's custom resource, as often as it hands over; the answer to CloudFormation."""
        event = delete_event(domain, vpc=self.vpc)
        event["ResourceProperties"]["DomainArn"] = self.arn(domain)
        self.watch(before)
        try:
            clients = Clients(sagemaker=self.sagemaker, efs=self.efs, ec2=self.ec2)
            return run(self, event, clients=clients, seconds=seconds)
        finally:
            self.unwatch()

    def delete_vpc(self):
        for subnet in self.subnets:
            self.ec2.delete_subnet(SubnetId=subnet)
        self.ec2.delete_vpc(VpcId=self.vpc)


WHOLE = {"Apps": 6, "Spaces": 3, "UserProfiles": 3, "domain": 1, "file systems": 1, "mount targets": 3, "groups": 2}
NOTHING = dict.fromkeys(WHOLE, 0)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(REGION) as running:
        yield running


@pytest.fixture(scope="module")
def clients(emulator):
    """Made once: reading botocore's descriptions of the services takes longer than all calls of a deletion."""
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION)
    # The function sees each failure, instead of botocore's trying again.
    config = Config(retries={"total_max_attempts": 1})
    names = ("sagemaker", "efs", "ec2", "cloudformation")
    return [session.client(name, endpoint_url=emulator.endpoint, config=config) for name in names]


@pytest.fixture
def make_account(emulator, clients):
    def make():
        reset = urllib.request.Request(f"{emulator.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset, timeout=30).close()
        return Account(clients)

    return make


@pytest.fixture
def account(make_account):
    return make_account()


def test_destroys_one_domain_and_the_vpc_can_go_after_the_other(account):
    """Everything of one domain goes and nothing of the other; what holds subnets and VPC is gone with the second."""
    assert (account.of(account.mine), account.of(account.other)) == (WHOLE, WHOLE)
    answer = account.destroy(account.mine)
    assert (answer["Status"], answer["Reason"]) == (
        "SUCCESS",
        f"domain {account.mine} is gone with all that belonged to it",
    )
    assert (account.of(account.mine), account.of(account.other)) == (NOTHING, WHOLE)
    for deletion in (
        lambda: account.ec2.delete_subnet(SubnetId=account.subnets[0]),
        lambda: account.ec2.delete_vpc(VpcId=account.vpc),
    ):
        with pytest.raises(ClientError, match="DependencyViolation"):
            deletion()
    assert account.destroy(account.other)["Status"] == "SUCCESS"
    account.delete_vpc()


def test_the_domain_alone_would_leave_what_holds_the_vpc(account):
    """What the function is for: people's things hinder the deletion, and after it the file system and the groups stay."""
    with pytest.raises(ClientError, match="ResourceInUse"):
        account.sagemaker.delete_domain(DomainId=account.mine)
    delete_without_file_system(account, account.mine)
    assert account.of(account.mine) == {**NOTHING, "file systems": 1, "mount targets": 3, "groups": 2}


def test_handing_over(account):
    """Invocations that end after a few calls go on where they were; each begins anew."""
    invocations = []
    answer = account.destroy(account.mine, seconds=lambda: invocations.append(1) or 75.0)
    assert answer["Status"] == "SUCCESS"
    assert len(invocations) > 3
    assert (account.of(account.mine), account.of(account.other)) == (NOTHING, WHOLE)


def failed(kind, event_name, request):
    """The answer of a call that fails."""
    if kind == "timeout":
        raise ReadTimeoutError(endpoint_url=request.url)
    of_ec2, of_others, status = ANSWERS[kind]
    if event_name.startswith("ec2."):
        body = f"<Response><Errors><Error><Code>{of_ec2}</Code><Message>injected</Message></Error></Errors></Response>"
        headers = {"Content-Type": "text/xml"}
    else:
        body = json.dumps({"__type": of_others, "message": "injected", "ErrorCode": of_others})
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": of_others}
    raw = HTTPResponse(body=BytesIO(body.encode()), preload_content=False)
    return AWSResponse(request.url, status, headers, raw)


@pytest.mark.parametrize("kind", [*ANSWERS, "timeout"])
def test_failures_at_calls(make_account, kind):
    """A sample of calls fails, one in each run and then a third of all: in the end nothing is left, or everything, and the other is whole."""
    account = make_account()
    account.destroy(account.mine)
    chance = random.Random(kind)
    for number in chance.sample(range(1, len(account.calls) + 1), 2):
        account = make_account()

        def before(each, event_name, request, number=number):
            return failed(kind, event_name, request) if each == number else None

        answer = account.destroy(account.mine, before=before)
        left = {"SUCCESS": NOTHING, "FAILED": WHOLE}[answer["Status"]]
        assert (account.of(account.mine), account.of(account.other)) == (left, WHOLE), (number, answer["Reason"])
    account = make_account()

    def sometimes(each, event_name, request):
        return failed(kind, event_name, request) if chance.random() < 1 / 3 else None

    account.destroy(account.mine, before=sometimes)
    account.destroy(account.mine)
    assert (account.of(account.mine), account.of(account.other)) == (NOTHING, WHOLE)


def delete_without_file_system(account, domain):
    """What RETAIN does, after people's things are gone."""
    for app in account.sagemaker.list_apps(DomainIdEquals=domain)["Apps"]:
        owner = {key: app[key] for key in ("SpaceName", "UserProfileName") if app.get(key)}
        account.sagemaker.delete_app(DomainId=domain, AppType=app["AppType"], AppName=app["AppName"], **owner)
    for user in USERS:
        account.sagemaker.delete_space(DomainId=domain, SpaceName=f"{user}-lab")
        account.sagemaker.delete_user_profile(DomainId=domain, UserProfileName=user)
    account.sagemaker.delete_domain(DomainId=domain, RetentionPolicy={"HomeEfsFileSystem": "Retain"})


@pytest.fixture
def configured(emulator, monkeypatch):
    """The environment of a user whose AWS configuration leads to the emulator."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(orphans, "_PAUSE", 0)


def test_orphans(account, configured, capsys):
    """Nothing, 0; then what RETAIN leaves, 1, in the configured region and in no other; --delete removes it; nothing of the other domain goes."""
    mine_and_foreign = account.ec2.create_security_group(
        GroupName=f"not-sagemakers-{account.mine}", Description="-", VpcId=account.vpc
    )["GroupId"]
    foreign = account.efs.create_file_system(CreationToken="foreign", Tags=[{"Key": "Name", "Value": "foreign"}])
    assert command_line.main(["orphans"]) == 0
    assert capsys.readouterr().out == f"deleted Studio domains left nothing in {REGION}\n"

    delete_without_file_system(account, account.mine)
    left = account.of(account.mine)
    assert command_line.main(["orphans"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{account.arn(account.mine)} is gone and left"
    assert [line.split(":")[0].rsplit(" ", 1)[0].strip() for line in lines[1:-1]] == [
        "file system",
        *["network interface"] * 3,
        *["security group"] * 2,
    ]
    assert lines[-1] == f"6 things in {REGION}; with --delete they go, the data in file systems included"
    assert account.of(account.mine) == left
    assert command_line.main(["orphans", "--region", "us-east-1"]) == 0
    assert capsys.readouterr().out == "deleted Studio domains left nothing in us-east-1\n"

    assert command_line.main(["orphans", "--delete"]) == 1
    assert capsys.readouterr().out.endswith(f"{account.arn(account.mine)}: deleted\n")
    assert command_line.main(["orphans"]) == 0
    # The group that only bears the name is not SageMaker's.
    assert account.of(account.mine) == {**NOTHING, "groups": 1}
    assert account.of(account.other) == WHOLE
    groups = [each["GroupId"] for each in account.ec2.describe_security_groups()["SecurityGroups"]]
    assert mine_and_foreign in groups
    systems = [each["FileSystemId"] for each in account.efs.describe_file_systems()["FileSystems"]]
    assert foreign["FileSystemId"] in systems


def test_orphans_without_an_account(configured, monkeypatch, capsys):
    """What cannot be reached is one line and status 2."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert command_line.main(["orphans"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        'sagemaker-network: list_domains: Could not connect to the endpoint URL: "http://localhost:1/"\n'
    )
