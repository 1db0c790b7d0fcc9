"""The function that reports what runs outside, against an emulated AWS over HTTP: SageMaker, EventBridge, SNS and SQS."""

from __future__ import annotations

import json
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from sagemaker_events import ACCOUNT, REGION, call, state_change

from constructs_lib.patterns.handlers.detector import index
from constructs_lib.patterns.handlers.detector.workloads import KINDS
from local_deployment.emulator import Emulator

ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
SUBNETS = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
GROUPS = ["sg-0aaaaaaaaaaaaaaaa"]
INSIDE = {"Subnets": SUBNETS, "SecurityGroupIds": GROUPS}
NO_VPC = "it has no VpcConfig, so it runs in SageMaker's own network"
CONTEXT = SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:detector")
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/image:1"
INPUT = [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data"}}}]
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
TRAINING = {
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "RoleArn": ROLE,
    "InputDataConfig": INPUT,
    "OutputDataConfig": {"S3OutputPath": "s3://data/out"},
    "ResourceConfig": CLUSTER,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


class Account:
    """An emulated account with a topic and a bus whose messages can be read, and answers for what the emulator lacks."""

    def __init__(self, endpoint):
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION)
        names = ("sagemaker", "events", "sns", "sqs")
        self.sagemaker, self.events, self.sns, self.sqs = (session.client(n, endpoint_url=endpoint) for n in names)
        self.answers = {}
        self.calls = []
        self.sagemaker.meta.events.register("before-call.sagemaker.*", self._answer)
        self.queues = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("bus", "topic")}
        arns = {
            name: self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            for name, url in self.queues.items()
        }
        self.topic = self.sns.create_topic(Name="reports")["TopicArn"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arns["topic"])
        self.events.put_rule(Name="reports", EventPattern=json.dumps({"source": [index.SOURCE]}))
        self.events.put_targets(Rule="reports", Targets=[{"Id": "queue", "Arn": arns["bus"]}])

    def _answer(self, model, params, **_):
        self.calls.append(model.name)
        answer = self.answers.get(model.name)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else (SimpleNamespace(status_code=200), answer)

    def runtime(self, *, stop=False, topic=True):
        return index.Runtime(
            sagemaker=self.sagemaker,
            events=self.events,
            sns=self.sns,
            subnets=SUBNETS,
            security_groups=GROUPS,
            stop=stop,
            topic=self.topic if topic else "",
        )

    def messages(self, queue):
        found = self.sqs.receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10).get("Messages", [])
        for each in found:
            self.sqs.delete_message(QueueUrl=self.queues[queue], ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in found]

    def respond(self, event, **options):
        """The one report of an event, the same by each of its ways, or None."""
        index.respond(event, CONTEXT, self.runtime(**options))
        on_bus, to_topic = self.messages("bus"), self.messages("topic")
        assert len(on_bus) == len(to_topic) <= 1
        if not on_bus:
            return None
        assert (on_bus[0]["source"], on_bus[0]["detail-type"]) == (index.SOURCE, index.DETAIL_TYPE)
        assert json.loads(to_topic[0]["Message"]) == on_bus[0]["detail"]
        return on_bus[0]["detail"]

    def stopped(self):
        return [each for each in self.calls if each.startswith("Stop")]


@pytest.fixture(scope="module")
def emulator():
    with Emulator(REGION) as running:
        yield running


@pytest.fixture
def account(emulator):
    import urllib.request

    urllib.request.urlopen(
        urllib.request.Request(f"{emulator.endpoint}/moto-api/reset", method="POST"), timeout=30
    ).close()
    return Account(emulator.endpoint)


def training(account, name, **options):
    account.sagemaker.create_training_job(TrainingJobName=name, **TRAINING, **options)
    detail = {"TrainingJobName": name, "TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting"}
    return state_change("Training Job", detail)


def processing(account, name, **options):
    account.sagemaker.create_processing_job(
        ProcessingJobName=name,
        ProcessingResources={"ClusterConfig": CLUSTER},
        AppSpecification={"ImageUri": IMAGE},
        RoleArn=ROLE,
        **({"NetworkConfig": options} if options else {}),
    )
    return state_change("Processing Job", {"ProcessingJobName": name, "ProcessingJobStatus": "InProgress"})


def tuning(account, name, **options):
    account.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig={"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
        TrainingJobDefinition={**TRAINING, **options},
    )
    detail = {"HyperParameterTuningJobName": name, "HyperParameterTuningJobStatus": "InProgress"}
    return state_change("HyperParameter Tuning Job", detail)


