"""Rules about what jobs need that no CloudFormation resource stands for: training, compilation and notebook jobs."""

from __future__ import annotations

from functools import partial

from constructs_lib.assembly import NotVisible
from constructs_lib.network import MountTarget
from constructs_lib.rules._groups import listed
from constructs_lib.rules._jobs import groups_admit, without_service
from constructs_lib.rules._rule import GUIDE, NotApplicable, Severity, advice, rule
from constructs_lib.rules._studio import each
from constructs_lib.services import LAMBDA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar

    from constructs_lib.network import Domain, FsxFileSystem, Network, SecurityGroup, TrainingNetwork, Vpc
    from constructs_lib.rules._rule import Findings

    _Place = TypeVar("_Place", MountTarget, FsxFileSystem)

_LUSTRE_PORTS = ((988, 988), (1018, 1023))
_NOTEBOOK_JOB_SUBNETS = 5


@rule(
    "SMN-JOB-02",
    statement="Training and compilation jobs take subnets of a VPC with default tenancy only.",
    severity=Severity.ERROR,
    source=f"{GUIDE}/train-vpc.html",
    fix="Give the jobs subnets of a VPC with default tenancy.",
)
def training_vpc_has_default_tenancy(training: TrainingNetwork, network: Network) -> Findings:
    vpc = training.vpc
    if vpc is not None and vpc.tenancy != "default":
        yield f"VPC {vpc.label} has {vpc.tenancy} tenancy, which training jobs cannot use"


@rule(
    "SMN-JOB-18",
    statement="Jobs that read their data from a file system need its security group to admit theirs: TCP 2049 for Amazon EFS, 988 and 1018-1023 "
    "for FSx for Lustre, which moreover lies in one Availability Zone that a subnet of the jobs must be in.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/model-access-training-data.html",
    fix="Admit the group of the jobs on these ports in the group of the file system, and give the jobs a subnet in its Availability Zone.",
)
def file_systems_admit_jobs(training: TrainingNetwork, network: Network) -> Findings:
    vpc = training.vpc
    if vpc is None:
        raise NotApplicable
    efs = list(_nearby(vpc, network.mount_targets))
    lustre = list(_nearby(vpc, [system for system in network.fsx_file_systems if system.lustre]))
    if not (efs or lustre):
        raise NotApplicable
    yield from each(efs, partial(_unless_elsewhere, _closed_efs, training))
    yield from each(lustre, partial(_unless_elsewhere, _closed_lustre, training))


def _nearby(vpc: Vpc, places: Iterable[_Place]) -> Iterator[tuple[_Place, NotVisible | None]]:
    """The places in the VPC of the jobs, and those that may be, as their subnet or its VPC is not in the templates."""
    for place in places:
        try:
            own = place.subnet.vpc if isinstance(place, MountTarget) else place.vpc
            if own is not None and own.same_as(vpc):
                yield place, None
        except NotVisible as doubt:
            yield place, doubt


def _unless_elsewhere(
    judge: Callable[[TrainingNetwork, Any], Findings], training: TrainingNetwork, case: tuple[_Place, NotVisible | None]
) -> Findings:
    place, doubt = case
    for said in judge(training, place):
        yield doubt or said


def _closed_efs(training: TrainingNetwork, target: MountTarget) -> Findings:
    groups = target.security_groups
    if not _open(training, groups, 2049, 2049):
        system = target.file_system or target
        yield f"file system {system.label}: {_between(training, groups)} is closed for TCP 2049"


def _closed_lustre(training: TrainingNetwork, system: FsxFileSystem) -> Findings:
    assert system.vpc is not None
    groups = system.security_groups or (system.network.default_group(system.vpc),)
    closed = [_ports(low, high) for low, high in _LUSTRE_PORTS if not _open(training, groups, low, high)]
    if closed:
        yield f"file system {system.label}: {_between(training, groups)} is closed for TCP {listed(closed)}"
    subnet = system.subnets[0]
    if not any(other is subnet or other.zone == subnet.zone for other in training.subnets):
        yield f"file system {system.label} is in {subnet.zone_name}, in which the jobs have no subnet"


def _open(training: TrainingNetwork, groups: tuple[SecurityGroup, ...], low: int, high: int) -> bool:
    return groups_admit(groups, training.security_groups, training.subnets, low, high)


def _between(training: TrainingNetwork, groups: tuple[SecurityGroup, ...]) -> str:
    return f"the way from {listed(group.label for group in training.security_groups)} to {listed(group.label for group in groups)}"


def _ports(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


@rule(
    "SMN-JOB-21",
    statement="Notebook jobs of Studio in a VPC take one to five private subnets, and need at least the S3 gateway endpoint; other services take "
    "an endpoint each or a NAT gateway.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/notebook-auto-run-constraints.html",
    fix="Name at most five private subnets for notebook jobs, and add an S3 gateway endpoint to their route tables.",
    at="SubnetIds",
)
def domain_suits_notebook_jobs(domain: Domain, network: Network) -> Findings:
    if not domain.vpc_only or not domain.subnets_given:
        raise NotApplicable
    count = domain.count("SubnetIds")
    if count > _NOTEBOOK_JOB_SUBNETS:
        yield f"the domain has {count} subnets, of which a notebook job takes at most {_NOTEBOOK_JOB_SUBNETS}"
    for subnet in domain.subnets:
        try:
            if subnet.route_class == "public":
                yield f"{subnet.label} is public ({subnet.egress_text}), notebook jobs take private subnets"
            elif network.s3_path(subnet) is None:
                yield f"{subnet.label} has neither an S3 gateway endpoint nor a NAT gateway, which notebook jobs need"
        except NotVisible as unknown:
            yield unknown


@rule(
    "SMN-JOB-24",
    statement="A private Docker registry of training images lies in the VPC of the jobs or a peered one, its group admits theirs, and a registry that "
    "asks for credentials needs a way to the AWS Lambda function that provides them.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/docker-containers-adapt-your-own-private-registry.html",
    fix="Admit the group of the jobs on TCP 443 in the group of the registry, and add an interface endpoint for AWS Lambda.",
)
def private_registry_is_reached(training: TrainingNetwork, network: Network) -> Findings:
    if not training.private_registry:
        raise NotApplicable
    registry = training.private_registry
    yield from without_service(training, network, LAMBDA, "AWS Lambda, which provides the registry's credentials")
    members = listed(group.label for group in training.security_groups)
    if isinstance(registry, bool):
        raise NotVisible(
            f"whether the private registry admits {members} on TCP 443, as its security group is not named",
            "name the registry's security group as privateRegistry instead of true, or acknowledge the rule",
        )
    if not groups_admit((registry,), training.security_groups, training.subnets, 443, 443):
        yield f"the registry's group {registry.label} does not admit {members} on TCP 443"


advice(
    "SMN-JOB-17",
    statement="The security group of compilation (Neo) and Inference Recommender jobs must let them out to the S3 endpoint and to the range of "
    "their subnets.",
    severity=Severity.WARNING,
    source=f"{GUIDE}/neo-vpc.html",
    fix="Allow outbound TCP 443 to the S3 prefix list, and all traffic to the ranges of the subnets.",
)

advice(
    "SMN-JOB-25",
    statement="The built-in actions of Debugger need the internet: they work neither under network isolation nor in subnets without a way out.",
    severity=Severity.INFO,
    source=f"{GUIDE}/debugger-built-in-actions.html",
    fix="Route the subnets of such jobs to a NAT gateway, or act on the rule's status from outside.",
)
