"""Rules about the workloads that dial an interface endpoint: its security groups admit them, and it lies in their zones."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.network import Domain, JobDefinition, MonitoringSchedule, Notebook, Vantage
from constructs_lib.rules._groups import HTTPS, any_of, joined, listed
from constructs_lib.rules._jobs import CLARIFY, kind_of
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule
from constructs_lib.services import LOGS, NOTEBOOK, SAGEMAKER_API, SAGEMAKER_RUNTIME, STS, STUDIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from constructs_lib.network import Endpoint, Network, Rule, Subnet, Thing, Vpc
    from constructs_lib.rules._rule import Findings

_CLARIFY_DIALS = (SAGEMAKER_API, SAGEMAKER_RUNTIME)
_SUBNETS = ("NetworkConfig", "VpcConfig", "Subnets")
_INLINE = ("MonitoringScheduleConfig", "MonitoringJobDefinition")
_NEAR = (SAGEMAKER_API, SAGEMAKER_RUNTIME, STUDIO, NOTEBOOK, LOGS, STS)


class _Consumer:
    """A workload in the endpoint's VPC that dials it.

    Attributes:
        name: The workload, and the user profile where groups differ by it.
        vantage: Its subnets and groups.
        doubt: Why it may after all be in another VPC or network, or None.
    """

    __slots__ = ("doubt", "name", "vantage")

    def __init__(self, name: str, vantage: Vantage, doubt: NotVisible | None) -> None:
        self.name = name
        self.vantage = vantage
        self.doubt = doubt


def _consumers(endpoint: Endpoint, network: Network) -> tuple[_Consumer, ...]:
    """Notebooks and domains for the endpoints of SageMaker, STS and logs; Clarify jobs for those of the SageMaker API and runtime."""
    service = endpoint.service
    if service is None or not (service in (STS, LOGS) or "sagemaker." in service.endpoint):
        return ()
    vpc = endpoint.vpc
    found: tuple[_Consumer, ...] = network.remembered(_in_use, vpc)
    if service in _CLARIFY_DIALS:
        found += network.remembered(_clarify, vpc)
    return found


def _in_use(network: Network, vpc: Vpc) -> tuple[_Consumer, ...]:
    """The notebooks and the apps of domains in a VPC."""
    found: list[_Consumer] = []
    for notebook in _near(vpc, network, Notebook, "SubnetId"):
        if notebook.subnet is not None:
            place = Vantage(network, notebook.id, subnets=(notebook.subnet,), groups=notebook.security_groups)
            found += _if_in_vpc(f"notebook {notebook.id}", place, vpc)
    for domain in _near(vpc, network, Domain, "SubnetIds"):
        found += _apps(domain, vpc, network)
    return tuple(found)


def _clarify(network: Network, vpc: Vpc) -> tuple[_Consumer, ...]:
    """The Clarify jobs in a VPC."""
    found: list[_Consumer] = []
    for job in (
        *_near(vpc, network, JobDefinition, *_SUBNETS),
        *_near(vpc, network, MonitoringSchedule, *_INLINE, *_SUBNETS),
    ):
        if getattr(job, "inline", True) and job.vpc_config_given and kind_of(job) in CLARIFY:
            place = Vantage(network, job.id, subnets=job.subnets, groups=job.security_groups)
            found += _if_in_vpc(f"Clarify job {job.id}", place, vpc)
    return tuple(found)


def _near(vpc: Vpc, network: Network, kind: type[Thing], *path: str) -> tuple[Any, ...]:
    """The things of a kind that may have a subnet in the VPC; those of a VPC of the templates are looked up by its subnets."""
    if vpc.imported:
        return tuple(thing for thing in network.things(kind.__name__) if thing.exists)
    return tuple(dict.fromkeys(thing for subnet in vpc.subnets for thing in network.pointing(kind, subnet, *path)))


def _apps(domain: Domain, vpc: Vpc, network: Network) -> Iterator[_Consumer]:
    """One consumer per user profile, as their groups differ; the domain's own groups where there are no profiles."""
    doubt: NotVisible | None = None
    try:
        if not domain.vpc_only:
            return
    except NotVisible as reason:
        doubt = reason
    for profile in domain.user_profiles or (None,):
        place = Vantage(network, domain.id, subnets=domain.subnets, groups=domain.app_groups(profile))
        name = f"domain {domain.id}" + (f", profile {profile.id}" if profile else "")
        for consumer in _if_in_vpc(name, place, vpc):
            consumer.doubt = doubt or consumer.doubt
            yield consumer


