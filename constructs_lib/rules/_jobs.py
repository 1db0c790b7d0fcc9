"""What the rules about jobs, monitors and models ask in the same way: which of them have a VPC, and what its subnets lead to."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import (
    JobDefinition,
    TrainingNetwork,
    Vantage,
    admits,
    admits_interface,
    egress_of,
    ingress_of,
)
from constructs_lib.rules._groups import ANYWHERE, any_of
from constructs_lib.rules._rule import NotApplicable
from constructs_lib.services import S3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Union

    from constructs_lib.network import (
        EndpointConfig,
        Model,
        MonitoringSchedule,
        Network,
        ProcessingJob,
        Range,
        SecurityGroup,
        Subnet,
    )
    from constructs_lib.services import Service

    Job = Union[ProcessingJob, JobDefinition, MonitoringSchedule, TrainingNetwork]
    Hosted = Union[Model, EndpointConfig]

CLARIFY = ("ModelBias", "ModelExplainability")


def require_own_settings(job: Any) -> None:
    """Leave a monitoring schedule that only names its job definition: the definition is judged where it stands.

    Raises:
        NotApplicable: The schedule holds no definition of its own.
    """
    if not getattr(job, "inline", True):
        raise NotApplicable


def require_vpc(job: Any) -> None:
    """Leave what has no VPC configuration.

    Raises:
        NotApplicable: There is none, or the schedule only names its job definition.
    """
    require_own_settings(job)
    if not job.vpc_config_given:
        raise NotApplicable


def kind_of(monitor: JobDefinition | MonitoringSchedule) -> str:
    """`DataQuality`, `ModelQuality`, `ModelBias` or `ModelExplainability`: by the resource's type, or a schedule's `MonitoringType`."""
    if isinstance(monitor, JobDefinition):
        return monitor.kind
    return monitor.text("MonitoringScheduleConfig", "MonitoringType") or "DataQuality"


def property_of(job: Job, name: str) -> str | None:
    """The path of `Subnets` or `SecurityGroupIds`; None for a training network, which is declared in metadata."""
    return None if isinstance(job, TrainingNetwork) else f"{job.vpc_config_path}.{name}"


def without_s3(job: Job | Hosted, network: Network) -> Iterator[str | NotVisible]:
    """Say for each subnet of the VPC configuration why it has no path to Amazon S3; nothing for one that has."""

    def reason(subnet: Subnet) -> str | None:
        return (
            None
            if network.s3_path(subnet)
            else network.blocked(Vantage(network, job.id, subnets=(subnet,), groups=job.security_groups), S3)
        )

    for subnet, why in _each(job.subnets, reason):
        yield why if isinstance(why, NotVisible) else f"{subnet.label} has no path to Amazon S3: {why}"


def without_service(job: Job | Hosted, network: Network, service: Service, title: str) -> Iterator[str | NotVisible]:
    """Say for each subnet of the VPC configuration why a container there does not reach a service; nothing where it does.

    Network isolation is left out of account: the question is what the subnets lead to.
    """

    def reason(subnet: Subnet) -> str | None:
        return network.blocked(Vantage(network, job.id, subnets=(subnet,), groups=job.security_groups), service)

    for subnet, why in _each(job.subnets, reason):
        yield why if isinstance(why, NotVisible) else f"{subnet.label} does not reach {title}: {why}"


def _each(
    subnets: Iterable[Subnet], reason: Callable[[Subnet], str | None]
) -> Iterator[tuple[Subnet, str | NotVisible]]:
    """The subnets for which there is a reason; one that cannot be judged does not keep the others from it."""
    for subnet in subnets:
        try:
            why = reason(subnet)
        except NotVisible as unknown:
            yield subnet, unknown
        else:
            if why:
                yield subnet, why


def groups_admit(
    receivers: Sequence[SecurityGroup], senders: Sequence[SecurityGroup], subnets: Sequence[Subnet], low: int, high: int
) -> bool:
    """Whether TCP traffic on these ports comes through from senders in the given subnets to the receiving groups.

    The receivers may admit the senders' groups or their subnets' ranges; the senders may have outbound rules to
    anywhere, to the receivers' groups or to their VPC.

    Raises:
        NotVisible: An unknown group or rule could decide.
    """
    outbound = egress_of(senders)
    return admits_interface(ingress_of(receivers), senders, subnets, "tcp", low, high) is not None and any_of(
        lambda: admits(outbound, ANYWHERE, "tcp", low, high),
        lambda: admits(outbound, tuple(receivers), "tcp", low, high),
        lambda: admits(outbound, _ranges_of(receivers), "tcp", low, high),
    )


def _ranges_of(groups: Sequence[SecurityGroup]) -> tuple[Range, ...]:
    vpc = groups[0].vpc
    return vpc.cidrs if vpc else ()