def transform(account, name, **options):
    account.sagemaker.create_model(
        ModelName=f"{name}-model", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE, **options
    )
    account.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=f"{name}-model",
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data"}}},
        TransformOutput={"S3OutputPath": "s3://data/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    return state_change("Transform Job", {"TransformJobName": name, "TransformJobStatus": "InProgress"})


def notebook(account, name, **options):
    if network := options.pop("VpcConfig", None):
        given = {"SubnetId": network["Subnets"][0], "SecurityGroupIds": network["SecurityGroupIds"]}
        options = {"DirectInternetAccess": "Disabled", **given, **options}
    account.sagemaker.create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=ROLE, **options
    )
    return state_change("Notebook Instance", {"NotebookInstanceName": name, "NotebookInstanceStatus": "InService"})


def compilation(account, name, **options):
    account.sagemaker.create_compilation_job(
        CompilationJobName=name,
        RoleArn=ROLE,
        InputConfig={"S3Uri": "s3://data/model", "Framework": "PYTORCH", "DataInputConfig": "{}"},
        OutputConfig={"S3OutputLocation": "s3://data/out", "TargetDevice": "ml_c5"},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        **options,
    )
    return call("CreateCompilationJob", {"compilationJobName": name, "roleArn": ROLE})


def automl(account, name, **options):
    account.sagemaker.create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[{"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data"}}}],
        OutputDataConfig={"S3OutputPath": "s3://data/out"},
        AutoMLProblemTypeConfig={
            "TabularJobConfig": {
                "TargetAttributeName": "y",
                "ProblemType": "Regression",
                "CompletionCriteria": {"MaxCandidates": 1},
            }
        },
        RoleArn=ROLE,
        SecurityConfig=options,
    )
    return call("CreateAutoMLJobV2", {"autoMLJobName": name, "roleArn": ROLE})


STARTED = {
    "training job": training,
    "processing job": processing,
    "hyperparameter tuning job": tuning,
    "transform job": transform,
    "notebook instance": notebook,
    "compilation job": compilation,
    "AutoML job": automl,
}


@pytest.mark.parametrize("kind", STARTED)
def test_inside_and_outside(account, kind):
    """Nothing is said about one inside; one without a VPC, in one wrong subnet of two, or with a wrong group is reported with the reason."""
    start = STARTED[kind]
    assert account.respond(start(account, "inside", VpcConfig=INSIDE)) is None
    outside = {**INSIDE, "Subnets": ["subnet-0cccccccccccccccc"]} if kind == "notebook instance" else None
    outside = outside or {**INSIDE, "Subnets": [SUBNETS[0], "subnet-0cccccccccccccccc"]}
    other_group = {**INSIDE, "SecurityGroupIds": ["sg-0cccccccccccccccc"]}
    reports = [
        account.respond(start(account, "nowhere")),
        account.respond(start(account, "elsewhere", VpcConfig=outside)),
        account.respond(start(account, "other-group", VpcConfig=other_group)),
    ]
    no_vpc = [NO_VPC, "direct internet access is enabled"] if kind == "notebook instance" else [NO_VPC]
    assert [(each["name"], each["reasons"]) for each in reports] == [
        ("nowhere", no_vpc),
        ("elsewhere", ["subnet subnet-0cccccccccccccccc is not one of those given"]),
        ("other-group", ["security group sg-0cccccccccccccccc is not one of those given"]),
    ]
    assert {key: reports[0][key] for key in ("kind", "account", "region", "role", "stopped")} == {
        "kind": kind,
        "account": ACCOUNT,
        "region": REGION,
        # The definition of a tuning job has the role, not the job.
        "role": None if kind == "hyperparameter tuning job" else ROLE,
        "stopped": False,
    }
    assert account.stopped() == []


def test_a_notebook_inside_with_direct_internet_access(account):
    """Its traffic goes past the network that it is in."""
    event = notebook(account, "direct", VpcConfig=INSIDE, DirectInternetAccess="Enabled")
    assert account.respond(event)["reasons"] == ["direct internet access is enabled"]


