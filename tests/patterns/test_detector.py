"""What deploys the detector: the events that it gets, what it may do, and what cdk-nag and cfn-lint say to it."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from moto.events.models import EventPattern
from sagemaker_events import call, state_change
from standards import PACKS, linted

from constructs_lib import PrivateTrainingJobNetwork, SageMakerDetector
from constructs_lib.patterns.handlers.detector import index
from constructs_lib.patterns.handlers.detector.workloads import KINDS

SUBNET, GROUP = "subnet-0aaaaaaaaaaaaaaaa", "sg-0aaaaaaaaaaaaaaaa"


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


def detector(stack, **options):
    return SageMakerDetector(
        stack,
        "Detector",
        subnets=[ec2.Subnet.from_subnet_id(stack, "Subnet", SUBNET)],
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, "Group", GROUP)],
        **options,
    )


def patterns_of(stack):
    rules = assertions.Template.from_stack(stack).find_resources("AWS::Events::Rule")
    return [EventPattern.load(json.dumps(each["Properties"]["EventPattern"])) for each in rules.values()]


def started(kind):
    """The event of a workload that has started."""
    if kind.calls:
        return call(kind.calls[0], {kind.name[0].lower() + kind.name[1:]: "x"})
    return {**state_change("", {**kind.started, kind.name: "x"}), "detail-type": kind.event}


def test_events_that_reach_the_function(stack):
    """Each kind that has started, by exactly one rule; not its later states, refused calls, and what others send."""
    detector(stack)
    patterns = patterns_of(stack)

    def reaches(event):
        return sum(pattern.matches_event(event) for pattern in patterns)

    assert [kind.title for kind in KINDS if reaches(started(kind)) != 1] == []
    later = [
        state_change("Training Job", {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Uploading"}),
        state_change("Training Job", {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}),
        state_change("Processing Job", {"ProcessingJobStatus": "Completed"}),
        state_change("Notebook Instance", {"NotebookInstanceStatus": "Stopped"}),
        state_change("Endpoint", {"EndpointStatus": "InService"}),
        call("CreateCompilationJob", {"compilationJobName": "x"}, errorCode="AccessDenied"),
        call("CreateModel", {"modelName": "x"}),
        {**started(KINDS[0]), "source": "aws.ec2"},
    ]
    assert [event for event in later if reaches(event)] == []


@pytest.mark.parametrize("stop", [False, True])
def test_least_privilege(stack, stop):
    """It describes each kind and models, stops them only where that is wanted, writes its log and reports; nothing more."""
    detector(stack, stop=stop, topic=sns.Topic(stack, "Topic", master_key=kms.Key(stack, "TopicKey")))
    template = assertions.Template.from_stack(stack)
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    actions = {
        action
        for each in statements
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    expected = {f"sagemaker:{kind.describe}" for kind in KINDS} | {"sagemaker:DescribeModel"}
    expected |= {f"sagemaker:{kind.stop}" for kind in KINDS} if stop else set()
    expected |= {"logs:CreateLogStream", "logs:PutLogEvents", "events:PutEvents", "sns:Publish"}
    assert actions == expected | {"kms:Decrypt", "kms:GenerateDataKey"}
    assert "*" not in [each["Resource"] for each in statements]
    template.resource_count_is("AWS::IAM::Policy", 0)
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    variables = function["Properties"]["Environment"]["Variables"]
    assert variables["STOP"] == str(stop).lower()
    assert json.loads(variables["NETWORKS"]) == {"subnets": [SUBNET], "securityGroups": [GROUP]}
    assert policy["Properties"]["PolicyDocument"]["Statement"][-3]["Condition"] == {
        "StringEquals": {"events:source": index.SOURCE}
    }


def test_the_networks_of_jobs(stack):
    """Subnets and groups of the network reach the function as deployed."""
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    SageMakerDetector(stack, "Detector", networks=[jobs])
    (function,) = (
        each
        for each in assertions.Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
        if "NETWORKS" in each["Properties"].get("Environment", {}).get("Variables", {})
    )
    separator, parts = function["Properties"]["Environment"]["Variables"]["NETWORKS"]["Fn::Join"]
    written = json.loads(separator.join(part if isinstance(part, str) else "id" for part in parts))
    assert written == {"subnets": ["id"] * len(jobs.subnets), "securityGroups": ["id"]}
    assert function["Properties"]["Environment"]["Variables"]["TOPIC_ARN"] == ""


def test_the_log(stack):
    """Encrypted with a key that rotates, kept for a year; with an imported key, whose policy its owner keeps, by CloudWatch's own."""
    detector(stack)
    template = assertions.Template.from_stack(stack)
    template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})
    template.has_resource_properties(
        "AWS::Logs::LogGroup", {"RetentionInDays": 365, "KmsKeyId": assertions.Match.any_value()}
    )
    other = cdk.Stack(cdk.App(), "Other")
    key = kms.Key.from_key_arn(other, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1")
    detector(other, encryption_key=key)
    template = assertions.Template.from_stack(other)
    template.has_resource_properties("AWS::Logs::LogGroup", {"KmsKeyId": assertions.Match.absent()})


def test_errors(stack):
    """What can never be right, with what to do."""
    with pytest.raises(ValueError) as error:
        SageMakerDetector(stack, "Nothing")
    assert (
        str(error.value)
        == "networks and subnets are both empty: without any allowed, every workload would be outside; name at least one"
    )
    many = [ec2.Subnet.from_subnet_id(stack, f"S{number}", f"subnet-{number:017x}") for number in range(120)]
    group = [ec2.SecurityGroup.from_security_group_id(stack, "G", GROUP)]
    with pytest.raises(ValueError) as error:
        SageMakerDetector(stack, "Many", subnets=many, security_groups=group)
    assert str(error.value) == (
        "there are 120 subnets and 1 security groups: the function's environment holds at most 120 of both together, so list fewer"
    )
    with pytest.raises(ValueError, match=r"^acknowledgements names 'SMN-NB-07', which this construct does not"):
        detector(stack, acknowledgements={"SMN-NB-07": "no"})


def build(app, **options):
    stack = cdk.Stack(app, "Detecting", **options)
    topic = sns.Topic(stack, "Topic", master_key=kms.Key(stack, "TopicKey", enable_key_rotation=True), enforce_ssl=True)
    jobs = PrivateTrainingJobNetwork(stack, "Jobs")
    SageMakerDetector(stack, "Detector", networks=[jobs], stop=True, topic=topic)
    return stack


@pytest.mark.parametrize("pack", PACKS)
def test_cdk_nag(pack):
    """Nothing is left unacknowledged."""
    app = cdk.App()
    build(app)
    cdk.Validations.of(app).add_plugins(PACKS[pack](app))
    app.synth()


def test_cfn_lint(tmp_path):
    """Neither an error nor a warning."""
    app = cdk.App(outdir=str(tmp_path))
    build(app)
    app.synth()
    assert linted(tmp_path, "us-east-1", "eu-west-1") == ("", 0)
