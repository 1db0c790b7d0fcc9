"""What stands behind an endpoint: the models of its variants, the roles that containers run with, the registries of their images."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible, Reference, Unknown, references
from constructs_lib.network.clusters import Cluster
from constructs_lib.network.hosting import EndpointConfig, Model
from constructs_lib.network.iam import Role
from constructs_lib.network.jobs import JobDefinition, MonitoringSchedule
from constructs_lib.network.storage import Placed
from constructs_lib.network.things import Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network.jobs import Job

_ENDPOINT = "AWS::SageMaker::Endpoint"
_ELSEWHERE = "check the stack that defines it along with this one"


def variant_path(config: EndpointConfig, index: int) -> tuple[str | int, ...]:
    """Where a variant of `config.variants` stands; the shadow variants come after the production ones."""
    production = len(config.entries("ProductionVariants"))
    return ("ProductionVariants", index) if index < production else ("ShadowProductionVariants", index - production)


def model_at(config: EndpointConfig, index: int) -> Model | None:
    """The model of a variant; None for a variant without `ModelName`, which takes inference components.

    Raises:
        NotVisible: The model is not in the templates.
    """
    name = config.variants[index].get("ModelName")
    model = config.network.named(Model, name, "ModelName")
    if model is not None and model.imported:
        raise _not_defined("model", name)
    return model


def hosts(config: EndpointConfig, model: Model) -> bool:
    """Does a variant of the configuration name this model? What other variants name does not matter."""
    return any(
        config.network.named(Model, variant.get("ModelName"), "ModelName") is model for variant in config.variants
    )


def models_behind(monitor: JobDefinition | MonitoringSchedule) -> tuple[Model, ...]:
    """The models of the endpoint that a monitor watches; none where it watches batch transforms.

    Raises:
        NotVisible: The endpoint, its configuration or a model is not in the templates.
    """
    name = _endpoint_name(monitor)
    if name in (None, ""):
        return ()
    endpoint = _endpoint(monitor, name)
    value = endpoint.get("EndpointConfigName")
    config = monitor.network.named(EndpointConfig, value, "EndpointConfigName")
    if config is None or config.imported:
        raise _not_defined("endpoint configuration", value)
    return tuple(dict.fromkeys(model for _, model in config.models))


def _endpoint_name(monitor: JobDefinition | MonitoringSchedule) -> Any:
    if isinstance(monitor, JobDefinition):
        return monitor.endpoint_name
    path = (
        "MonitoringScheduleConfig",
        "MonitoringJobDefinition",
        "MonitoringInputs",
        0,
        "EndpointInput",
        "EndpointName",
    )
    return monitor.get(*path)


def _endpoint(monitor: Thing, name: Any) -> Thing:
    if name.__class__ is Reference and name.resource.type == _ENDPOINT:
        return monitor.network.of(Thing, name.resource)
    if name.__class__ is str:
        for endpoint in monitor.network.existing(monitor.network.raw(_ENDPOINT)):
            if endpoint.get("EndpointName") == name:
                return endpoint
    raise _not_defined("endpoint", name)


def roles_of(job: Job) -> tuple[Role, ...]:
    """The execution roles of a job, model or cluster; a cluster has one for each instance group."""
    if not isinstance(job, Cluster):
        return (job.role,) if job.role is not None else ()
    values = [job.get("InstanceGroups", group.index, "ExecutionRole") for group in job.instance_groups]
    return tuple(
        dict.fromkeys(
            job.network.thing(Role, value) for value in (*values, job.get("ClusterRole")) if value not in (None, "")
        )
    )


def registry_of(model: Model, image: Any) -> Placed | None:
    """The load balancer or instance of the templates that the host of an image stands for; None where the templates do not define it."""
    for reference in references(image):
        if reference.resource.type in Placed.types:
            return model.network.of(Placed, reference.resource)
    return None


def _not_defined(noun: str, name: Any) -> NotVisible:
    if isinstance(name, Unknown):
        return NotVisible(f"which {noun} {name.what} is", name.declare)
    return NotVisible(f"{noun} {name} is not defined in the templates", _ELSEWHERE)
