"""Rules about the network settings of processing jobs and monitors: the VPC configuration, and where its subnets lead."""

from __future__ import annotations

from functools import partial

from constructs_lib.assembly import NotVisible, Pseudo, Text
from constructs_lib.rules._groups import any_of, listed
from constructs_lib.rules._jobs import property_of, require_own_settings, require_vpc, without_s3
from constructs_lib.rules._rule import API, CLOUDFORMATION, GUIDE, Finding, NotApplicable, Severity, advice, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from constructs_lib.network import (
        Cluster,
        Endpoint,
        EndpointConfig,
        JobDefinition,
        Model,
        MonitoringSchedule,
        Network,
        ProcessingJob,
        Subnet,
        TrainingNetwork,
        Vpc,
    )
    from constructs_lib.rules._jobs import Job
    from constructs_lib.rules._rule import Findings

_LIMITS = (("Subnets", "subnet", 16), ("SecurityGroupIds", "security group", 5))


@rule(
    "SMN-JOB-01",
    statement="A VPC configuration names 1 to 16 subnets and 1 to 5 security groups. The CloudFormation schema of a processing job lets "
    "empty lists pass; the API does not.",
    severity=Severity.ERROR,
    source=f"{API}/API_VpcConfig.html",
    fix="Name at least one subnet and one security group, and at most 16 subnets and 5 security groups.",
)
def vpc_configuration_is_complete(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | Model | EndpointConfig | Cluster, network: Network
) -> Findings:
    configurations = list(_configurations(job))
    if not configurations:
        raise NotApplicable
    for path in configurations:
        for name, noun, most in _LIMITS:
            try:
                count = job.count(*path, name)
            except NotVisible as unknown:
                yield unknown
                continue
            if count == 0:
                yield Finding(f"the VPC configuration names no {noun}", at=".".join(map(str, (*path, name))))
            elif count > most:
                yield Finding(
                    f"the VPC configuration names {count} {noun}s, at most {most} are allowed",
                    at=".".join(map(str, (*path, name))),
                )


def _configurations(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | Model | EndpointConfig | Cluster,
) -> Iterator[tuple[str | int, ...]]:
    require_own_settings(job)
    if job.get(*job.vpc_path) is not None:  # an empty object is refused like one with empty lists
        yield job.vpc_path
    for group in getattr(job, "instance_groups", ()):
        if group.override_given:
            yield "InstanceGroups", group.index, "OverrideVpcConfig"


