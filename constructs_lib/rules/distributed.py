"""Rules about jobs of several instances: how these talk to each other, and how many addresses they take."""

from __future__ import annotations

from constructs_lib.assembly import NotVisible
from constructs_lib.rules._groups import any_of, by_name, joined, listed, members_admitted, named
from constructs_lib.rules._jobs import property_of, require_vpc
from constructs_lib.rules._rule import GUIDE, Finding, NotApplicable, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.network import (
        JobDefinition,
        MonitoringSchedule,
        Network,
        ProcessingJob,
        SecurityGroup,
        Subnet,
        TrainingNetwork,
    )
    from constructs_lib.rules._jobs import Job
    from constructs_lib.rules._rule import Findings

_SIDES = (("ingress", "inbound", "from"), ("egress", "outbound", "to"))
_ADDRESSES, _ADDRESSES_EFA = 2, 5


@rule(
    "SMN-JOB-04",
    statement="The instances of a distributed job talk to each other on all TCP ports: the members of its security group must be admitted by "
    "it, and allowed to send to it.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-vpc.html",
    fix="Add an inbound rule for all traffic (or TCP 0-65535) from the group itself, and where its outbound rules are restricted the same "
    "outbound.",
)
def instances_reach_each_other(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_vpc(job)
    if not _is_distributed(job) or not job.security_groups:
        raise NotApplicable  # SMN-JOB-01 speaks about a configuration without groups
    for direction, word, preposition in _SIDES:
        try:
            admitted = members_admitted(job.security_groups, job.subnets, "tcp", 1, 65535, direction)
        except NotVisible as unknown:
            yield unknown
        else:
            if not admitted:
                yield Finding(
                    f"{_lacks(job.security_groups, f'{word} rule for TCP 0-65535', preposition)}, "
                    "which the instances of a distributed job need",
                    at=property_of(job, "SecurityGroupIds"),
                )


def _is_distributed(job: Job) -> bool:
    if hasattr(job, "distributed"):
        return bool(job.distributed)
    return (job.instance_count or 1) > 1


@rule(
    "SMN-JOB-05",
    statement="Instances with an Elastic Fabric Adapter need a security group that allows all traffic from and to itself. An outbound rule "
    "to 0.0.0.0/0 does not stand in for the one to the group, though it may stand beside it.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-vpc.html",
    fix="Add an inbound rule for all traffic from the group itself and an outbound rule for all traffic to the group itself.",
)
def efa_group_allows_itself(training: TrainingNetwork, network: Network) -> Findings:
    if not training.efa:
        raise NotApplicable
    groups = training.security_groups
    for direction, word, preposition in _SIDES:
        rules, unknown = joined(groups, direction)
        try:
            found = any_of(*(by_name(rule, groups) for rule in rules))
        except NotVisible as reason:
            yield reason
            continue
        if not found:
            yield unknown or f"{_lacks(groups, f'{word} rule for all traffic', preposition)}, which EFA needs"


@rule(
    "SMN-JOB-06",
    statement="Inter-container traffic encryption in a VPC runs over UDP 500 and IP protocol 50 (ESP) between the members of the job's "
    "security group, in and out.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-encrypt.html",
    fix="Add inbound rules for UDP 500 and for protocol 50 from the group itself, and where its outbound rules are restricted the same "
    "outbound.",
)
def encrypted_traffic_is_admitted(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_vpc(job)
    if not job.encrypts_traffic or not _may_be_several(job) or not job.security_groups:
        raise NotApplicable
    for direction, word, preposition in _SIDES:
        try:
            missing = [
                title
                for title, protocol, low, high in (("UDP 500", "udp", 500, 500), ("protocol 50", "50", 0, 65535))
                if not members_admitted(job.security_groups, job.subnets, protocol, low, high, direction)
            ]
        except NotVisible as unknown:
            yield unknown
        else:
            if missing:
                yield Finding(
                    f"{_lacks(job.security_groups, f'{word} rule for {listed(missing)}', preposition)}, "
                    "which encrypted traffic between containers needs",
                    at=property_of(job, "SecurityGroupIds"),
                )


def _may_be_several(job: Job) -> bool:
    """A declared network counts unless it is declared for one instance; a job by its number of instances."""
    if hasattr(job, "max_instances"):
        return job.max_instances != 1
    return (job.instance_count or 1) > 1


@rule(
    "SMN-JOB-07",
    statement="Each instance of a job takes two private addresses of its subnet, or five with an Elastic Fabric Adapter, and all of them lie in "
    "one of the job's subnets.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/train-vpc.html",
    fix="Use larger subnets, or fewer instances.",
)
def subnets_have_addresses(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_vpc(job)
    instances = job.max_instances if hasattr(job, "max_instances") else job.instance_count
    if not instances:
        raise NotApplicable
    needed = instances * (_ADDRESSES_EFA if getattr(job, "efa", False) else _ADDRESSES)
    short: list[str] = []
    unknown: list[NotVisible] = []
    for subnet in job.subnets:
        try:
            free = _free_addresses(subnet, network)
        except NotVisible as reason:
            unknown.append(reason)
        else:
            if free < needed:
                short.append(f"{subnet.label} ({subnet.cidr}) has {free}")
    if short:
        nowhere = len(short) == len(job.subnets)
        count = f"{instances} instance{'s' if instances > 1 else ''}"
        yield Finding(
            f"{count} need {needed} addresses in one subnet: {listed(short)}",
            at=property_of(job, "Subnets"),
            severity=Severity.ERROR if nowhere else None,
        )
    yield from unknown


def _free_addresses(subnet: Subnet, network: Network) -> int:
    """What AWS leaves of the range, less one for each interface endpoint and NAT gateway of the templates in it."""
    gateways = sum(1 for gateway in network.nat_gateways if gateway.subnet is subnet)
    return int(subnet.usable_addresses) - len(subnet.endpoints) - gateways


def _lacks(groups: Sequence[SecurityGroup], rule: str, preposition: str) -> str:
    """`security group A has no inbound rule from itself`, or `security groups A and B have no ... from each other`."""
    verb, other = ("have", "each other") if len(groups) > 1 else ("has", "itself")
    return f"{named(groups)} {verb} no {rule} {preposition} {other}"
