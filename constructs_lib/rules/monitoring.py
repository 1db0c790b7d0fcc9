"""Rules about Model Monitor and SageMaker Clarify: job definitions, and the schedules that hold one themselves.

The two keep their network settings in different places, so each finding names its property itself.
"""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import MonitoringSchedule, models_behind
from constructs_lib.rules._jobs import CLARIFY, kind_of, require_own_settings, require_vpc, without_s3, without_service
from constructs_lib.rules._rule import GUIDE, SECURITY_HUB, Finding, NotApplicable, Severity, rule
from constructs_lib.services import MONITORING, SAGEMAKER_API, SAGEMAKER_RUNTIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from constructs_lib.network import JobDefinition, Network
    from constructs_lib.rules._rule import Findings

_CONTROLS = f"{SECURITY_HUB}/sagemaker-controls.html"


def _require_definition(monitor: JobDefinition | MonitoringSchedule) -> None:
    """Leave a schedule that names a job definition of the input; one that names another cannot be judged."""
    if isinstance(monitor, MonitoringSchedule) and not monitor.inline and monitor.definition is None:
        raise NotVisible(
            "the job definition that the schedule names is not in the templates",
            "check it where it is made, or refer to it",
        )
    require_own_settings(monitor)


@rule(
    "SMN-JOB-11",
    statement="A Clarify job that calls a model must not be isolated from the network, as it talks to a shadow endpoint of the model. (Security "
    "Hub's SageMaker.12 asks for the opposite; a job that is isolated cannot get predictions.)",
    severity=Severity.WARNING,
    source=f"{GUIDE}/clarify-vpc.html",
    fix="Turn EnableNetworkIsolation off, unless the analysis works on predictions that are in the data already.",
)
def clarify_reaches_its_shadow_endpoint(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    require_own_settings(monitor)
    if kind_of(monitor) not in CLARIFY:
        raise NotApplicable
    if monitor.isolated_network:
        yield Finding(
            "network isolation bars the Clarify job from its shadow endpoint",
            at=_setting(monitor, "EnableNetworkIsolation"),
        )


@rule(
    "SMN-JOB-12",
    statement="Data quality monitors, and monitoring schedules with a definition of their own, run in network isolation. Bias monitors are "
    "left out, as they must reach a shadow endpoint.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set NetworkConfig.EnableNetworkIsolation to true.",
    related=("SageMaker.11", "SageMaker.14"),
)
def monitor_is_isolated(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    _require_definition(monitor)
    kind = kind_of(monitor)
    if kind in CLARIFY or (kind != "DataQuality" and not hasattr(monitor, "inline")):
        raise NotApplicable
    if not monitor.isolated_network:
        yield Finding("EnableNetworkIsolation is not true", at=_setting(monitor, "EnableNetworkIsolation"))


@rule(
    "SMN-JOB-13",
    statement="Monitors encrypt the traffic between their containers; a bias monitor only where it has several instances.",
    severity=Severity.WARNING,
    source=_CONTROLS,
    fix="Set NetworkConfig.EnableInterContainerTrafficEncryption to true; in a VPC the group must then admit UDP 500 and protocol 50 from "
    "itself (SMN-JOB-06).",
    related=("SageMaker.9", "SageMaker.10", "SageMaker.13", "SageMaker.15"),
)
def monitor_encrypts_traffic(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    _require_definition(monitor)
    if monitor.encrypts_traffic:
        return
    if kind_of(monitor) == "ModelBias" and (monitor.instance_count or 1) < 2:
        raise NotApplicable
    yield Finding(
        "EnableInterContainerTrafficEncryption is not true",
        at=_setting(monitor, "EnableInterContainerTrafficEncryption"),
    )


@rule(
    "SMN-JOB-14",
    statement="A Clarify job in subnets without a way to the internet needs endpoints of the SageMaker API and runtime besides Amazon S3.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/clarify-processing-job-configure-parameters.html",
    fix="Add interface endpoints of sagemaker.api and sagemaker.runtime with private DNS to the VPC, or route the subnets to a NAT gateway.",
)
def clarify_reaches_sagemaker(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    require_vpc(monitor)
    if kind_of(monitor) not in CLARIFY:
        raise NotApplicable
    for service, title in ((SAGEMAKER_API, "the SageMaker API"), (SAGEMAKER_RUNTIME, "the SageMaker runtime")):
        for problem in without_service(monitor, network, service, title):
            yield _at_subnets(problem, monitor)


@rule(
    "SMN-JOB-22",
    statement="Model Monitor in subnets without a way to the internet needs endpoints of Amazon S3 and CloudWatch.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/model-monitor.html",
    fix="Add an interface endpoint of CloudWatch (monitoring) and a gateway endpoint for Amazon S3 to the VPC, or route the subnets to a NAT "
    "gateway.",
)
def monitor_reaches_s3_and_cloudwatch(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    _require_definition(monitor)
    require_vpc(monitor)
    for problem in without_s3(monitor, network):
        yield _at_subnets(problem, monitor)
    for problem in without_service(monitor, network, MONITORING, "Amazon CloudWatch"):
        yield _at_subnets(problem, monitor)


@rule(
    "SMN-JOB-23",
    statement="A Clarify job runs in the VPC of the model that it calls.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/clarify-processing-job-configure-parameters.html",
    fix="Give the job subnets of the model's VPC.",
)
def clarify_is_in_the_models_vpc(monitor: JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    require_own_settings(monitor)
    if kind_of(monitor) not in CLARIFY:
        raise NotApplicable
    places = [(model, model.vpc) for model in models_behind(monitor) if model.vpc_config_given]
    if not places:
        raise NotApplicable
    own = monitor.vpc
    for model, theirs in places:
        if theirs is None:
            continue  # SMN-JOB-01 speaks about a model without subnets
        if own is None:
            yield Finding(
                f"no VpcConfig, but model {model.id} is in VPC {theirs.label}", at=_setting(monitor, "VpcConfig")
            )
        elif not theirs.same_as(own):
            yield Finding(
                f"the job is in VPC {own.label}, but model {model.id} in VPC {theirs.label}",
                at=_setting(monitor, "VpcConfig.Subnets"),
            )


def _at_subnets(problem: str | NotVisible, monitor: JobDefinition | MonitoringSchedule) -> Finding | NotVisible:
    return Finding(problem, at=_setting(monitor, "VpcConfig.Subnets")) if isinstance(problem, str) else problem


def _setting(monitor: JobDefinition | MonitoringSchedule, name: str) -> str:
    """The property path of a network setting; a schedule keeps them in its inline definition."""
    return f"{monitor.vpc_config_path.rpartition('.')[0]}.{name}"