@rule(
    "SMN-JOB-03",
    statement="A job in subnets without a way to the internet needs a path to Amazon S3, or it can neither read its data nor write its "
    "results. SageMaker moves the data through the subnets even where the container is isolated from the network.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-vpc.html",
    fix="Add a gateway endpoint for Amazon S3 to the route table of each subnet, or route the subnets to a NAT gateway.",
)
def job_reaches_s3(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_vpc(job)
    for problem in without_s3(job, network):
        yield Finding(problem, at=property_of(job, "Subnets")) if isinstance(problem, str) else problem


@rule(
    "SMN-JOB-08",
    statement="Jobs belong into private subnets. Their network interfaces have private addresses only, so that the route to an internet "
    "gateway gives them no internet.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/train-vpc.html",
    fix="Use private subnets: with a NAT gateway where the job needs the internet, else with VPC endpoints.",
)
def job_subnets_are_private(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_vpc(job)
    for subnet in job.subnets:
        try:
            public = subnet.route_class == "public"
        except NotVisible as unknown:
            yield unknown
        else:
            if public:
                yield Finding(
                    f"{subnet.label} is public ({subnet.egress_text}), which a private address cannot use",
                    at=property_of(job, "Subnets"),
                )


@rule(
    "SMN-JOB-09",
    statement="A job without VPC configuration runs in a network of SageMaker's with internet access, and cannot reach what is in a VPC.",
    severity=Severity.INFO,
    source=f"{GUIDE}/infrastructure-give-access.html",
    fix="Give the job a VpcConfig if it handles data that must not leave the VPC, or calls something inside it.",
)
def job_is_in_a_vpc(job: ProcessingJob | JobDefinition | MonitoringSchedule, network: Network) -> Findings:
    require_own_settings(job)
    if not job.vpc_config_given:
        yield Finding(
            "no VpcConfig: the job runs in SageMaker's own network, with internet access",
            at=job.vpc_config_path.rpartition(".")[0],
        )


@rule(
    "SMN-JOB-10",
    statement="Under network isolation a container has no network and no credentials: it calls neither Amazon S3 nor any endpoint, except the "
    "other instances of one training job. SageMaker itself still moves the data, through the VPC where the job has one.",
    severity=Severity.INFO,
    source=f"{GUIDE}/mkt-algo-model-internet-free.html",
    fix="Keep the isolation if the container works on its input channels alone; the subnets need their path to Amazon S3 all the same.",
)
def isolation_leaves_the_container_alone(
    job: ProcessingJob | JobDefinition | MonitoringSchedule | TrainingNetwork, network: Network
) -> Findings:
    require_own_settings(job)
    if not job.isolated_network:
        return
    where = "its own network"
    if job.vpc_config_given and job.subnets:
        where = listed(subnet.label for subnet in job.subnets)
    yield (
        "network isolation: the container calls neither Amazon S3 nor any endpoint itself; "
        f"SageMaker moves its data through {where}"
    )


@rule(
    "SMN-JOB-15",
    statement="From subnets without a way to the internet, the code of a job reaches the services that have an endpoint in the VPC and nothing "
    "else; everything else takes a private subnet with a NAT gateway, security groups and network ACLs that let it out.",
    severity=Severity.INFO,
    source=f"{GUIDE}/train-vpc.html",
    fix="Add an interface endpoint for each further service that the code calls, or route the subnets to a NAT gateway.",
)
def other_services_need_endpoints(job: ProcessingJob | TrainingNetwork, network: Network) -> Findings:
    require_vpc(job)
    if job.isolated_network:
        raise NotApplicable
    for subnet in job.subnets:
        try:
            closed = subnet.no_way_out or subnet.route_class == "public"
            names = sorted({_service_of(endpoint) for endpoint in subnet.vpc.endpoints}) if closed else []
        except NotVisible as unknown:
            yield unknown
        else:
            if closed:
                reached = f"only {listed(names)}" if names else "no service"
                yield Finding(
                    f"{subnet.label} has no way to the internet: the code can call {reached}",
                    at=property_of(job, "Subnets"),
                )


def _service_of(endpoint: Endpoint) -> str:
    return endpoint.service.name if endpoint.service else endpoint.service_name


@rule(
    "SMN-JOB-19",
    statement="The network settings of job definitions, processing jobs, models, endpoint configurations and clusters cannot be changed in "
    "place. CloudFormation replaces the resource, which fails where its name is fixed, as the old one still has it.",
    severity=Severity.INFO,
    source=f"{CLOUDFORMATION}/aws-resource-sagemaker-model.html",
    fix="Leave the name to CloudFormation, or choose a new one with each change of the network settings.",
)
def fixed_name_bars_changes(
    job: ProcessingJob | JobDefinition | Model | EndpointConfig | Cluster, network: Network
) -> Findings:
    name = _NAMES[type(job).__name__]
    if not job.given(name):
        return
    value = job.get(name)
    for hole in value.holes if isinstance(value, Text) else (value,):
        if not isinstance(hole, (str, Pseudo)):
            raise NotVisible(
                f"whether {name} {value} changes with the network settings", "leave the name to CloudFormation"
            )
    yield Finding(f"the name {value} is fixed: a change of the network settings fails until it changes too", at=name)


_NAMES = {
    "ProcessingJob": "ProcessingJobName",
    "JobDefinition": "JobDefinitionName",
    "Model": "ModelName",
    "EndpointConfig": "EndpointConfigName",
    "Cluster": "ClusterName",
}


@rule(
    "SMN-JOB-20",
    statement="VPC flow logs are the way to see what jobs send and receive in a VPC.",
    severity=Severity.INFO,
    source=f"{GUIDE}/infrastructure-give-access.html",
    fix="Add a flow log to the VPC.",
)
def job_traffic_is_recorded(vpc: Vpc, network: Network) -> Findings:
    jobs = [job for job in _jobs(network) if _is_in(job, vpc)]
    if not jobs:
        raise NotApplicable
    unseen = [job.id for job in jobs if not all(_is_recorded(subnet, vpc, network) for subnet in job.subnets)]
    if unseen:
        yield f"no flow log records the traffic of {listed(unseen)}"


def _is_recorded(subnet: Subnet, vpc: Vpc, network: Network) -> bool:
    logs = network.flow_logs
    covering = [partial(_found, log.covers, vpc) for log in logs]
    return any_of(*covering, *(partial(_found, log.watches, subnet) for log in logs))


def _found(question: Callable[[Any], bool], thing: Vpc | Subnet) -> bool | None:
    return question(thing) or None


def _jobs(network: Network) -> Iterator[Job]:
    yield from network.processing_jobs
    yield from network.job_definitions
    yield from (schedule for schedule in network.monitoring_schedules if schedule.inline)
    yield from network.training_networks


def _is_in(job: Job, vpc: Vpc) -> bool:
    try:
        return bool(job.vpc_config_given and job.vpc is not None and job.vpc.same_as(vpc))
    except NotVisible:
        return False  # subnets that are made elsewhere: nothing says that they belong to this VPC


advice(
    "SMN-JOB-16",
    statement="Jobs and models need no endpoint for Amazon ECR: SageMaker pulls the image itself, unless the registry is private.",
    severity=Severity.INFO,
    source=f"{GUIDE}/process-vpc.html",
    fix="Leave out ECR endpoints that only jobs or models would use.",
)