@pytest.mark.parametrize("kind", STARTED)
def test_stop(account, kind):
    """What is outside is stopped and the report says so; what is inside goes on."""
    (known,) = (each for each in KINDS if each.title == kind)
    # The emulator stops notebooks, processing and AutoML jobs; for the others the call is enough.
    if kind not in ("notebook instance", "processing job", "AutoML job"):
        account.answers[known.stop] = {}
    start = STARTED[kind]
    assert account.respond(start(account, "inside", VpcConfig=INSIDE), stop=True) is None
    assert account.stopped() == []
    assert account.respond(start(account, "outside"), stop=True)["stopped"] is True
    assert account.stopped() == [known.stop]
    if kind == "notebook instance":
        described = account.sagemaker.describe_notebook_instance(NotebookInstanceName="outside")
        assert described["NotebookInstanceStatus"] in ("Stopping", "Stopped")


def refusal(code, message):
    return ClientError({"Error": {"Code": code, "Message": message}}, "StopTrainingJob")


def test_a_stop_that_is_too_late(account):
    """A job that ended in between is reported as not stopped, and the function ends well."""
    account.answers["StopTrainingJob"] = refusal("ValidationException", "The job is in status Completed")
    report = account.respond(training(account, "short"), stop=True)
    assert (report["stopped"], report["notStopped"]) == (
        False,
        "An error occurred (ValidationException) when calling the StopTrainingJob operation: The job is in status Completed",
    )


def test_a_stop_that_fails(account):
    """It is reported, and the function fails, so that Lambda tries again and counts the error."""
    account.answers["StopTrainingJob"] = refusal("AccessDeniedException", "not authorized")
    with pytest.raises(ClientError, match="not authorized"):
        account.respond(training(account, "stubborn"), stop=True)
    (report,) = account.messages("bus")
    assert (report["detail"]["name"], report["detail"]["stopped"]) == ("stubborn", False)


def described(**answers):
    return {"RoleArn": ROLE, **answers}


@pytest.mark.parametrize(
    ("event", "operation", "inside", "outside"),
    [
        (
            call("CreateLabelingJob", {"labelingJobName": "x"}),
            "DescribeLabelingJob",
            {"LabelingJobAlgorithmsConfig": {"LabelingJobResourceConfig": {"VpcConfig": INSIDE}}},
            {"LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": "arn"}},
        ),
        (
            call("CreateLabelingJob", {"labelingJobName": "people-alone"}),
            "DescribeLabelingJob",
            {},
            {"LabelingJobAlgorithmsConfig": {"LabelingJobResourceConfig": {}}},
        ),
        (
            call("CreateInferenceRecommendationsJob", {"jobName": "x"}),
            "DescribeInferenceRecommendationsJob",
            {"InputConfig": {"VpcConfig": INSIDE}},
            {"InputConfig": {}},
        ),
        (
            call("CreateOptimizationJob", {"optimizationJobName": "x"}),
            "DescribeOptimizationJob",
            {"VpcConfig": INSIDE},
            {},
        ),
        (
            call("CreateAutoMLJob", {"autoMLJobName": "x"}),
            "DescribeAutoMLJobV2",
            {"SecurityConfig": {"VpcConfig": INSIDE}},
            {},
        ),
        (
            state_change(
                "HyperParameter Tuning Job",
                {"HyperParameterTuningJobName": "several", "HyperParameterTuningJobStatus": "InProgress"},
            ),
            "DescribeHyperParameterTuningJob",
            {"TrainingJobDefinitions": [{"VpcConfig": INSIDE}, {"VpcConfig": INSIDE}]},
            {"TrainingJobDefinitions": [{"VpcConfig": INSIDE}, {}]},
        ),
    ],
    ids=[
        "labeling",
        "labeling by people",
        "recommendations",
        "optimization",
        "AutoML of the first version",
        "tuning with several",
    ],
)
def test_kinds_that_the_emulator_lacks(account, event, operation, inside, outside):
    """By the answers that SageMaker documents."""
    account.answers[operation] = described(**inside)
    assert account.respond(event) is None
    account.answers[operation] = described(**outside)
    assert account.respond(event)["reasons"] == [NO_VPC]


def test_jobs_of_a_tuning_job(account):
    """They were judged with it, and are not reported again."""
    account.answers["DescribeTrainingJob"] = described(TuningJobArn="arn:aws:sagemaker:x")
    assert account.respond(training(account, "child")) is None