def _if_in_vpc(name: str, vantage: Vantage, vpc: Vpc) -> Iterator[_Consumer]:
    """The workload if it is in the VPC, with a doubt where its subnets do not tell."""
    doubt: NotVisible | None = None
    for subnet in vantage.subnets:
        try:
            inside = subnet.vpc.same_as(vpc)
        except NotVisible as reason:
            doubt = doubt or reason
        else:
            if inside:
                yield _Consumer(name, vantage, None)
            return
    if doubt and vpc.imported:  # subnets that are made elsewhere cannot be in a VPC that is made here
        yield _Consumer(name, vantage, doubt)


@rule(
    "SMN-EP-04",
    statement="The security group of an interface endpoint admits TCP 443 from every workload that dials it. Without SecurityGroupIds the VPC's "
    "default group stands there, which admits its own members only.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/studio-interface-endpoint.html",
    fix="Add an inbound rule for TCP 443 from the group of each workload to the endpoint's group, or from the ranges of their subnets.",
    at="SecurityGroupIds",
)
def endpoint_admits_its_consumers(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or not endpoint.is_aws:
        raise NotApplicable
    consumers = _consumers(endpoint, network)
    groups = listed(group.label for group in endpoint.security_groups)
    if not endpoint.groups_given and not consumers:
        yield Finding(
            "no SecurityGroupIds: the VPC's default group stands there, which admits only its own members",
            severity=Severity.WARNING,
        )
        return
    admitting, unknown = joined(endpoint.security_groups, "ingress")
    if endpoint.groups_given and not any_of(*(_opening(rule) for rule in admitting)):
        yield unknown or f"{groups} admits nobody on TCP 443"
        return
    for consumer in consumers:
        for said in _refused(admitting, consumer, groups if endpoint.groups_given else "the VPC's default group"):
            yield unknown or said


def _opening(rule: Rule) -> Callable[[], object]:
    """Whether a rule admits anybody on TCP 443; one whose ports are unknown may, one of which only the addresses are unknown does."""

    def opening() -> Rule | None:
        if not rule.speaks_of("tcp", HTTPS, HTTPS):
            return None
        if rule.unknown is not None and rule.all_ports and rule.block is None:
            raise rule.unknown
        return rule

    return opening


def _refused(rules: Sequence[Rule], consumer: _Consumer, groups: str) -> Findings:
    try:
        admitted = consumer.vantage.admitted_by(rules) is not None
    except NotVisible as unknown:
        yield unknown
        return
    if not admitted and consumer.doubt:
        yield consumer.doubt
    elif not admitted:
        senders = listed(group.label for group in consumer.vantage.groups) if consumer.vantage.groups else "no group"
        yield f"{groups} does not admit {consumer.name} ({senders}) on TCP 443"


@rule(
    "SMN-EP-07",
    statement="Interface endpoints of the SageMaker API, runtime, Studio, notebooks, logs and STS lie in every Availability Zone from which workloads "
    "dial them. Private DNS of the runtime fails in zones that have none.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/interface-vpc-endpoint.html",
    fix="Add a subnet of each zone that has workloads to SubnetIds.",
    at="SubnetIds",
)
def endpoint_is_in_the_zones_of_its_consumers(endpoint: Endpoint, network: Network) -> Findings:
    if endpoint.kind != "Interface" or endpoint.service not in _NEAR:
        raise NotApplicable
    consumers = _consumers(endpoint, network)
    if not consumers:
        raise NotApplicable
    seen: set[Subnet] = set()
    for consumer in consumers:
        for subnet in consumer.vantage.subnets:
            if subnet not in seen:
                seen.add(subnet)
                yield from _out_of_reach(endpoint, consumer, subnet)


def _out_of_reach(endpoint: Endpoint, consumer: _Consumer, subnet: Subnet) -> Findings:
    if subnet in endpoint.subnets:
        return
    unknown: NotVisible | None = consumer.doubt
    for own in endpoint.subnets:
        try:
            if own.zone == subnet.zone:
                return
        except NotVisible as reason:
            unknown = unknown or reason
    if unknown:
        yield unknown
    else:
        yield f"{subnet.label} of {consumer.name} is in {subnet.zone_name}, in which the endpoint has no subnet"
