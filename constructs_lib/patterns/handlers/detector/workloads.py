"""The kinds of workloads that are watched: how each is noticed, described and stopped, and where it says what network it has.

Both the function and what deploys it (event patterns, permissions) read this.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html,
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Described = Mapping[str, Any]
VpcConfig = Mapping[str, Any]
"""``Subnets`` and ``SecurityGroupIds``; empty where the workload is in no VPC."""

CALL = "AWS API Call via CloudTrail"
"""Detail type of calls, which EventBridge gets only where a trail of CloudTrail logs management events."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of workload.

    Args:
        title: what people call it.
        resource: its type within an ARN.
        operation: the middle of its API operations: ``TrainingJob`` of ``DescribeTrainingJob`` and ``StopTrainingJob``.
        described_by: the operation that describes it, where that is not ``Describe`` and ``operation``.
        name: the parameter with its name.
        networks: from its description to each VPC configuration that it has.
        event: the detail type of its state changes; empty: it has none and is noticed by calls.
        started: what the detail of that event says when it has started.
        calls: the API calls that make it, where it has no event.
    """

    title: str
    resource: str
    operation: str
    name: str
    networks: Callable[[Described], list[VpcConfig]]
    described_by: str = ""
    event: str = ""
    started: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[str, ...] = ()

    @property
    def describe(self) -> str:
        """The API operation that describes it."""
        return self.described_by or f"Describe{self.operation}"

    @property
    def stop(self) -> str:
        """The API operation that stops it."""
        return f"Stop{self.operation}"


def _at(*path: str) -> Callable[[Described], list[VpcConfig]]:
    def networks(described: Described) -> list[VpcConfig]:
        found: Any = described
        for key in path:
            found = found.get(key) or {}
        return [found]

    return networks


def _tuning(described: Described) -> list[VpcConfig]:
    """A tuning job has one definition, or several."""
    one = described.get("TrainingJobDefinition")
    definitions: Iterable[Described] = [one] if one else described.get("TrainingJobDefinitions", ())
    return [each.get("VpcConfig") or {} for each in definitions]


def _labeling(described: Described) -> list[VpcConfig]:
    """Only automated labeling runs jobs of its own."""
    if not described.get("LabelingJobAlgorithmsConfig"):
        return []
    return _at("LabelingJobAlgorithmsConfig", "LabelingJobResourceConfig", "VpcConfig")(described)


def _notebook(described: Described) -> list[VpcConfig]:
    subnet = described.get("SubnetId")
    return [{"Subnets": [subnet], "SecurityGroupIds": described.get("SecurityGroups", ())} if subnet else {}]


NOTEBOOK = Kind(
    title="notebook instance",
    resource="notebook-instance",
    operation="NotebookInstance",
    name="NotebookInstanceName",
    networks=_notebook,
    event="SageMaker Notebook Instance State Change",
    # Only a notebook in service can be stopped.
    started={"NotebookInstanceStatus": "InService"},
)
TRANSFORM = Kind(
    title="transform job",
    resource="transform-job",
    operation="TransformJob",
    name="TransformJobName",
    # Its network is that of its model, by which the function describes it.
    networks=_at("VpcConfig"),
    event="SageMaker Transform Job State Change",
    started={"TransformJobStatus": "InProgress"},
)
KINDS = (
    NOTEBOOK,
    TRANSFORM,
    Kind(
        title="training job",
        resource="training-job",
        operation="TrainingJob",
        name="TrainingJobName",
        networks=_at("VpcConfig"),
        event="SageMaker Training Job State Change",
        # A job in progress changes its secondary status many times; this one is the first.
        started={"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting"},
    ),
    Kind(
        title="processing job",
        resource="processing-job",
        operation="ProcessingJob",
        name="ProcessingJobName",
        networks=_at("NetworkConfig", "VpcConfig"),
        event="SageMaker Processing Job State Change",
        started={"ProcessingJobStatus": "InProgress"},
    ),
    Kind(
        title="hyperparameter tuning job",
        resource="hyper-parameter-tuning-job",
        operation="HyperParameterTuningJob",
        name="HyperParameterTuningJobName",
        networks=_tuning,
        event="SageMaker HyperParameter Tuning Job State Change",
        started={"HyperParameterTuningJobStatus": "InProgress"},
    ),
    Kind(
        title="AutoML job",
        resource="automl-job",
        operation="AutoMLJob",
        # It describes jobs of both versions, in the form of the second.
        described_by="DescribeAutoMLJobV2",
        name="AutoMLJobName",
        networks=_at("SecurityConfig", "VpcConfig"),
        calls=("CreateAutoMLJob", "CreateAutoMLJobV2"),
    ),
    Kind(
        title="compilation job",
        resource="compilation-job",
        operation="CompilationJob",
        name="CompilationJobName",
        networks=_at("VpcConfig"),
        calls=("CreateCompilationJob",),
    ),
    Kind(
        title="inference recommendations job",
        resource="inference-recommendations-job",
        operation="InferenceRecommendationsJob",
        name="JobName",
        networks=_at("InputConfig", "VpcConfig"),
        calls=("CreateInferenceRecommendationsJob",),
    ),
    Kind(
        title="labeling job",
        resource="labeling-job",
        operation="LabelingJob",
        name="LabelingJobName",
        networks=_labeling,
        calls=("CreateLabelingJob",),
    ),
    Kind(
        title="optimization job",
        resource="optimization-job",
        operation="OptimizationJob",
        name="OptimizationJobName",
        networks=_at("VpcConfig"),
        calls=("CreateOptimizationJob",),
    ),
)


def started_by(event: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """What an event says has started: its kind and name; None where it says nothing of the sort."""
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        return None
    for kind in KINDS:
        name = _name_in_call(kind, detail) if event.get("detail-type") == CALL else _name_in_state(kind, event, detail)
        if isinstance(name, str) and name:
            return kind, name
    return None


def _name_in_state(kind: Kind, event: Mapping[str, Any], detail: Mapping[str, Any]) -> object:
    if not kind.event or event.get("detail-type") != kind.event:
        return None
    started = all(detail.get(key) == value for key, value in kind.started.items())
    return detail.get(kind.name) if started else None


def _name_in_call(kind: Kind, detail: Mapping[str, Any]) -> object:
    """CloudTrail writes parameters with a small first letter; a call that was refused has an error code."""
    if detail.get("eventName") not in kind.calls or detail.get("errorCode"):
        return None
    parameters = detail.get("requestParameters")
    if not isinstance(parameters, Mapping):
        return None
    wanted = kind.name.lower()
    return next((value for key, value in parameters.items() if key.lower() == wanted), None)