@pytest.mark.parametrize(
    "event",
    [
        state_change(
            "Training Job",
            {"TrainingJobName": "gone", "TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting"},
        ),
        state_change("Notebook Instance", {"NotebookInstanceName": "gone", "NotebookInstanceStatus": "InService"}),
        state_change("Transform Job", {"TransformJobName": "gone", "TransformJobStatus": "InProgress"}),
        call("CreateCompilationJob", {"compilationJobName": "gone"}),
    ],
    ids=lambda event: event["detail-type"],
)
def test_what_is_gone_already(account, event, capsys):
    """A line in the log, no report."""
    assert account.respond(event) is None
    assert json.loads(capsys.readouterr().out)["gone"].endswith(" gone")


def test_a_transform_job_whose_model_is_gone(account):
    """Where it runs is not known: it is reported, and goes on."""
    account.answers["DescribeTransformJob"] = {"TransformJobName": "x", "ModelName": "short-lived"}
    event = state_change("Transform Job", {"TransformJobName": "x", "TransformJobStatus": "InProgress"})
    report = account.respond(event, stop=True)
    assert report["reasons"] == ["its model short-lived is gone already, so nobody can say which network it has"]
    assert (report["stopped"], account.stopped()) == (False, [])


OUTSIDE = {"TrainingJobName": "outside", "TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting"}


@pytest.mark.parametrize(
    "event",
    [
        state_change("Training Job", OUTSIDE, account="999999999999"),
        state_change("Training Job", OUTSIDE, region="us-east-1"),
        state_change("Training Job", {**OUTSIDE, "SecondaryStatus": "Training"}),
        state_change("Training Job", {**OUTSIDE, "TrainingJobStatus": "Completed"}),
        state_change("Training Job", {key: OUTSIDE[key] for key in ("TrainingJobStatus", "SecondaryStatus")}),
        state_change("Training Job", {**OUTSIDE, "TrainingJobName": None}),
        state_change("Training Job", "outside"),
        state_change("Endpoint", OUTSIDE),
        call("CreateCompilationJob", {"compilationJobName": "outside"}, errorCode="AccessDenied"),
        call("CreateCompilationJob", None),
        call("CreateCompilationJob", {}),
        call("CreateModel", {"modelName": "outside"}),
        {key: value for key, value in state_change("Training Job", OUTSIDE).items() if key != "detail"},
        {},
    ],
    ids=[
        "another account",
        "another region",
        "later in its life",
        "at its end",
        "no name",
        "name that is none",
        "detail that is none",
        "another event",
        "refused call",
        "no parameters",
        "no name in the call",
        "another call",
        "no detail",
        "nothing",
    ],
)
def test_events_that_say_nothing_to_it(account, event, capsys):
    """They are named in the log, SageMaker is not asked, nothing is reported."""
    assert account.respond(event, stop=True) is None
    assert account.calls == []
    assert json.loads(capsys.readouterr().out) == {
        "ignored": {key: event.get(key) for key in ("id", "detail-type", "account", "region")}
    }


def test_without_a_topic(account):
    """The bus and the log get the report."""
    index.respond(training(account, "quiet"), CONTEXT, account.runtime(topic=False))
    assert len(account.messages("bus")) == 1
    assert account.messages("topic") == []


def test_a_bus_that_does_not_take_the_report(account):
    """The function fails, so that Lambda tries again; the topic has got the message."""
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorMessage": "busy"}]}
    account.events.meta.events.register(
        "before-call.events.PutEvents", lambda **_: (SimpleNamespace(status_code=200), refused)
    )
    with pytest.raises(RuntimeError, match=r"^the report was not taken by EventBridge: busy$"):
        index.respond(training(account, "unheard"), CONTEXT, account.runtime())
    assert len(account.messages("topic")) == 1


def test_sagemaker_that_cannot_be_asked(account):
    """A missing permission is an error of the function, not silence."""
    account.answers["DescribeTrainingJob"] = refusal("AccessDeniedException", "not authorized")
    with pytest.raises(ClientError, match="not authorized"):
        account.respond(state_change("Training Job", OUTSIDE))


def test_the_handler_reads_its_environment(account, emulator, monkeypatch):
    """As Lambda calls it: the networks, the topic and whether to stop stand in the environment."""
    event = processing(account, "outside")
    for name, value in {
        **emulator.environment,
        "NETWORKS": json.dumps({"subnets": SUBNETS, "securityGroups": GROUPS}),
        "STOP": "true",
        "TOPIC_ARN": account.topic,
    }.items():
        monkeypatch.setenv(name, value)
    index.handler(event, CONTEXT)
    (report,) = account.messages("bus")
    assert (report["detail"]["name"], report["detail"]["stopped"]) == ("outside", True)
